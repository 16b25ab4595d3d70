"""The end of an order that is not fulfilled.

Its stock and its use of a discount go back, and its cart can be used again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from db import discounts, events, stock
from db.access import Caller
from db.events import Topic
from db.orders import completion, parts, timeline
from db.orders.actions import Step, advance
from db.orders.models import CancelReason, Order, OrderEventKind
from db.orders.parts import OrderLineRow
from db.stock import Units

_NEWS: Final[Mapping[Step, tuple[OrderEventKind, str, Topic]]] = {
    Step.CANCEL: (
        OrderEventKind.CANCELLED,
        "The order was cancelled.",
        Topic.ORDER_CANCELLED,
    ),
    Step.EXPIRE: (
        OrderEventKind.EXPIRED,
        "The order was not paid in time.",
        Topic.ORDER_EXPIRED,
    ),
}


async def cancel(
    order: Order, *, reason: CancelReason, caller: Caller, action: str, now: datetime
) -> None:
    """Call a locked order off whose payment is decided, and of which nothing is packed."""
    order.cancel_reason, order.cancelled_at = reason, now
    await _end(order, Step.CANCEL, caller=caller, action=action, now=now)


async def expire(order: Order, *, caller: Caller, action: str, now: datetime) -> None:
    """End a locked order that was not paid in time, and for which no charge can come any more."""
    await _end(order, Step.EXPIRE, caller=caller, action=action, now=now)


async def _end(order: Order, step: Step, *, caller: Caller, action: str, now: datetime) -> None:
    before = order.status
    advance(order, step)
    await completion.touch(order, now=now)
    kind, message, topic = _NEWS[step]
    await timeline.add(order.id, timeline.Entry(kind, message), caller=caller, now=now)
    more = {"reason": order.cancel_reason} if order.cancel_reason else {}
    await events.record((topic, order.typeid, completion.news_of(order, **more)), now=now)
    changes = {"status": [before, order.status]}
    await events.audit(caller, action, order.typeid, changes, now=now)
    (lines,) = await parts.lines_by_order([order.id])
    if order.discount_code:
        await discounts.give_back(order.id)
    await stock.release(held(lines), order_id=order.id, caller=caller, now=now)


def held(lines: list[OrderLineRow]) -> list[Units]:
    """Find what the lines of an order still hold of the stock."""
    return [
        Units(variant, line.quantity - line.shipped - line.refunded_unshipped)
        for line in lines
        if (variant := line.stocked)
    ]
