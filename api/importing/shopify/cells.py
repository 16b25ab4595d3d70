"""What one cell says: amounts, numbers, yes and no, addresses."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlsplit

from db.money import LARGEST_PRICE, Money, MoneyError, digits_of

_MOST_UNITS: Final = 1_000_000_000
_TRUE: Final = frozenset({"true", "yes", "1", "continue"})
_FALSE: Final = frozenset({"false", "no", "0", "deny"})


class BadCell(Exception):
    """A cell does not say what its column is for."""


def is_address(text: str) -> bool:
    """Tell whether a text is an address that a shop may show pictures from."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def money(what: str, text: str, currency: str) -> int | None:
    """Read an amount in major units; zeros beyond the currency's digits do no harm."""
    if not text:
        return None
    whole, _, part = text.partition(".")
    digits = digits_of(currency)
    plain = f"{whole}.{part[:digits]}{part[digits:].rstrip('0')}".rstrip(".")
    try:
        amount = Money.parse(plain, currency).amount
    except MoneyError as fault:
        raise BadCell(f"{what} {text!r}: {fault}") from fault
    if not 0 <= amount <= LARGEST_PRICE:
        raise BadCell(f"{what} {text!r} is not between 0 and {Money(LARGEST_PRICE, currency).text}")
    return amount


def units(text: str) -> int | None:
    """Read a quantity; Shopify writes less than nothing for what it sold too often."""
    if not text:
        return None
    counted = _number("quantity", text)
    if counted != counted.to_integral_value():
        raise BadCell(f"quantity {text!r} is not a whole number")
    return max(0, int(counted))


def grams(text: str) -> int | None:
    """Read a weight, to the gram; none is none."""
    if not text:
        return None
    weighed = _number("grams", text)
    if weighed < 0:
        raise BadCell(f"grams {text!r} is less than nothing")
    return int(weighed.to_integral_value(ROUND_HALF_UP)) or None


def truth(what: str, text: str, *, default: bool) -> bool:
    """Read a yes or a no; an empty cell is the default."""
    word = text.lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if word:
        raise BadCell(f"{what} {text!r} is neither true nor false")
    return default


def _number(what: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadCell(f"{what} {text!r} is not a number") from None
    if not number.is_finite() or abs(number) > _MOST_UNITS:
        raise BadCell(f"{what} {text!r} is out of range")
    return number
