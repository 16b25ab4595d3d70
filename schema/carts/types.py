"""Carts, as clients see them: always at the prices of now."""

from datetime import datetime
from uuid import UUID

import strawberry

from db import carts, catalog, money
from db.carts import Quote, QuoteLine
from db.errors import Code
from schema import define
from schema.catalog.types import Variant
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.resolvers import resolver
from schema.shop.types import ShippingMethod
from schema.totals import Totals
from schema.users.types import PostalAddress


@define.type
class CartLine:
    quantity: int
    unit_price: Money
    subtotal: Money = define.field("unitPrice times quantity.")
    discount: Money
    total: Money
    variant_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, line: QuoteLine, currency: str) -> "CartLine":
        """Show a line."""

        def shown(amount: int) -> Money:
            return Money.of(money.Money(amount, currency))

        return cls(
            quantity=line.quantity,
            unit_price=shown(line.unit_price),
            subtotal=shown(line.subtotal),
            discount=shown(line.discount),
            total=shown(line.total),
            variant_id=line.variant_id,
        )

    @resolver()
    async def variant(self, info: Info) -> Variant:
        return await _variant(self.variant_id, info)


@define.type
class CartProblem:
    code: Code
    message: str
    variant_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, problem: carts.Problem) -> "CartProblem":
        """Show a problem."""
        return cls(code=problem.code, message=problem.message, variant_id=problem.variant_id)

    @resolver()
    async def variant(self, info: Info) -> Variant | None:
        return None if self.variant_id is None else await _variant(self.variant_id, info)


@define.type
class Cart(Node):
    """Belongs to a user, or to whoever holds the guest token. Holds no stock. Deleted 30 days after
    its last change.
    """

    total_quantity: int
    email: str | None
    shipping_address: PostalAddress | None
    billing_address: PostalAddress | None
    discount_code: str | None
    note: str | None
    updated_at: datetime
    expires_at: datetime
    row: strawberry.Private[carts.CartRow]

    @classmethod
    def of(cls, row: carts.CartRow) -> "Cart":
        """Show a cart."""
        shipping, billing = row.details.shipping_address, row.details.billing_address
        return cls(
            id=strawberry.ID(row.typeid),
            total_quantity=sum(line.quantity for line in row.lines),
            email=row.details.email,
            shipping_address=PostalAddress.of(shipping) if shipping else None,
            billing_address=PostalAddress.of(billing) if billing else None,
            discount_code=row.details.discount_code,
            note=row.details.note,
            updated_at=row.updated_at,
            expires_at=row.expires_at,
            row=row,
        )

    @resolver()
    async def lines(self, info: Info) -> list[CartLine]:
        """At most 100."""
        quote = await self._quote(info)
        return [CartLine.of(line, quote.currency) for line in quote.lines]

    @resolver()
    async def shipping_method(self, info: Info) -> ShippingMethod | None:
        method = (await self._quote(info)).shipping_method
        return ShippingMethod.of(method) if method else None

    @resolver()
    async def available_shipping_methods(self, info: Info) -> list[ShippingMethod]:
        """Those that serve the shipping address (or, without one, the shop's first country)."""
        quote = await self._quote(info)
        return [ShippingMethod.of(method) for method in quote.available_shipping_methods]

    @resolver()
    async def totals(self, info: Info) -> Totals:
        """Prices as of now, never as of when the line was added. total is what checkoutComplete
        expects.
        """
        return Totals.of((await self._quote(info)).totals)

    @resolver()
    async def problems(self, info: Info) -> list[CartProblem]:
        """All that stands between this cart and an order. Empty: ready."""
        return [CartProblem.of(problem) for problem in (await self._quote(info)).problems]

    async def _quote(self, info: Info) -> Quote:
        """Price the cart: once for all its fields, and together with the other carts."""
        context = info.context
        return await context.load(
            carts.quotes_by_cart, self.row, caller=context.caller, now=context.now
        )


async def _variant(variant_id: UUID, info: Info) -> Variant:
    row = await info.context.load(catalog.variants_by_id, variant_id)
    if row is None:
        raise LookupError(f"there is no variant {variant_id}")
    return Variant.of(row)
