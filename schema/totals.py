"""What carts and orders come to, as clients see it."""

from collections.abc import Iterable
from typing import Protocol

from db import carts, money
from schema import define
from schema.money import Money
from schema.scalars import Decimal


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


@define.type
class TaxLine:
    name: str
    rate: Decimal = define.field('Percent: "19", "7.7".')
    base: Money = define.field("Net amount the rate applies to.")
    amount: Money

    @classmethod
    def of(cls, line: carts.TaxLine, currency: str) -> "TaxLine":
        """Show the tax of one rate."""
        return cls(
            name=line.name,
            rate=Decimal(money.Rate(line.rate).text),
            base=Money.of(money.Money(line.base, currency)),
            amount=Money.of(money.Money(line.amount, currency)),
        )


@define.type
class Totals:
    """All in the shop's price basis. tax is contained in the others when Shop.pricesIncludeTax, and
    added to them otherwise: total = subtotal - discount + shipping (+ tax).
    """

    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    tax_lines: list[TaxLine] = define.field("One per rate. Their amounts add up to tax exactly.")

    @classmethod
    def of(cls, sums: Sums) -> "Totals":
        """Show what a cart or an order comes to."""

        def shown(amount: int) -> Money:
            return Money.of(money.Money(amount, sums.currency))

        return cls(
            subtotal=shown(sums.subtotal),
            discount=shown(sums.discount),
            shipping=shown(sums.shipping),
            tax=shown(sums.tax),
            total=shown(sums.total),
            tax_lines=[TaxLine.of(line, sums.currency) for line in sums.tax_lines],
        )
