"""What a variant has in a context that stands above this one: the contract shows it from here."""

from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry

from db import stock
from schema.context import Info

if TYPE_CHECKING:
    from schema.stock.types import Stock

LazyStock: TypeAlias = Annotated["Stock", strawberry.lazy("schema.stock.types")]


async def stock_of(info: Info, variant_id: UUID) -> "Stock":
    """Show the stock of a variant."""
    from schema.stock.types import Stock  # noqa: PLC0415 - the other way round

    return Stock.of(await info.context.load(stock.levels_by_variant, variant_id))
