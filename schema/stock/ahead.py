"""What a movement has in contexts that stand above this one: the contract shows it from here."""

from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry

from schema.context import Info

if TYPE_CHECKING:
    from schema.orders.types import Order

LazyOrder: TypeAlias = Annotated["Order", strawberry.lazy("schema.orders.types")]


async def order_of(info: Info, order_id: UUID) -> "Order":
    """Show the order that a movement was made for; whoever asks may read all orders."""
    from schema.orders import back  # noqa: PLC0415 - the other way round

    return await back.order_of(info, order_id)
