"""What follows from a change of an order: its next version and, when all is done, its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from db import events
from db.access import Caller
from db.base import put_off
from db.events import Topic
from db.orders import queries, timeline
from db.orders.actions import Step, advance
from db.orders.models import Order, OrderEventKind, OrderStatus
from db.orders.status import Standing
from db.payments import PaymentStatus

_LIFE: Final = (
    "status",
    "expires_at",
    "placed_at",
    "completed_at",
    "cancelled_at",
    "cancel_reason",
    "updated_at",
    "version",
)
"""The columns of an order that change after checkout."""
_SET: Final = ", ".join(f"{column} = ${place}" for place, column in enumerate(_LIFE, start=2))
_SAVE: Final = f"UPDATE orders SET {_SET} WHERE id = $1"


async def touch(order: Order, *, now: datetime) -> None:
    """Save a locked order under its next version: once in each transaction that changed it."""
    _count_up(order, now)
    await order.save(update_fields=_LIFE)


async def touch_at_the_end(order: Order, *, now: datetime) -> None:
    """Do the same as the transaction ends, which must not read or save the order after this."""
    _count_up(order, now)
    await put_off(_SAVE, order.id, *(getattr(order, column) for column in _LIFE))


def _count_up(order: Order, now: datetime) -> None:
    order.version += 1
    order.updated_at = now


async def tell_of_change(order: Order, *, now: datetime) -> None:
    """Tell of a touched order whose change nothing else in the outbox tells of."""
    await events.record((Topic.ORDER_UPDATED, order.typeid, news_of(order)), now=now)


async def complete_if_done(order: Order, *, caller: Caller, action: str, now: datetime) -> None:
    """Complete a locked order, touched before, when a change of its parts left nothing to do.

    ``action`` is the mutation, or ``system.<job>``, that changed them.
    """
    if not is_done(await queries.standing(order.id)):
        return
    advance(order, Step.COMPLETE)
    order.completed_at = now
    await order.save(update_fields=_LIFE)
    entry = timeline.Entry(OrderEventKind.COMPLETED, "The order is complete.")
    await timeline.add(order.id, entry, caller=caller, now=now)
    await events.record((Topic.ORDER_COMPLETED, order.typeid, news_of(order)), now=now)
    change = {"status": [OrderStatus.PLACED, order.status]}
    await events.audit(caller, action, order.typeid, change, now=now)


def is_done(order: Standing) -> bool:
    """Whether all is shipped or given back, and paid for."""
    is_paid = order.payment is PaymentStatus.CAPTURED or order.total == 0
    return order.status is OrderStatus.PLACED and order.to_ship == 0 and is_paid


def news_of(order: Order, **more: Any) -> Mapping[str, Any]:
    """Tell of an order in an event: ids, number, status, version, and nothing personal."""
    return {
        "orderId": order.typeid,
        "number": order.number,
        "status": order.status,
        "version": order.version,
        **more,
    }
