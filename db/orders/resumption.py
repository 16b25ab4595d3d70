"""An order that was ended for want of a payment, whose payment has come after all.

No gateway that keeps its promises lets this happen (``fencing``). Where one does, the buyer gets
the goods if they can still be had, and else the money.
"""

from datetime import datetime

from db import discounts, stock
from db.access import Caller
from db.orders import ending, parts
from db.orders.models import Order


async def take_again(order: Order, *, caller: Caller, now: datetime) -> bool:
    """Hold once more what a locked order had given back; False where it cannot be had.

    What its discount took off was agreed in time: only that a use of it is left counts now.
    """
    discount = None
    if order.discount_code:
        customer = await _customer_of(order)
        discount = await discounts.lock_free(order.discount_code, customer)
        if discount is None:
            return False
    (lines,) = await parts.lines_by_order([order.id])
    units = ending.held(lines)
    if not await stock.can_reserve(units):
        return False
    if discount:
        await discounts.take(
            discount, order_id=order.id, cart_id=None, customer=customer, now=now, path=()
        )
    labels = {line.variant_id: line.title for line in lines if line.variant_id}
    await stock.reserve(units, order_id=order.id, caller=caller, now=now, labels=labels)
    return True


async def _customer_of(order: Order) -> str | None:
    (private,) = await parts.private_by_order([order.id])
    return discounts.customer_of(order.user_id, private.email if private else None)
