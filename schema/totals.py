"""What carts and orders come to, as clients see it."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from db import carts, money
from schema.money import Money, amount
from schema.scalars import Decimal
from schema.views import View, shown, view


class Sums(Protocol):
    """What a cart or an order comes to: minor units of its currency."""

    @property
    def currency(self) -> str: ...
    @property
    def subtotal(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def shipping(self) -> int: ...
    @property
    def tax(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def tax_lines(self) -> Iterable[carts.TaxLine]: ...


def rate_text(millionths: int) -> str:
    """Print a rate as a percentage.

    >>> rate_text(77_000)
    '7.7'
    """
    return money.Rate(millionths).text


class Taxed(NamedTuple):
    """The tax of one rate, with the currency that it is in."""

    name: str
    rate: int
    base: int
    amount: int
    currency: str


@view(Taxed)
class TaxLine(View[Taxed]):
    name: str
    rate: Decimal = shown(rate_text, "rate", description='Percent: "19", "7.7".')
    base: Money = amount("base", "Net amount the rate applies to.")
    amount: Money = amount("amount")


def _tax_lines(lines: Iterable[carts.TaxLine], currency: str) -> list[TaxLine]:
    return [
        TaxLine.of(Taxed(line.name, line.rate, line.base, line.amount, currency)) for line in lines
    ]


@view(Sums)
class Totals(View[Sums]):
    """All in the shop's price basis. tax is contained in the others when Shop.pricesIncludeTax, and
    added to them otherwise: total = subtotal - discount + shipping (+ tax).
    """

    subtotal: Money = amount("subtotal")
    discount: Money = amount("discount")
    shipping: Money = amount("shipping")
    tax: Money = amount("tax")
    total: Money = amount("total")
    tax_lines: list[TaxLine] = shown(
        _tax_lines,
        "tax_lines",
        "currency",
        description="One per rate. Their amounts add up to tax exactly.",
    )
