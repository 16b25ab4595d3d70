"""Checking out, in one call or in two: reserve, pay, place.

1. One transaction makes the order, holds its stock and writes down the call to the gateway.
2. The gateway is called, with no transaction open, under the id of a committed row.
3. One transaction takes in the answer. A process that dies before has lost nothing: whoever asks
   the gateway next comes to the same end.
"""

from datetime import datetime

from db import crash_points, events
from db.access import Caller
from db.crash_points import CrashPoint
from db.events import Claim, Outcome
from db.orders import fencing, payment, placement
from db.orders.basket import CheckoutFields
from db.orders.placement import Periods
from db.payments import Call, Gateways


async def complete_checkout(
    *,
    caller: Caller,
    now: datetime,
    fields: CheckoutFields,
    gateways: Gateways,
    periods: Periods,
    claim: Claim | None = None,
) -> Outcome:
    """Make an order of a cart, or of lines, and pay it.

    The outcome names the order, its payment where it costs something, and the guest that was made
    for a stranger. A payment that is declined leaves the order waiting for another one.

    :raises Refusal: what stands between the basket and an order, with its place in the input.
    :raises Refusals: the same, where it is more than one thing.
    :raises RetryLater: an earlier payment of the same cart is under way, and its end not known.
    """
    return await _check_out(
        fields,
        action="checkoutComplete",
        pays_now=True,
        gateways=gateways,
        periods=periods,
        claim=claim,
        caller=caller,
        now=now,
    )


async def begin_checkout(
    *,
    caller: Caller,
    now: datetime,
    fields: CheckoutFields,
    gateways: Gateways,
    periods: Periods,
    claim: Claim | None = None,
) -> Outcome:
    """Make an order of a cart, or of lines, that waits for its payment; what is free is placed.

    Refused as :func:`complete_checkout` is. The gateways are for an earlier order of the same cart.
    """
    return await _check_out(
        fields,
        action="checkoutBegin",
        pays_now=False,
        gateways=gateways,
        periods=periods,
        claim=claim,
        caller=caller,
        now=now,
    )


async def _check_out(
    fields: CheckoutFields,
    *,
    action: str,
    pays_now: bool,
    gateways: Gateways,
    periods: Periods,
    claim: Claim | None,
    caller: Caller,
    now: datetime,
) -> Outcome:
    begun: Call | None = None

    async def work() -> Outcome:
        nonlocal begun
        crash_points.reach(CrashPoint.IN_T1_AFTER_CLAIM)
        made = await placement.make_order(
            fields,
            gateways=gateways,
            periods=periods,
            pays_now=pays_now,
            caller=caller,
            action=action,
            now=now,
        )
        begun = made.call
        named = {
            "order": made.order_id,
            "payment": begun and begun.payment_id,
            "guest": made.buyer.guest_id if made.buyer.is_new else None,
        }
        crash_points.reach(CrashPoint.IN_T1_BEFORE_COMMIT)
        return Outcome({name: str(one) for name, one in named.items() if one})

    crash_points.reach(CrashPoint.BEFORE_T1)
    outcome = await fencing.fenced(
        lambda: events.once(claim, now, work),
        gateways=gateways,
        caller=caller,
        action=action,
        now=now,
    )
    crash_points.reach(CrashPoint.AFTER_T1)
    await payment.go_through(
        outcome, begun, gateways=gateways, caller=caller, action=action, now=now
    )
    return outcome
