"""What a user has in contexts that stand above this one: the contract shows it from here."""

from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry

from db import carts
from schema.connections import Connection
from schema.context import Info

if TYPE_CHECKING:
    from schema.carts.types import Cart
    from schema.orders.types import Order

LazyCart: TypeAlias = Annotated["Cart", strawberry.lazy("schema.carts.types")]
LazyOrder: TypeAlias = Annotated["Order", strawberry.lazy("schema.orders.types")]


async def cart_of(info: Info, user_id: UUID) -> "Cart | None":
    """Show the cart of a user who is the caller."""
    from schema.carts.types import Cart  # noqa: PLC0415 - the other way round

    row = await info.context.load(carts.latest_by_user, user_id, now=info.context.now)
    return Cart.of(row) if row else None


async def orders_of(
    info: Info, user_id: UUID, *, first: int | None, after: str | None
) -> Connection["Order"]:
    """Show a page of what a user has bought, as far as the caller may see it."""
    from schema.orders.pages import page_of_customer  # noqa: PLC0415 - the other way round

    return await page_of_customer(info, user_id, first=first, after=after)
