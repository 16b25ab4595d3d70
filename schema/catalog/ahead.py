"""What a variant has in a context that stands above this one: the contract shows it from here."""

from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

if TYPE_CHECKING:
    from schema.stock.types import Stock

LazyStock: TypeAlias = Annotated["Stock", strawberry.lazy("schema.stock.types")]
