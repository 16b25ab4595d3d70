"""What staff do with money that a payment holds: take it, or let it go."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db import access, events, payments
from db.access import Caller, Permission
from db.errors import Code, InvalidState, Path, Refusal
from db.events import Claim, Outcome
from db.money import Money
from db.orders import actions, completion, fencing, queries
from db.orders.actions import OrderAction
from db.orders.models import Order, OrderStatus
from db.orders.settlement import see_through
from db.payments import LIVE, Call, Gateways, OperationStatus, PaymentStatus

_PATH: Path = ("payment_id",)
_ENDED: Final = {OrderStatus.CANCELLED, OrderStatus.EXPIRED}


async def capture_payment(
    *,
    caller: Caller,
    now: datetime,
    payment_id: UUID,
    amount: Money | None = None,
    gateways: Gateways,
    claim: Claim | None = None,
) -> Outcome:
    """Take the money that a payment holds, or a part of it; the rest is let go.

    The outcome names the operation: its gateway may refuse, or give no answer yet.

    :raises Refusal: NOT_FOUND; CURRENCY_MISMATCH, OUT_OF_RANGE, AMOUNT_TOO_LARGE.
    :raises InvalidState: it does not hold the money for a placed order.
    """
    access.require(caller, Permission.PAYMENTS_WRITE)
    action = "paymentCapture"
    call: Call | None = None

    async def work() -> Outcome:
        nonlocal call
        order, payment = await _lock(payment_id)
        await _require(OrderAction.CAPTURE, order, payment, caller=caller, now=now)
        call = await payments.take(payment, _amount(amount, payment), now=now)
        await _write_down(order, call, caller=caller, action=action, now=now)
        return _outcome(call)

    outcome = await events.once(claim, now, work)
    await see_through(outcome, call, gateways=gateways, caller=caller, action=action, now=now)
    return outcome


async def void_payment(
    *,
    caller: Caller,
    now: datetime,
    payment_id: UUID,
    gateways: Gateways,
    claim: Claim | None = None,
) -> Outcome:
    """Let go of what a payment holds for an order that is over, or call off what is not decided.

    The buyer may then pay in another way. A placed order is cancelled instead.

    :raises Refusal: NOT_FOUND.
    :raises InvalidState: it holds nothing, or holds it for a placed order.
    :raises RetryLater: its gateway cannot say what becomes of it.
    """
    access.require(caller, Permission.PAYMENTS_WRITE)
    action = "paymentVoid"
    call: Call | None = None
    was_open = False

    async def work() -> Outcome:
        nonlocal call, was_open
        order, payment = await _lock(payment_id)
        is_over = was_open and payment.payment_status not in LIVE
        if is_over or _is_called_off(order, payment):
            return _outcome(payment)
        await _require(OrderAction.VOID, order, payment, caller=caller, now=now)
        if payment.is_open:
            was_open = True
            raise fencing.PaymentIsOpen(payment)
        call = await payments.give_back(payment, now=now)
        assert call is not None  # noqa: S101 - it holds the money, or would have been refused
        await _write_down(order, call, caller=caller, action=action, now=now)
        return _outcome(call)

    outcome = await fencing.fenced(
        lambda: events.once(claim, now, work),
        gateways=gateways,
        caller=caller,
        action=action,
        now=now,
    )
    await see_through(outcome, call, gateways=gateways, caller=caller, action=action, now=now)
    return outcome


def _is_called_off(order: Order, payment: Call) -> bool:
    """Tell whether a payment was called off before it was decided, and not by the order's end.

    Whoever did so may have died before they could say it: asked again, it is done.
    """
    is_undecided = payment.status is OperationStatus.FAILED
    is_void = payment.payment_status is PaymentStatus.VOIDED
    return is_void and is_undecided and order.status not in _ENDED


async def _lock(payment_id: UUID) -> tuple[Order, Call]:
    order_id = await payments.order_of(payment_id)
    if order_id is None:
        raise Refusal(Code.NOT_FOUND, "There is no such payment.", _PATH)
    order = await actions.lock(order_id, path=_PATH)
    return order, await payments.lock_first(payment_id)


async def _require(
    action: OrderAction, order: Order, payment: Call, *, caller: Caller, now: datetime
) -> None:
    is_owner = caller.is_owner_of(user_id=order.user_id, guest_id=order.guest_id)
    standing = await queries.standing(order.id)
    actions.require(action, standing, caller, is_owner=is_owner, now=now)
    if payment.payment_status not in LIVE:
        others = actions.allowed(standing, caller, is_owner=is_owner, now=now)
        message = "Another payment of this order is the one that counts."
        raise InvalidState(message, current=payment.payment_status, allowed=others, path=_PATH)


def _amount(asked: Money | None, payment: Call) -> int:
    if asked is None:
        return payment.payment_amount
    held = Money(payment.payment_amount, payment.currency)
    if asked.currency != held.currency:
        message = f"This payment is in {held.currency}."
        raise Refusal(Code.CURRENCY_MISMATCH, message, ("amount", "currency_code"))
    if asked.amount > held.amount:
        message = f"This payment holds {held.text} {held.currency}."
        raise Refusal(Code.AMOUNT_TOO_LARGE, message, ("amount",))
    if asked.amount <= 0:
        raise Refusal(Code.OUT_OF_RANGE, "Take something, or cancel the order.", ("amount",))
    return asked.amount


async def _write_down(
    order: Order, call: Call, *, caller: Caller, action: str, now: datetime
) -> None:
    await completion.touch(order, now=now)
    await completion.tell_of_change(order, now=now)
    asked = {call.kind.lower(): [None, Money(call.amount, call.currency).text]}
    await events.audit(caller, action, call.payment_typeid, asked, now=now)


def _outcome(call: Call) -> Outcome:
    return Outcome(
        {
            "order": str(call.order_id),
            "payment": str(call.payment_id),
            "operation": str(call.operation_id),
        }
    )
