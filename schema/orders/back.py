"""The way back to an order from what hangs on it: the contract has both ways."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from schema.orders.types import Order

LazyOrder: TypeAlias = Annotated["Order", strawberry.lazy("schema.orders.types")]
