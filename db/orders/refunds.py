"""Money going back through the payment that brought it."""

from datetime import datetime
from typing import Final

from db import events, payments
from db.access import Caller
from db.base import execute
from db.events import Topic
from db.money import Money
from db.orders import alerts, completion, timeline
from db.orders.models import (
    Order,
    OrderEventKind,
    OrderStatus,
    Refund,
    RefundReason,
    RefundStatus,
)
from db.payments import Call, OperationKind, OperationStatus

_NEWS: Final = {
    RefundStatus.PENDING: (OrderEventKind.REFUND_REQUESTED, "{} are on their way back.", None),
    RefundStatus.SUCCEEDED: (
        OrderEventKind.REFUND_SUCCEEDED,
        "{} were given back.",
        Topic.REFUND_SUCCEEDED,
    ),
    RefundStatus.FAILED: (
        OrderEventKind.REFUND_FAILED,
        "{} could not be given back.",
        Topic.REFUND_FAILED,
    ),
}


async def give_all_back(
    order: Order,
    payment: Call,
    *,
    reason: RefundReason,
    note: str | None = None,
    caller: Caller,
    action: str,
    now: datetime,
) -> Call | None:
    """Ask for all the money of one payment of a locked order: let go of it, or refund it.

    The goods of an order that is over are given back with it. One that goes on was paid twice: its
    goods stay bought. Returns the call to make after the commit; None where there is nothing.
    """
    call = await payments.give_back(payment, now=now)
    if call is None or call.kind is not OperationKind.REFUND:
        return call
    refund = await add(
        order, payment, call, reason=reason, note=note, caller=caller, action=action, now=now
    )
    if order.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}:
        await execute(_GIVE_ALL_UNITS_BACK, refund.id, order.id)
    return call


# Nothing has been shipped: all units that were not given back before are given back unshipped.
_GIVE_ALL_UNITS_BACK: Final = """
WITH kept AS (
    SELECT id, quantity - refunded AS units FROM order_line
     WHERE order_id = $2 AND refunded < quantity
), listed AS (
    INSERT INTO refund_line (refund_id, order_line_id, quantity)
    SELECT $1, id, units FROM kept
)
UPDATE order_line
   SET refunded = refunded + kept.units, refunded_unshipped = refunded_unshipped + kept.units
  FROM kept WHERE order_line.id = kept.id
"""


async def add(
    order: Order,
    payment: Call,
    call: Call | None,
    *,
    reason: RefundReason,
    note: str | None,
    caller: Caller,
    action: str,
    now: datetime,
) -> Refund:
    """Write a refund down, which waits for the gateway's answer to its call.

    Without a call it gives units back that cost nothing, and is done at once.
    """
    refund = await Refund.create(
        order_id=order.id,
        payment_id=payment.payment_id,
        operation_id=call and call.operation_id,
        amount=call.amount if call else 0,
        status=RefundStatus.PENDING if call else RefundStatus.SUCCEEDED,
        reason=reason,
        note=note,
        actor_kind=caller.kind,
        actor_id=caller.actor_id,
        actor_label=caller.label,
        created_at=now,
        settled_at=None if call else now,
    )
    await _tell(order, refund, before=None, caller=caller, action=action, now=now)
    return refund


async def settle(order: Order, call: Call, *, caller: Caller, action: str, now: datetime) -> None:
    """Write down what became of the refund that a call was made for."""
    refund = await Refund.filter(operation_id=call.operation_id).select_for_update().get()
    before = refund.status
    is_done = call.status is OperationStatus.SUCCEEDED
    refund.status = RefundStatus.SUCCEEDED if is_done else RefundStatus.FAILED
    refund.settled_at = now
    await refund.save(update_fields=("status", "settled_at"))
    await _tell(order, refund, before=before, caller=caller, action=action, now=now)
    if not is_done:
        message = "A refund did not reach the buyer: its amount can be given back again."
        data = {"refundId": refund.typeid}
        await alerts.call_for_a_person(order, message, data, caller=caller, now=now)


async def _tell(
    order: Order,
    refund: Refund,
    *,
    before: RefundStatus | None,
    caller: Caller,
    action: str,
    now: datetime,
) -> None:
    kind, message, topic = _NEWS[refund.status]
    amount = Money(refund.amount, order.currency)
    entry = timeline.Entry(
        kind,
        message.format(f"{amount.text} {amount.currency}"),
        {"refundId": refund.typeid, "amount": amount.text},
    )
    await timeline.add(order.id, entry, caller=caller, now=now)
    if topic:
        news = completion.news_of(
            order,
            refundId=refund.typeid,
            refundStatus=refund.status,
            amount={"amount": amount.text, "currencyCode": amount.currency},
        )
        await events.record((topic, refund.typeid, news), now=now)
    changes = {"status": [before, refund.status], "amount": [None, amount.text]}
    await events.audit(
        caller,
        action,
        refund.typeid,
        changes if before is None else {"status": changes["status"]},
        now=now,
    )
