"""Paying an order: the first attempt, made with it, and the next ones after a decline."""

from datetime import datetime
from typing import Final, Required, TypedDict
from uuid import UUID

from db import events, payments, shop
from db.access import Caller
from db.errors import Code, Path, Refusal
from db.events import Claim, Outcome
from db.money import Money
from db.orders import actions, completion, queries, timeline
from db.orders.actions import OrderAction
from db.orders.models import OrderEventKind
from db.orders.settlement import conduct
from db.payments import Call, Gateways
from db.shop import CapturePolicy

MOST_ATTEMPTS: Final = 20
"""Payments of one order, the declined ones too."""


class PaymentFields(TypedDict, total=False):
    """How the buyer wants to pay; ``token`` is what the gateway's script gave their client."""

    gateway: Required[str]
    token: str | None
    return_url: str | None


async def begin(
    fields: PaymentFields,
    *,
    order_id: UUID,
    amount: Money,
    policy: CapturePolicy,
    gateways: Gateways,
    path: Path,
    caller: Caller,
    action: str,
    now: datetime,
) -> Call:
    """Write down an attempt to pay a locked or new order, to be made after the commit.

    :raises Refusal: the shop does not take this gateway.
    """
    gateway = gateways.get(fields["gateway"])
    if gateway is None:
        named = ", ".join(gateways)
        message = f"This shop can be paid through: {named}."
        raise Refusal(Code.INVALID, message, (*path, "gateway"))
    call = await payments.begin(
        order_id=order_id,
        gateway=gateway.name,
        currency=amount.currency,
        amount=amount.amount,
        capture=policy is CapturePolicy.ON_PLACEMENT and gateway.takes_at_once,
        token=fields.get("token"),
        return_url=fields.get("return_url"),
        now=now,
    )
    entry = timeline.Entry(
        OrderEventKind.PAYMENT_REQUESTED,
        f"A payment of {amount.text} {amount.currency} was requested.",
        {"paymentId": call.payment_typeid, "amount": amount.text},
    )
    await timeline.add(order_id, entry, caller=caller, now=now)
    changes = {
        "status": [None, call.payment_status],
        "gateway": [None, call.gateway],
        "amount": [None, amount.text],
    }
    await events.audit(caller, action, call.payment_typeid, changes, now=now)
    return call


async def create_payment(
    *,
    caller: Caller,
    now: datetime,
    order_id: UUID,
    fields: PaymentFields,
    gateways: Gateways,
    claim: Claim | None = None,
) -> Outcome:
    """Try again to pay an order that waits for it.

    :raises Refusal: NOT_FOUND; INVALID, where the shop does not take this gateway; TOO_MANY.
    :raises InvalidState: another payment is under way, or the order does not wait for one.
    """
    action = "paymentCreate"
    begun: Call | None = None

    async def work() -> Outcome:
        nonlocal begun
        order = await actions.lock_visible(order_id, caller=caller, path=("order_id",))
        is_owner = caller.is_owner_of(user_id=order.user_id, guest_id=order.guest_id)
        standing = await queries.standing(order.id)
        actions.require(OrderAction.PAY, standing, caller, is_owner=is_owner, now=now)
        if await payments.count(order.id) >= MOST_ATTEMPTS:
            raise Refusal(Code.TOO_MANY, f"An order takes at most {MOST_ATTEMPTS} payments.")
        settings = await shop.settings()
        begun = await begin(
            fields,
            order_id=order.id,
            amount=Money(order.total, order.currency),
            policy=settings.capture_policy,
            gateways=gateways,
            path=("input",),
            caller=caller,
            action=action,
            now=now,
        )
        await completion.touch(order, now=now)
        await completion.tell_of_change(order, now=now)
        return Outcome({"order": str(order.id), "payment": str(begun.payment_id)})

    outcome = await events.once(claim, now, work)
    await go_through(outcome, begun, gateways=gateways, caller=caller, action=action, now=now)
    return outcome


async def go_through(
    outcome: Outcome,
    begun: Call | None,
    *,
    gateways: Gateways,
    caller: Caller,
    action: str,
    now: datetime,
) -> None:
    """Make the call that was begun; or, where this is a replay, wait while its twin makes it."""
    if outcome.replayed:
        if payment_id := outcome.ids.get("payment"):
            await payments.wait_for_answer(UUID(payment_id))
    elif begun:
        await conduct(begun, gateways=gateways, caller=caller, action=action, now=now)
