"""Amounts of orders, which are kept as minor units beside their currency."""

from db import money
from schema.money import Money


def shown(amount: int, currency: str) -> Money:
    """Show an amount of minor units.

    >>> shown(1990, "EUR").amount
    '19.90'
    """
    return Money.of(money.Money(amount, currency))
