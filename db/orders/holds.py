"""Money that is only authorized does not stay so for ever: its order is ended before."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import atomically, execute, fetch
from db.errors import InvalidState
from db.orders import actions, alerts, batches
from db.orders.batches import BATCH
from db.orders.cancellation import cancel_order
from db.orders.models import CancelReason
from db.payments import Gateways

_RUN_OUT: Final = """
SELECT p.order_id FROM payment p
  JOIN payment_operation m ON m.payment_id = p.id AND m.kind = 'AUTHORIZE'
  JOIN orders o ON o.id = p.order_id
 WHERE p.gateway = $1 AND p.status = 'AUTHORIZED' AND m.settled_at <= $2 AND m.alerted_at IS NULL
   AND o.status = 'PLACED'
   AND NOT EXISTS (SELECT FROM payment_operation c WHERE c.payment_id = p.id
                      AND c.kind <> 'REFUND' AND c.status IN ('REQUESTED', 'UNKNOWN'))
 ORDER BY m.settled_at LIMIT $3
"""
_ALERT: Final = """
UPDATE payment_operation SET alerted_at = $2 FROM payment p
 WHERE payment_id = p.id AND p.order_id = $1 AND p.status = 'AUTHORIZED' AND kind = 'AUTHORIZE'
   AND alerted_at IS NULL
"""


async def end_run_out(*, gateways: Gateways, now: datetime) -> int:
    """Cancel the orders whose money is about to be let go by itself; return how many were due.

    Where a parcel has left already, a person has to see to it.
    """
    due = [
        order_id
        for gateway in gateways.values()
        if gateway.holds_for
        for (order_id,) in await fetch(_RUN_OUT, gateway.name, now - gateway.holds_for, BATCH)
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
    if await execute(_ALERT, order_id, now):
        message = "The authorization has run out, and goods have left: see to the money."
        await alerts.call_for_a_person(order, message, caller=caller, now=now)
