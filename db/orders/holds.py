"""Money that is only authorized does not stay so for ever: its order is ended before."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import atomically, execute, fetch
from db.errors import InvalidState
from db.orders import actions, alerts, batches, queries
from db.orders.batches import BATCH, LEASE
from db.orders.cancellation import cancel_order
from db.orders.models import CancelReason, OrderStatus
from db.payments import Gateways

HELD: Final = """
    JOIN payment_operation m ON m.payment_id = p.id AND m.kind = 'AUTHORIZE'
    JOIN orders o ON o.id = p.order_id
   WHERE p.status = 'AUTHORIZED' AND m.alerted_at IS NULL AND o.status = 'PLACED'
     AND NOT EXISTS (SELECT FROM payment_operation c WHERE c.payment_id = p.id
                        AND c.kind <> 'REFUND' AND c.status IN ('REQUESTED', 'UNKNOWN'))"""
"""Joins the placed orders that ``payment p`` only holds the money for, and nobody is moving it."""
_TAKE: Final = f"""
UPDATE orders SET left_until = $4 WHERE id IN (
    SELECT o.id FROM payment p {HELD}
       AND p.gateway = $1 AND m.settled_at <= $2 AND (o.left_until IS NULL OR o.left_until <= $3)
     ORDER BY m.settled_at LIMIT $5 FOR NO KEY UPDATE OF o SKIP LOCKED
) RETURNING id
"""
_ALERT: Final = """
UPDATE payment_operation SET alerted_at = $2 FROM payment p
 WHERE payment_id = p.id AND p.order_id = $1 AND p.status = 'AUTHORIZED' AND kind = 'AUTHORIZE'
   AND alerted_at IS NULL
"""


async def end_run_out(*, gateways: Gateways, now: datetime) -> int:
    """Cancel the orders whose money is about to be let go by itself; return how many were due.

    Where a parcel has left already, a person has to see to it. Any number of workers may do this
    at once.
    """
    due = [
        order_id
        for gateway in gateways.values()
        if gateway.holds_for
        for (order_id,) in await fetch(
            _TAKE, gateway.name, now - gateway.holds_for, now, now + LEASE, BATCH
        )
    ]
    return await batches.each(
        due, lambda order_id: _end(order_id, gateways=gateways, now=now), "the end of order"
    )


async def _end(order_id: UUID, *, gateways: Gateways, now: datetime) -> None:
    caller = Caller.system("holds")
    try:
        await cancel_order(
            caller=caller, now=now, id=order_id, reason=CancelReason.PAYMENT, gateways=gateways
        )
    except InvalidState:
        await atomically(lambda: _alert(order_id, caller=caller, now=now))


async def _alert(order_id: UUID, *, caller: Caller, now: datetime) -> None:
    order = await actions.lock(order_id, path=())
    standing = await queries.standing(order_id)
    if order.status is not OrderStatus.PLACED or standing.money_is_moving:
        return  # somebody has just seen to it
    if await execute(_ALERT, order_id, now):
        message = "The authorization has run out, and goods have left: see to the money."
        await alerts.call_for_a_person(order, message, caller=caller, now=now)
