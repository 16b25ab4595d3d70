"""Amounts as Stripe counts them: nearly always in the minor units of ISO 4217, as we do."""

from collections.abc import Mapping
from typing import Final

_HUNDREDTHS_OF_OURS: Final[Mapping[str, int]] = {"ISK": 100, "UGX": 100}
"""They have no minor unit any more; Stripe goes on counting them in hundredths."""
_COUNTED_OTHERWISE: Final = frozenset({"MGA"})
"""Whole ones at Stripe, fifths in truth, hundredths on paper: better not at all."""


def is_taken(currency: str) -> bool:
    """Tell whether amounts of this currency can be told to Stripe."""
    return currency not in _COUNTED_OTHERWISE


def to_stripe(amount: int, currency: str) -> int:
    """Turn our minor units into Stripe's.

    >>> to_stripe(1990, "EUR"), to_stripe(500, "JPY"), to_stripe(500, "ISK")
    (1990, 500, 50000)
    """
    return amount * _HUNDREDTHS_OF_OURS.get(currency, 1)


def from_stripe(amount: int, currency: str) -> int:
    """Turn Stripe's minor units into ours.

    >>> from_stripe(1990, "EUR"), from_stripe(500, "JPY"), from_stripe(50000, "ISK")
    (1990, 500, 500)
    """
    return amount // _HUNDREDTHS_OF_OURS.get(currency, 1)
