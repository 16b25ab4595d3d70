"""Money: whole minor units inside, exact text at the edge, and every rounding the shop does.

Amounts are integers in the currency's minor unit (cents, pence, yen). Rates are integers in
millionths: 190000 is 19 %. There is one rounding rule, and one function that applies it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from babel.numbers import get_currency_precision, list_currencies

MILLION = 1_000_000
LARGEST_AMOUNT = 2**63 - 1  # minor units: PostgreSQL's bigint
LARGEST_PRICE = 10**12  # minor units: 100 lines of 999 at this price, and tax, still fit a bigint
RATE_DIGITS = 4  # of a percentage after the point: one millionth is 0.0001 %

# CLDR counts the digits people use, ISO 4217 those a bank counts. Where they differ, ISO decides.
_ISO_DIGITS: Mapping[str, int] = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)
# Metals, units of account and test codes: ISO 4217 gives them no minor unit, so no price has them.
_NOT_MONEY = frozenset(
    {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"}
)
DIGITS: Mapping[str, int] = {
    currency: _ISO_DIGITS.get(currency, get_currency_precision(currency))
    for currency in sorted(list_currencies() - _NOT_MONEY)
}

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_MOST_WHOLE_DIGITS = len(str(LARGEST_AMOUNT))


class MoneyError(ValueError):
    """What was written is no amount, rate or currency; the message says so to people."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of an ISO 4217 currency.

    >>> Money(1990, "EUR").text, Money(1990, "JPY").text, Money(1234, "KWD").text
    ('19.90', '1990', '1.234')
    >>> Money(1990, "EUR") + Money(10, "EUR")
    Money(amount=2000, currency='EUR')
    """

    amount: int
    currency: str

    @property
    def text(self) -> str:
        """Print with exactly the currency's digits.

        >>> Money(-5, "EUR").text
        '-0.05'
        """
        return print_amount(self.amount, self.currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read plain digits in major units; nothing is rounded.

        >>> Money.parse("19.9", "EUR")
        Money(amount=1990, currency='EUR')
        >>> Money.parse("19.90", "JPY")
        Traceback (most recent call last):
        db.money.MoneyError: JPY takes at most 0 digits after the point.

        :raises MoneyError: not a number, too many digits, beyond bigint, or no such currency.
        """
        amount = _read(text, digits_of(currency), currency)
        if not -LARGEST_AMOUNT - 1 <= amount <= LARGEST_AMOUNT:
            raise MoneyError("The amount is too large.")
        return cls(amount, currency)

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency.

        :raises MoneyError: the currencies differ.
        """
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} cannot be added.")
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax rate or a percentage off, in millionths; between 0 and 100 %.

    >>> Rate.parse("19"), Rate.parse("7.70")
    (Rate(millionths=190000), Rate(millionths=77000))
    """

    millionths: int

    @property
    def text(self) -> str:
        """Print as a percentage, without idle zeros.

        >>> Rate(190_000).text, Rate(77_000).text, Rate(0).text
        ('19', '7.7', '0')
        """
        whole, part = divmod(self.millionths, 10**RATE_DIGITS)
        return f"{whole}.{part:0{RATE_DIGITS}}".rstrip("0").rstrip(".")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a percentage.

        :raises MoneyError: not a number, too many digits, or not between 0 and 100.
        """
        millionths = _read(text, RATE_DIGITS, "A percentage")
        if not 0 <= millionths <= MILLION:
            raise MoneyError("A percentage is between 0 and 100.")
        return cls(millionths)


@lru_cache(maxsize=10_000)
def print_amount(amount: int, currency: str) -> str:
    """Print minor units with exactly the currency's digits; shops print few prices, often.

    >>> print_amount(-5, "EUR")
    '-0.05'
    """
    digits = digits_of(currency)
    padded = f"{amount:0{digits + 1 + (amount < 0)}}"
    return f"{padded[:-digits]}.{padded[-digits:]}" if digits else padded


def digits_of(currency: str) -> int:
    """Count the digits ISO 4217 gives a currency after the point.

    >>> digits_of("EUR"), digits_of("JPY"), digits_of("KWD")
    (2, 0, 3)

    :raises MoneyError: no such currency.
    """
    try:
        return DIGITS[currency]
    except KeyError:
        raise MoneyError("A currency is a code of ISO 4217, such as EUR.") from None


def round_half_away(n: int, d: int) -> int:
    """Round `n / d` to the nearest whole number, halves away from zero; `d` is positive.

    The rule of HMRC (VATREC12030) and of Council Regulation (EC) No 1103/97, article 5.

    >>> round_half_away(5, 2), round_half_away(-5, 2), round_half_away(49, 100)
    (3, -3, 0)
    """
    return (2 * n + d) // (2 * d) if n >= 0 else -round_half_away(-n, d)


def percent_discount(subtotal: int, rate: int) -> int:
    """Take `rate` millionths of a subtotal in minor units.

    >>> percent_discount(1990, 100_000)
    199
    """
    return round_half_away(subtotal * rate, MILLION)


def amount_discount(subtotal: int, amount: int) -> int:
    """Take an amount off a subtotal, both in minor units, and never more than there is.

    >>> amount_discount(1990, 500), amount_discount(1990, 5000)
    (500, 1990)
    """
    return min(amount, subtotal)


def split(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split minor units in proportion to `weights` by largest remainder, ties to the earlier.

    The shares add up to `amount`, each is less than one unit from its ideal, none exceeds its
    weight.

    >>> split(100, [333, 333, 333]), split(5, [0, 10, 10])
    ((34, 33, 33), (0, 3, 2))

    :raises ValueError: the amount is not between 0 and the sum of the weights.
    """
    whole = sum(weights)
    if not 0 <= amount <= whole:
        raise ValueError(f"{amount} cannot be split over {whole}")
    parts = [divmod(amount * weight, whole or 1) for weight in weights]
    left_over = amount - sum(share for share, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda i: -parts[i][1])
    raised = frozenset(by_remainder[:left_over])
    return tuple(share + (i in raised) for i, (share, _) in enumerate(parts))


def tax_included(gross: int, rate: int) -> int:
    """Find the tax that a gross amount in minor units contains, at `rate` millionths.

    >>> tax_included(1190, 190_000)
    190
    """
    return round_half_away(gross * rate, MILLION + rate)


def tax_added(net: int, rate: int) -> int:
    """Find the tax that comes on top of a net amount in minor units, at `rate` millionths.

    >>> tax_added(1000, 190_000)
    190
    """
    return round_half_away(net * rate, MILLION)


def refund_share(total: int, units: int, already: int, now: int) -> int:
    """Find what `now` of a line's `units` give back of its total in minor units, after `already`.

    Cumulative, so that however the units are divided, their refunds add up to the line.

    >>> [refund_share(1000, 3, done, 1) for done in range(3)]
    [333, 334, 333]

    :raises ValueError: more units than the line has left.
    """
    if not 0 <= already <= already + now <= units:
        raise ValueError(f"{now} more units after {already} of {units}")
    given = round_half_away(total * already, units)
    return round_half_away(total * (already + now), units) - given


def _read(text: str, digits: int, what: str) -> int:
    """Read a decimal number as a whole count of its `digits`-th places."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise MoneyError('A number is written in plain digits, such as "19.90".')
    sign, whole, part = match.groups(default="")
    if len(part) > digits:
        raise MoneyError(f"{what} takes at most {digits} digits after the point.")
    if len(whole) > _MOST_WHOLE_DIGITS:
        raise MoneyError("The number has too many digits.")
    return int(sign + whole + part.ljust(digits, "0"))
