"""Taking in what a gateway answered.

Answers move an operation up a ladder and never down: the same answers give the same result in any
order, however often they are repeated. What pays for an order goes by a ladder of its own, from no
to held, to called off, to taken: a hold is over once it was called off, whichever we hear of first,
and money that was taken is never called off.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import orjson

from db import ids
from db.base import execute
from db.payments.gateway import Answer, Verdict
from db.payments.models import OperationKind, OperationStatus, PaymentStatus
from db.payments.operations import Call

_LADDER: Final = (
    OperationStatus.REQUESTED,
    OperationStatus.UNKNOWN,
    OperationStatus.FAILED,
    OperationStatus.SUCCEEDED,
)
"""A late success beats an early failure: the money is what counts."""
_REFUND_LADDER: Final = (
    OperationStatus.REQUESTED,
    OperationStatus.UNKNOWN,
    OperationStatus.SUCCEEDED,
    OperationStatus.FAILED,
)
"""A bank may send a refund back days later."""

_STATUS_OF: Final[Mapping[Verdict, OperationStatus]] = {
    Verdict.SUCCEEDED: OperationStatus.SUCCEEDED,
    Verdict.DECLINED: OperationStatus.FAILED,
    Verdict.CANCELLED: OperationStatus.FAILED,
}
"""Every other verdict leaves the operation open."""

_SETTLE: Final = """
WITH operation AS (
    UPDATE payment_operation SET status = $2, reference = coalesce($3, reference),
           sealed_token = CASE WHEN $4 THEN NULL ELSE sealed_token END,
           settled_at = CASE WHEN $4 THEN $5::timestamptz END
     WHERE id = $1
)
UPDATE payment SET status = $7, captured = $8, refund_held = $9, failure_code = $10,
       failure_message = $11, next_action = $12::text::jsonb, reference = $13, updated_at = $5
 WHERE id = $6
"""

# It was only to be held, and somebody took it at the gateway: that is on record like our own calls.
_TAKEN: Final = """
INSERT INTO payment_operation (id, payment_id, kind, amount, status, created_at, settled_at)
VALUES ($1, $2, 'CAPTURE', $3, 'SUCCEEDED', $4, $4)
"""


async def apply(call: Call, answer: Answer, *, now: datetime) -> Call | None:
    """Write down what an answer says about a call, and wipe its token once it is settled.

    Returns the call as it stands afterwards, or None where the answer says nothing new. The caller
    holds the payment's lock.
    """
    after = answered(call, answer)
    if after == call:
        return None
    await execute(
        _SETTLE,
        *(after.operation_id, after.status.value, answer.reference, not after.is_open, now),
        *(after.payment_id, after.payment_status.value, after.captured, after.refund_held),
        *(after.failure_code, after.failure_message),
        orjson.dumps(after.next_action).decode() if after.next_action else None,
        after.reference,
    )
    if after.captured and call.kind is OperationKind.AUTHORIZE and not call.capture_at_once:
        await execute(_TAKEN, ids.new(), after.payment_id, after.captured, now)
    return after


def answered(call: Call, answer: Answer) -> Call:
    """Work out how a call stands after an answer."""
    ladder = _REFUND_LADDER if call.kind is OperationKind.REFUND else _LADDER
    said = _STATUS_OF.get(answer.verdict, OperationStatus.UNKNOWN)
    status = max(call.status, said, key=ladder.index)
    if status is call.status and not call.is_open and not _says_more(call, answer):
        return call
    after = replace(call, status=status)
    effect = _EFFECTS.get((call.kind, said))
    return effect(after, answer) if effect else after


def _says_more(call: Call, answer: Answer) -> bool:
    """Tell whether an answer says more about the money than about the operation: taken, let go."""
    if call.kind is not OperationKind.AUTHORIZE or call.captured:
        return False
    match answer.verdict:
        case Verdict.SUCCEEDED:
            return answer.captured
        case Verdict.CANCELLED:
            return call.payment_status is not PaymentStatus.VOIDED
        case _:
            return False


def _authorized(call: Call, answer: Answer) -> Call:
    paid = PaymentStatus.CAPTURED if answer.captured else PaymentStatus.AUTHORIZED
    is_over = call.payment_status is PaymentStatus.VOIDED and not answer.captured
    return replace(
        call,
        payment_status=call.payment_status if call.has_rival or is_over else paid,
        captured=_taken(call, answer),
        reference=answer.reference,
        failure_code=None,
        failure_message=None,
        next_action=None,
    )


def _taken(call: Call, answer: Answer) -> int:
    if not answer.captured:
        return 0
    return call.payment_amount if answer.taken is None else answer.taken


def _not_authorized(call: Call, answer: Answer) -> Call:
    is_declined = answer.verdict is Verdict.DECLINED
    return replace(
        call,
        payment_status=PaymentStatus.FAILED if is_declined else PaymentStatus.VOIDED,
        reference=answer.reference or call.reference,
        failure_code=answer.code,
        failure_message=answer.message,
        next_action=None,
    )


def _undecided(call: Call, answer: Answer) -> Call:
    call = replace(call, reference=answer.reference or call.reference)
    match answer.verdict:
        case Verdict.ACTION:
            status = PaymentStatus.REQUIRES_ACTION
            return replace(call, payment_status=status, next_action=answer.action)
        case Verdict.PROCESSING:
            return replace(call, payment_status=PaymentStatus.PROCESSING, next_action=None)
        case _:
            return call


def _captured(call: Call, _: Answer) -> Call:
    return replace(
        call,
        payment_status=PaymentStatus.CAPTURED,
        captured=call.amount,
        failure_code=None,
        failure_message=None,
    )


def _refused(call: Call, answer: Answer) -> Call:
    return replace(call, failure_code=answer.code, failure_message=answer.message)


def _voided(call: Call, _: Answer) -> Call:
    return call if call.captured else replace(call, payment_status=PaymentStatus.VOIDED)


def _not_refunded(call: Call, _: Answer) -> Call:
    return replace(call, refund_held=call.refund_held - call.amount)


_EFFECTS: Final[Mapping[tuple[OperationKind, OperationStatus], Callable[[Call, Answer], Call]]] = {
    (OperationKind.AUTHORIZE, OperationStatus.SUCCEEDED): _authorized,
    (OperationKind.AUTHORIZE, OperationStatus.FAILED): _not_authorized,
    (OperationKind.AUTHORIZE, OperationStatus.UNKNOWN): _undecided,
    (OperationKind.CAPTURE, OperationStatus.SUCCEEDED): _captured,
    (OperationKind.CAPTURE, OperationStatus.FAILED): _refused,
    (OperationKind.VOID, OperationStatus.SUCCEEDED): _voided,
    (OperationKind.VOID, OperationStatus.FAILED): _refused,
    (OperationKind.REFUND, OperationStatus.FAILED): _not_refunded,
}
"""What such an answer to an operation does to its payment; the others do nothing to it."""
