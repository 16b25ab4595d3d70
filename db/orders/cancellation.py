"""Calling an order off: its stock is released, and whatever was paid goes back."""

from datetime import datetime
from uuid import UUID

from db import events
from db.access import Caller
from db.events import Claim, Outcome
from db.orders import actions, ending, fencing, fulfillment, queries, refunds, timeline
from db.orders.actions import OrderAction
from db.orders.models import CancelReason, Order, OrderEventKind, RefundReason, Visibility
from db.orders.settlement import see_through
from db.payments import Call, Gateways


async def cancel_order(
    *,
    caller: Caller,
    now: datetime,
    id: UUID,
    reason: CancelReason,
    note: str | None = None,
    gateways: Gateways,
    claim: Claim | None = None,
) -> Outcome:
    """Call an order off and send all of its money back.

    Its buyer may until a parcel is packed; with ORDERS_WRITE, until one has left.

    :raises Refusal: NOT_FOUND.
    :raises InvalidState: it is too late for that.
    :raises RetryLater: a payment is under way, and its gateway cannot say how it ends.
    """
    action = "orderCancel"
    back: Call | None = None

    async def work() -> Outcome:
        nonlocal back
        order = await actions.lock_visible(id, caller=caller, path=("id",))
        is_owner = caller.is_owner_of(user_id=order.user_id, guest_id=order.guest_id)
        standing = await queries.standing(order.id)
        actions.require(OrderAction.CANCEL, standing, caller, is_owner=is_owner, now=now)
        payment = await fencing.require_decided(order)
        await fulfillment.unpack_all(order, caller=caller, action=action, now=now)
        await ending.cancel(order, reason=reason, caller=caller, action=action, now=now)
        back = payment and await refunds.give_all_back(
            order,
            payment,
            reason=RefundReason.CANCELLED,
            caller=caller,
            action=action,
            now=now,
        )
        if note:
            await _note(order, note, is_owner=is_owner, caller=caller, now=now)
        named = {"order": order.id, "operation": back and back.operation_id}
        return Outcome({name: str(one) for name, one in named.items() if one})

    outcome = await fencing.fenced(
        lambda: events.once(claim, now, work),
        gateways=gateways,
        caller=caller,
        action=action,
        now=now,
    )
    await see_through(outcome, back, gateways=gateways, caller=caller, action=action, now=now)
    return outcome


async def _note(order: Order, note: str, *, is_owner: bool, caller: Caller, now: datetime) -> None:
    visibility = Visibility.CUSTOMER if is_owner else Visibility.STAFF
    entry = timeline.Entry(OrderEventKind.NOTE, note, visibility=visibility)
    await timeline.add(order.id, entry, caller=caller, now=now)
