"""What no rule can settle is shown to a person: in the log, and on the order's timeline."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from db.access import Caller
from db.orders import timeline
from db.orders.models import Order, OrderEventKind, Visibility

logger = logging.getLogger(__name__)


async def call_for_a_person(
    order: Order,
    message: str,
    data: Mapping[str, Any] | None = None,
    *,
    caller: Caller,
    now: datetime,
) -> None:
    """Tell the staff of something about a locked order that needs one of them."""
    logger.error("order %s: %s", order.number, message)
    entry = timeline.Entry(OrderEventKind.NOTE, message, data, visibility=Visibility.STAFF)
    await timeline.add(order.id, entry, caller=caller, now=now)
