"""No order ends while money may still come for it.

"Not found" proves nothing while a process that was paused may still send its request. So before an
order gives its stock back, the gateway is asked for a promise: that no charge can come any more, or
that one has come already.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar

from db import payments
from db.access import Caller
from db.errors import Code, RetryLater
from db.orders import settlement
from db.orders.models import Order
from db.payments import Call, Gateways, Verdict

T = TypeVar("T")

ATTEMPTS: Final = 3
"""A buyer may begin another payment in between, but not for ever."""
RETRY_SECONDS: Final = 30


class PaymentIsOpen(Exception):
    """An order has a payment whose outcome is not known yet."""

    def __init__(self, call: Call) -> None:
        super().__init__(f"The outcome of {call.payment_typeid} is open.")
        self.call = call


async def require_decided(order: Order) -> Call | None:
    """Lock a locked order's live payment, and return it if there is one.

    :raises PaymentIsOpen: its outcome is not known yet.
    """
    live = await payments.lock_live(order.id)
    if live and live.is_open:
        raise PaymentIsOpen(live)
    return live


async def fenced(
    work: Callable[[], Awaitable[T]],
    *,
    gateways: Gateways,
    caller: Caller,
    action: str,
    now: datetime,
) -> T:
    """Run a transaction that ends an order; a payment that it finds open is decided first.

    The gateway is asked between two attempts, while no transaction is open.

    :raises RetryLater: the gateway can make no promise, or did not answer.
    """
    for _ in range(ATTEMPTS):
        try:
            return await work()
        except PaymentIsOpen as found:
            call = found.call
        answer = await payments.fence(call, gateways)
        following = await settlement.settle(call, answer, caller=caller, action=action, now=now)
        if following:
            await settlement.conduct(
                following, gateways=gateways, caller=caller, action=action, now=now
            )
        if answer.verdict in {Verdict.CANNOT, Verdict.UNKNOWN}:
            break
    raise RetryLater(
        "The outcome of this order's payment is not known yet.",
        code=Code.PAYMENT_UNKNOWN,
        retry_after_seconds=RETRY_SECONDS,
    )
