"""What a code takes off."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PercentOff:
    """Millionths of the subtotal off."""

    rate: int


@dataclass(frozen=True, slots=True)
class AmountOff:
    """Minor units off, at most the subtotal."""

    amount: int


@dataclass(frozen=True, slots=True)
class FreeShipping:
    """Shipping costs nothing."""


Value: TypeAlias = PercentOff | AmountOff | FreeShipping
