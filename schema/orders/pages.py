"""Pages of orders, newest first."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db import orders
from schema.connections import DEFAULT_PAGE, Connection, Keyset
from schema.context import Info
from schema.orders.types import Order

_NEWEST: Final = Keyset("newest_orders", datetime, UUID)


async def page(
    info: Info, *, filter: orders.OrderFilter, first: int | None, after: str | None
) -> Connection[Order]:
    """Make a page of the orders that the caller may see."""
    caller = info.context.caller
    rows = await orders.list_orders(
        caller=caller,
        filter=filter,
        after=_NEWEST.read(after),
        limit=(first or DEFAULT_PAGE) + 1,
        columns=info.context.needs(orders.OrderRow),
    )
    return Connection[Order].of(
        rows,
        first,
        after,
        keyset=_NEWEST,
        key=lambda row: (row.at, row.id),
        node=Order.of,
        count=lambda: orders.count_orders(caller=caller, filter=filter),
    )


async def page_of_customer(
    info: Info, user_id: UUID, *, first: int | None, after: str | None
) -> Connection[Order]:
    """Make a page of what a user has bought."""
    theirs = orders.OrderFilter(customer_id=user_id)
    return await page(info, filter=theirs, first=first, after=after)
