"""Orders that were not paid in time: their stock goes back to those who want to buy."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import atomically, execute, fetch
from db.errors import RetryLater
from db.orders import actions, batches, ending, fencing
from db.orders.batches import BATCH, LEASE
from db.orders.models import OrderStatus
from db.payments import Gateways

POSTPONED: Final = timedelta(minutes=15)
"""How much longer stock is held where a gateway cannot say what becomes of a payment."""

_ACTION: Final = "system.expiry"

_TAKE: Final = """
UPDATE orders SET left_until = $2 WHERE id IN (
    SELECT id FROM orders
     WHERE status = 'PENDING' AND expires_at < $1 AND (left_until IS NULL OR left_until <= $1)
     ORDER BY expires_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id
"""
_POSTPONE: Final = "UPDATE orders SET expires_at = $2 WHERE id = $1 AND status = 'PENDING'"


async def expire_due(*, gateways: Gateways, now: datetime) -> int:
    """End the orders whose time is up, at most :data:`BATCH`; return how many were looked at.

    Any number of workers may do this at once. An order whose payment turns out to have come is
    placed instead.
    """
    due = [order_id for (order_id,) in await fetch(_TAKE, now, now + LEASE, BATCH)]
    return await batches.each(
        due, lambda order_id: _expire(order_id, gateways=gateways, now=now), "the expiry of order"
    )


async def _expire(order_id: UUID, *, gateways: Gateways, now: datetime) -> None:
    caller = Caller.system("expiry")

    async def work() -> None:
        order = await actions.lock(order_id, path=())
        if order.status is OrderStatus.PENDING:
            await fencing.require_decided(order)
            await ending.expire(order, caller=caller, action=_ACTION, now=now)

    try:
        await fencing.fenced(
            lambda: atomically(work), gateways=gateways, caller=caller, action=_ACTION, now=now
        )
    except RetryLater:
        await execute(_POSTPONE, order_id, now + POSTPONED)
