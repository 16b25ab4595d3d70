"""What a movement has in contexts that stand above this one: the contract shows it from here."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from schema.orders.types import Order

LazyOrder: TypeAlias = Annotated["Order", strawberry.lazy("schema.orders.types")]
