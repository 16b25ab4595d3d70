"""Finding orders, and all that has an id of its own and hangs on them."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol, TypeVar, cast
from uuid import UUID

from db import orders, payments
from db.access import Caller, Permission
from db.rows import Columns
from schema import define
from schema.connections import After, Connection, First
from schema.context import Context, Info
from schema.ids import Finder, Node
from schema.inputs import Search
from schema.orders.inputs import OrderBy, OrderFilter
from schema.orders.lines import OrderLine
from schema.orders.pages import page
from schema.orders.parcels import Fulfillment
from schema.orders.receipts import Payment, Refund
from schema.orders.types import Order, OrderEvent
from schema.resolvers import resolver
from schema.views import View

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Read(Protocol[R_co]):
    """A read of things by their ids, with None for those that the caller may not see."""

    async def __call__(
        self, *, caller: Caller, ids: Sequence[UUID], columns: Columns
    ) -> Sequence[R_co | None]: ...


@define.type
class OrdersQuery:
    @resolver(requires=Permission.ORDERS_READ, owner=True)
    async def order(self, info: Info, by: OrderBy) -> Order | None:
        context = info.context
        row = await orders.find_order_by(
            caller=context.caller, columns=context.needs(orders.OrderRow), **by.given()
        )
        return Order.of(row) if row else None

    @resolver(requires=Permission.ORDERS_READ)
    async def orders(
        self,
        info: Info,
        *,
        query: Search | None = None,
        filter: OrderFilter | None = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Order] | None:
        """Query: number, email, name or SKU. Newest first."""
        given = filter.given() if filter else {}
        wanted = orders.OrderFilter(query=query, **given)
        return await page(info, filter=wanted, first=first, after=after)


def _finder(read: Read[R], type_: type[View[R]]) -> Finder:
    """Find the things among these that the caller may see."""

    async def find(wanted: Sequence[UUID], context: Context) -> list[Node | None]:
        columns = context.needs(type_.__view__.row)
        rows = await read(caller=context.caller, ids=wanted, columns=columns)
        return [None if row is None else cast("Node", type_.of(row)) for row in rows]

    return find


FINDERS: Final[Mapping[str, Finder]] = {
    orders.Order.prefix: _finder(orders.find_orders, Order),
    orders.OrderLine.prefix: _finder(orders.find_lines, OrderLine),
    orders.OrderEvent.prefix: _finder(orders.find_events, OrderEvent),
    orders.Fulfillment.prefix: _finder(orders.find_fulfillments, Fulfillment),
    orders.Refund.prefix: _finder(orders.find_refunds, Refund),
    payments.Payment.prefix: _finder(orders.find_payments, Payment),
}
