"""An order that was ended for want of a payment, whose payment has come after all.

No gateway that keeps its promises lets this happen (``fencing``). Where one does, the buyer gets
the goods if they can still be had, and else the money.
"""

from datetime import datetime

from db import stock
from db.access import Caller
from db.orders import ending, parts
from db.orders.models import Order


async def take_again(order: Order, *, caller: Caller, now: datetime) -> bool:
    """Hold once more what a locked order had given back; False where it cannot be had."""
    if order.discount_code:  # its use was given back, and may be another's by now
        return False
    (lines,) = await parts.lines_by_order([order.id])
    units = ending.held(lines)
    if not await stock.can_reserve(units):
        return False
    labels = {line.variant_id: line.title for line in lines if line.variant_id}
    await stock.reserve(units, order_id=order.id, caller=caller, now=now, labels=labels)
    return True
