"""Following orders."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import events, ids, orders
from db.access import Permission
from db.errors import BadRequest
from db.events import POLL_SECONDS, Topic
from schema import define
from schema.connections import After, Keyset
from schema.context import Info
from schema.ids import OrderId
from schema.orders.types import Order, OrderEvent
from schema.resolvers import subscription

FOLLOWED: Final = timedelta(days=30)
"""How long a final order is followed after its last change: money may still come back."""
_FINAL: Final = frozenset(
    {orders.OrderStatus.COMPLETED, orders.OrderStatus.CANCELLED, orders.OrderStatus.EXPIRED}
)
_BY_TRANSACTION: Final = Keyset("orders placed", int, UUID)


@define.type
class OrderUpdate:
    order: Order
    event: OrderEvent | None = define.field("What changed. Null in the first message.")


@define.type
class OrderPlaced:
    order: Order
    cursor: str


@define.type
class OrdersSubscription:
    @subscription(requires=Permission.ORDERS_READ, owner=True)
    async def order_updated(
        self, info: Info, order_id: OrderId
    ) -> AsyncGenerator[OrderUpdate, None]:
        """Now, and after every change of the order, until it is final and 30 days have passed."""
        context = info.context
        told: tuple[int, UUID | None] | None = None
        seconds: float | None = None
        async with context.follow(ids.encode(orders.Order.prefix, order_id)):
            while await context.news(seconds=seconds):
                row = await orders.find_order(caller=context.caller, id=order_id)
                if row is None:
                    raise BadRequest("orderId: there is no such order.")
                event = await orders.newest_event(row.id, caller=context.caller)
                state = row.version, event.id if event else None
                if state != told:
                    changed = event if told and event and event.id != told[1] else None
                    told = state
                    yield OrderUpdate(
                        order=Order.of(row), event=OrderEvent.of(changed) if changed else None
                    )
                seconds = _seconds_left(row, context.now)

    @subscription(requires=Permission.ORDERS_READ)
    async def order_placed(
        self, info: Info, after: After = None
    ) -> AsyncGenerator[OrderPlaced, None]:
        """after: a cursor from an earlier message, to go on without a gap."""
        context = info.context
        given = _BY_TRANSACTION.read(after)
        place = (given[0], given[1]) if given else await events.present_place()
        async with context.follow(Topic.ORDER_PLACED) as watch:
            while await context.news():
                page = await events.page(Topic.ORDER_PLACED, after=place, limit=1)
                for place, subject in page.events:
                    row = await orders.find_order(caller=context.caller, id=_uuid(subject))
                    if row:
                        cursor = _BY_TRANSACTION.cursor(place)
                        yield OrderPlaced(order=Order.of(row), cursor=cursor)
                    watch.wake(Topic.ORDER_PLACED)
                if not page.is_whole:
                    loop = asyncio.get_running_loop()
                    loop.call_later(POLL_SECONDS, watch.wake, Topic.ORDER_PLACED)


def _seconds_left(row: orders.OrderRow, now: datetime) -> float | None:
    """Say how long an order is still followed; None while that cannot be said."""
    if row.status not in _FINAL:
        return None
    return (row.updated_at + FOLLOWED - now).total_seconds()


def _uuid(subject: str) -> UUID:
    uuid = ids.decode(orders.Order.prefix, subject)
    assert uuid is not None  # noqa: S101 - an order was placed
    return uuid
