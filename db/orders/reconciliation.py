"""Finding out what became of the calls that nobody has seen answered.

The gateway is asked what it knows, and where it knows nothing, the very same call is made again:
under the same key, never under a new one.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import payments
from db.access import Caller
from db.base import atomically, execute, fetch
from db.errors import Code, Refusal
from db.events import Outcome
from db.orders import actions, alerts, batches, receipts
from db.orders.batches import BATCH
from db.orders.settlement import conduct, settle
from db.payments import Answer, Call, Gateways, OperationStatus, Verdict

PAUSES: Final = [timedelta(seconds=seconds) for seconds in (30, 30, 60, 120, 300, 600)]
"""How long after a call, and after each time it was asked about, it is asked about again."""
ANSWER_SECONDS: Final = 20.0
"""Nobody waits here, so a gateway may take longer than inside a request."""
ALERT_AFTER: Final = timedelta(hours=72)
MOST_ASKED: Final = 5

_ACTION: Final = "system.reconciliation"
_SAYS_NOTHING: Final = {Verdict.UNKNOWN, Verdict.NOT_FOUND, Verdict.CANNOT}

DUE: Final = """
    status IN ('REQUESTED', 'UNKNOWN')
    AND coalesce(asked_at, created_at) + ($2::interval[])[least(asked + 1, cardinality($2))] <= $1
"""
# That it was asked about just now is also what keeps the other workers from it.
_TAKE: Final = f"""
UPDATE payment_operation SET asked = asked + 1, asked_at = $1 WHERE id IN (
    SELECT id FROM payment_operation WHERE {DUE}
     ORDER BY coalesce(asked_at, created_at) LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id
"""


async def reconcile_due(*, gateways: Gateways, now: datetime) -> int:
    """Ask about the calls whose time it is, at most :data:`BATCH`; return how many those were.

    Any number of workers may do this at once, and at the same time as the call itself is made.
    """
    due = [operation_id for (operation_id,) in await fetch(_TAKE, now, PAUSES, BATCH)]
    return await batches.each(
        due, lambda one: _reconcile(one, gateways=gateways, now=now), "the reconciliation of"
    )


async def _reconcile(operation_id: UUID, *, gateways: Gateways, now: datetime) -> None:
    call = await payments.find_call(operation_id)
    if call is None or not call.is_open:
        return
    answer = await payments.find(call, gateways, seconds=ANSWER_SECONDS)
    if answer.verdict is Verdict.NOT_FOUND and payments.can_be_sent_again(call, now=now):
        answer = await payments.send(call, gateways, seconds=ANSWER_SECONDS)
    caller = Caller.system("reconciliation")
    if answer.verdict not in _SAYS_NOTHING or call.status is OperationStatus.REQUESTED:
        await _take_in(call, answer, gateways=gateways, caller=caller, action=_ACTION, now=now)
    if answer.verdict in _SAYS_NOTHING and now - call.created_at >= ALERT_AFTER:
        await atomically(lambda: _alert(call, caller=caller, now=now))


async def _take_in(
    call: Call, answer: Answer, *, gateways: Gateways, caller: Caller, action: str, now: datetime
) -> None:
    following = await settle(call, answer, caller=caller, action=action, now=now)
    if following:
        await conduct(following, gateways=gateways, caller=caller, action=action, now=now)


_ALERTED: Final = """
UPDATE payment_operation SET alerted_at = $2 WHERE id = $1 AND alerted_at IS NULL
"""


async def _alert(call: Call, *, caller: Caller, now: datetime) -> None:
    order = await actions.lock(call.order_id, path=())
    if await execute(_ALERTED, call.operation_id, now):
        message = f"The gateway has not told for three days what became of a {call.kind.lower()}."
        data = {"paymentId": call.payment_typeid}
        await alerts.call_for_a_person(order, message, data, caller=caller, now=now)


_WORTH_ASKING: Final = """
SELECT id FROM payment_operation
 WHERE payment_id = $1 AND (status IN ('REQUESTED', 'UNKNOWN')
                            OR (kind = 'AUTHORIZE' AND status = 'FAILED'))
 ORDER BY id DESC LIMIT $2
"""


async def sync_payment(
    *, caller: Caller, now: datetime, payment_id: UUID, gateways: Gateways
) -> Outcome:
    """Ask the gateway now what it knows of a payment. Nothing is ever charged by asking.

    :raises Refusal: NOT_FOUND.
    """
    (payment,) = await receipts.find_payments(caller=caller, ids=[payment_id])
    if payment is None:
        raise Refusal(Code.NOT_FOUND, "There is no such payment.", ("payment_id",))
    for (operation_id,) in await fetch(_WORTH_ASKING, payment_id, MOST_ASKED):
        call = await payments.find_call(operation_id)
        answer = await payments.find(call, gateways) if call else None
        if call and answer and answer.verdict not in _SAYS_NOTHING:
            await _take_in(
                call, answer, gateways=gateways, caller=caller, action="paymentSync", now=now
            )
    return Outcome({"order": str(payment.order_id), "payment": str(payment_id)})
