"""Looking after the stock."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from db import catalog, stock
from db.access import Permission
from schema import define
from schema.catalog.types import Variant
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Context, Info
from schema.ids import Finder, Node
from schema.inputs import Search
from schema.resolvers import resolver
from schema.stock.inputs import VariantFilter
from schema.stock.types import StockMovement

_BY_SKU: Final = Keyset("sku", str)


@define.type
class StockQuery:
    @resolver(requires=Permission.STOCK_READ)
    async def variants(
        self,
        info: Info,
        query: Search | None = None,
        filter: VariantFilter | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Variant] | None:
        caller = info.context.caller
        narrowed = filter.plain() if filter else stock.VariantFilter()
        (last,) = _BY_SKU.read(after) or (None,)
        rows = await stock.list_variants(
            caller=caller,
            query=query,
            filter=narrowed,
            after=last,
            limit=(first or DEFAULT_PAGE) + 1,
            columns=info.context.needs(catalog.VariantRow),
        )
        return Connection[Variant].of(
            rows,
            first,
            after,
            keyset=_BY_SKU,
            key=lambda row: (row.sku,),
            node=Variant.of,
            count=lambda: stock.count_variants(caller=caller, query=query, filter=narrowed),
        )


async def find_movements(ids: Sequence[UUID], context: Context) -> list[Node | None]:
    """Find movements, for those who may look into the stock."""
    columns = context.needs(stock.MovementRow)
    rows = await stock.movements_by_id(ids, caller=context.caller, columns=columns)
    return [StockMovement.of(row) if row else None for row in rows]


FINDERS: Final[Mapping[str, Finder]] = {stock.StockMovement.prefix: find_movements}
