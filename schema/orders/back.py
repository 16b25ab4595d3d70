"""The way back to an order from what hangs on it or points to it: the contract has both ways."""

from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry

from db import orders
from schema.context import Info

if TYPE_CHECKING:
    from schema.orders.types import Order

LazyOrder: TypeAlias = Annotated["Order", strawberry.lazy("schema.orders.types")]


async def order_of(info: Info, order_id: UUID) -> "Order":
    """Show the order that a thing belongs to which the caller was let see."""
    from schema.orders.types import Order  # noqa: PLC0415 - the other way round

    return Order.of(await info.context.load(orders.orders_by_id, order_id))
