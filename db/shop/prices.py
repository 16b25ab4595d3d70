"""Prices are amounts of the shop's one currency."""

from db.errors import Code, Path, Refusal
from db.money import LARGEST_PRICE, Money


def price_fault(price: Money, currency: str, path: Path) -> Refusal | None:
    """Tell what is wrong with a price, if anything is."""
    if price.currency != currency:
        return Refusal(
            Code.CURRENCY_MISMATCH,
            f"This shop's prices are in {currency}.",
            (*path, "currency_code"),
        )
    if not 0 <= price.amount <= LARGEST_PRICE:
        largest = Money(LARGEST_PRICE, currency).text
        message = f"A price is between 0 and {largest} {currency}."
        return Refusal(Code.OUT_OF_RANGE, message, (*path, "amount"))
    return None
