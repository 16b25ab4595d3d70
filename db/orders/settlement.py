"""What follows for an order when a gateway has answered.

Every answer comes through :func:`settle`, whoever heard it: the call of a checkout, the fence of an
order that ends, and whatever will ask a gateway, or be told by one, later.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from db import carts, crash_points, events, payments
from db.access import Caller
from db.base import atomically, fetch_value
from db.crash_points import CrashPoint
from db.events import Changes, Outcome, Topic
from db.money import Money
from db.orders import (
    actions,
    alerts,
    completion,
    ending,
    fulfillment,
    queries,
    refunds,
    resumption,
    timeline,
)
from db.orders.actions import OrderAction, Step, advance
from db.orders.models import CancelReason, Order, OrderEventKind, OrderStatus, RefundReason
from db.payments import (
    Answer,
    Call,
    Gateways,
    OperationKind,
    OperationStatus,
    PaymentStatus,
    Verdict,
)

_ALIVE: Final = {OrderStatus.PLACED, OrderStatus.COMPLETED}


async def conduct(
    call: Call, *, gateways: Gateways, caller: Caller, action: str, now: datetime
) -> None:
    """Make a committed call to its gateway, settle the answer, and make the calls that follow.

    Cut off at any point, nothing is lost: whoever asks the gateway next goes on from there.
    """
    following: Call | None = call
    while following:
        answer = await payments.send(following, gateways)
        crash_points.reach(CrashPoint.AFTER_CALL)
        following = await settle(following, answer, caller=caller, action=action, now=now)
        crash_points.reach(CrashPoint.AFTER_T2)


async def see_through(
    outcome: Outcome,
    call: Call | None,
    *,
    gateways: Gateways,
    caller: Caller,
    action: str,
    now: datetime,
) -> None:
    """Make the call that a verb wrote down, and named ``operation`` in its outcome.

    A replay makes it again where nobody has seen it answered: whoever was to may be dead. It has
    the same key, so the gateway moves the money once, also where it is being called now; once the
    gateway may have forgotten the key, finding out is left to the reconciler.
    """
    if outcome.replayed:
        operation_id = outcome.ids.get("operation")
        earlier = await payments.find_call(UUID(operation_id)) if operation_id else None
        is_due = earlier and earlier.is_open and payments.can_be_sent_again(earlier, now=now)
        call = earlier if is_due else None
    if call:
        await conduct(call, gateways=gateways, caller=caller, action=action, now=now)


async def settle(
    call: Call, answer: Answer, *, caller: Caller, action: str, now: datetime
) -> Call | None:
    """Take in an answer, and what follows from it for the order, in one transaction.

    Returns a call to make next: money that came too late goes back.
    """

    async def work() -> Call | None:
        if call.kind is OperationKind.AUTHORIZE and answer.verdict is Verdict.SUCCEEDED:
            await fetch_value(_LOCK_CART, call.order_id)
        order = await actions.lock(call.order_id, path=())
        before = await payments.lock_call(call.operation_id)
        after = await payments.apply(before, answer, now=now)
        crash_points.reach(CrashPoint.IN_T2_AFTER_OPERATION)
        if after is None:
            return None
        await _tell(order, before, after, caller=caller, action=action, now=now)
        following = await _go_on(order, before, after, caller=caller, action=action, now=now)
        crash_points.reach(CrashPoint.IN_T2_BEFORE_COMMIT)
        return following

    return await atomically(work)


async def _go_on(
    order: Order, before: Call, call: Call, *, caller: Caller, action: str, now: datetime
) -> Call | None:
    match call.kind, call.status:
        case OperationKind.AUTHORIZE, OperationStatus.SUCCEEDED if _is_let_go(call):
            if before.status is OperationStatus.SUCCEEDED:
                await _lost(order, call, caller=caller, action=action, now=now)
                return None
            # Old news, or a promise that was not kept: the gateway lets go of what there may be.
            await completion.touch(order, now=now)
            await completion.tell_of_change(order, now=now)
            return await payments.give_back(call, now=now)
        case OperationKind.AUTHORIZE, OperationStatus.SUCCEEDED:
            return await _paid(order, call, caller=caller, action=action, now=now)
        case OperationKind.REFUND, OperationStatus.SUCCEEDED | OperationStatus.FAILED:
            await completion.touch(order, now=now)
            await refunds.settle(order, call, caller=caller, action=action, now=now)
        case OperationKind.CAPTURE, OperationStatus.SUCCEEDED:
            if order.status not in _ALIVE:
                return await _came_in_vain(order, call, caller=caller, action=action, now=now)
            await completion.touch(order, now=now)
            await completion.complete_if_done(order, caller=caller, action=action, now=now)
        case (OperationKind.AUTHORIZE, OperationStatus.FAILED) | (
            OperationKind.VOID,
            OperationStatus.SUCCEEDED,
        ):
            await completion.touch(order, now=now)
        case _:
            await completion.touch(order, now=now)
            await completion.tell_of_change(order, now=now)
            if call.kind is OperationKind.VOID and call.status is OperationStatus.FAILED:
                message = "The gateway refuses to let go of the money that it holds."
                data = {"paymentId": call.payment_typeid}
                await alerts.call_for_a_person(order, message, data, caller=caller, now=now)
    return None


def _is_let_go(call: Call) -> bool:
    return call.payment_status is PaymentStatus.VOIDED and not call.captured


async def _lost(order: Order, call: Call, *, caller: Caller, action: str, now: datetime) -> None:
    """End a placed order whose money its gateway has let go of, if nothing has left yet."""
    standing = await queries.standing(order.id)
    if order.status is not OrderStatus.PLACED:
        await completion.touch(order, now=now)
    elif actions.RULES[OrderAction.CANCEL].fits(standing, True, now):
        await fulfillment.unpack_all(order, caller=caller, action=action, now=now)
        reason = CancelReason.PAYMENT
        await ending.cancel(order, reason=reason, caller=caller, action=action, now=now)
    else:
        await completion.touch(order, now=now)
        message = "The gateway has let go of the money that it held for this order: see to it."
        data = {"paymentId": call.payment_typeid, "lost": True}
        await alerts.call_for_a_person(order, message, data, caller=caller, now=now)


async def _paid(
    order: Order, call: Call, *, caller: Caller, action: str, now: datetime
) -> Call | None:
    """Go on with an order whose payment has come: at last, once more, or too late."""
    if call.has_rival:
        return await _came_in_vain(order, call, caller=caller, action=action, now=now)
    match order.status:
        case OrderStatus.PENDING:
            await place(order, caller=caller, action=action, now=now)
        case OrderStatus.PLACED | OrderStatus.COMPLETED:  # what was held is now taken
            await completion.touch(order, now=now)
            await completion.complete_if_done(order, caller=caller, action=action, now=now)
        case OrderStatus.EXPIRED if await resumption.take_again(order, caller=caller, now=now):
            await place(order, caller=caller, action=action, now=now)
            message = "The payment came after the order had expired: it was placed all the same."
            await alerts.call_for_a_person(order, message, caller=caller, now=now)
        case _:
            return await _came_in_vain(order, call, caller=caller, action=action, now=now)
    return None


async def _came_in_vain(
    order: Order, call: Call, *, caller: Caller, action: str, now: datetime
) -> Call | None:
    """Send money back that an order does not need, or not any more."""
    await completion.touch(order, now=now)
    await completion.tell_of_change(order, now=now)
    message = "A payment came that this order did not wait for: it goes back."
    data = {"paymentId": call.payment_typeid}
    await alerts.call_for_a_person(order, message, data, caller=caller, now=now)
    return await refunds.give_all_back(
        order, call, reason=RefundReason.OTHER, caller=caller, action=action, now=now
    )


async def place(order: Order, *, caller: Caller, action: str, now: datetime) -> None:
    """Place a locked order that is paid for, or costs nothing; its cart is gone with it.

    It is written as the transaction ends: nothing in it reads the order after this.
    """
    before = order.status
    advance(order, Step.PLACE)
    order.placed_at, order.expires_at = now, None
    await completion.touch_at_the_end(order, now=now)
    if order.cart_id and before is OrderStatus.PENDING:  # later it may be filled anew
        await carts.delete(order.cart_id)
    entry = timeline.Entry(OrderEventKind.PLACED, "The order was placed.")
    await timeline.add(order.id, entry, caller=caller, now=now)
    news = completion.news_of(order, total=_shown(order.total, order.currency))
    await events.record((Topic.ORDER_PLACED, order.typeid, news), now=now)
    changes = {"status": [before, order.status]}
    await events.audit(caller, action, order.typeid, changes, now=now)


# Carts are locked before their orders, by a new checkout of the same cart too.
_LOCK_CART: Final = """
SELECT id FROM cart WHERE id = (SELECT cart_id FROM orders WHERE id = $1) FOR UPDATE
"""


_NEWS: Final[Mapping[PaymentStatus, tuple[OrderEventKind, str, Topic]]] = {
    PaymentStatus.AUTHORIZED: (
        OrderEventKind.PAYMENT_AUTHORIZED,
        "{} are authorized.",
        Topic.PAYMENT_AUTHORIZED,
    ),
    PaymentStatus.CAPTURED: (
        OrderEventKind.PAYMENT_CAPTURED,
        "{} were paid.",
        Topic.PAYMENT_CAPTURED,
    ),
    PaymentStatus.FAILED: (
        OrderEventKind.PAYMENT_FAILED,
        "The payment of {} was declined.",
        Topic.PAYMENT_FAILED,
    ),
    PaymentStatus.VOIDED: (
        OrderEventKind.PAYMENT_VOIDED,
        "The payment of {} was called off.",
        Topic.PAYMENT_VOIDED,
    ),
}


async def _tell(
    order: Order, before: Call, after: Call, *, caller: Caller, action: str, now: datetime
) -> None:
    """Tell of what an answer changed about a payment: to timeline, outbox and audit trail."""
    changes = _changes(before, after)
    if changes:
        await events.audit(caller, action, after.payment_typeid, changes, now=now)
    if "status" not in changes or after.payment_status not in _NEWS:
        return
    kind, message, topic = _NEWS[after.payment_status]
    is_taken = after.payment_status is PaymentStatus.CAPTURED
    amount = Money(after.captured if is_taken else after.payment_amount, after.currency)
    entry = timeline.Entry(
        kind,
        message.format(f"{amount.text} {amount.currency}"),
        {"paymentId": after.payment_typeid, "amount": amount.text},
    )
    await timeline.add(order.id, entry, caller=caller, now=now)
    news = {
        "paymentId": after.payment_typeid,
        "orderId": order.typeid,
        "gateway": after.gateway,
        "status": after.payment_status,
        "amount": _shown(amount.amount, amount.currency),
    }
    await events.record((topic, after.payment_typeid, news), now=now)


def _changes(before: Call, after: Call) -> Changes:
    changes: Changes = {}
    if after.payment_status is not before.payment_status:
        changes["status"] = [before.payment_status, after.payment_status]
    if after.captured != before.captured:
        amounts = (before.captured, after.captured)
        changes["captured"] = [Money(amount, after.currency).text for amount in amounts]
    return changes


def _shown(amount: int, currency: str) -> Mapping[str, str]:
    return {"amount": Money(amount, currency).text, "currencyCode": currency}
