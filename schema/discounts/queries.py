"""Looking after discounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db import discounts
from db.access import Permission
from schema import define
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Context, Info
from schema.discounts.types import Discount
from schema.ids import Finder, Node
from schema.inputs import Search
from schema.resolvers import resolver

_NEWEST: Final = Keyset("newest_discounts", datetime, UUID)


@define.type
class DiscountsQuery:
    @resolver(requires=Permission.DISCOUNTS_WRITE)
    async def discounts(
        self,
        info: Info,
        query: Search | None = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Discount] | None:
        caller = info.context.caller
        rows = await discounts.list_discounts(
            caller=caller,
            query=query,
            after=_NEWEST.read(after),
            limit=(first or DEFAULT_PAGE) + 1,
            columns=info.context.needs(discounts.DiscountRow),
        )
        return Connection[Discount].of(
            rows,
            first,
            after,
            keyset=_NEWEST,
            key=lambda row: (row.created_at, row.id),
            node=Discount.of,
            count=lambda: discounts.count_discounts(caller=caller, query=query),
        )


async def find_discounts(ids: Sequence[UUID], context: Context) -> list[Node | None]:
    """Find discounts, for those who look after them."""
    columns = context.needs(discounts.DiscountRow)
    rows = await discounts.discounts_by_id(ids, caller=context.caller, columns=columns)
    return [Discount.of(row) if row else None for row in rows]


FINDERS: Final[Mapping[str, Finder]] = {discounts.Discount.prefix: find_discounts}
