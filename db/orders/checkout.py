"""Checking out, in one call: reserve, pay, place.

1. One transaction makes the order, holds its stock and writes down the call to the gateway.
2. The gateway is called, with no transaction open, under the id of a committed row.
3. One transaction takes in the answer. A process that dies before has lost nothing: whoever asks
   the gateway next comes to the same end.
"""

from datetime import datetime

from db import events
from db.access import Caller
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
    action = "checkoutComplete"
    begun: Call | None = None

    async def work() -> Outcome:
        nonlocal begun
        made = await placement.make_order(
            fields, gateways=gateways, periods=periods, caller=caller, action=action, now=now
        )
        begun = made.call
        named = {
            "order": made.order_id,
            "payment": begun and begun.payment_id,
            "guest": made.buyer.guest_id if made.buyer.is_new else None,
        }
        return Outcome({name: str(one) for name, one in named.items() if one})

    outcome = await fencing.fenced(
        lambda: events.once(claim, now, work),
        gateways=gateways,
        caller=caller,
        action=action,
        now=now,
    )
    await payment.go_through(
        outcome, begun, gateways=gateways, caller=caller, action=action, now=now
    )
    return outcome
