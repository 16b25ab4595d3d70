"""The record is not kept for ever: how long, and who deletes it.

Ids are made in the order of time (UUIDv7), so that what is old is found at the beginning of the
primary key, without an index for it.
"""

from datetime import datetime, timedelta
from typing import Final

from db.base import execute, fetch_value
from db.events.idempotency import MOST_AT_ONCE

EVENTS_KEPT: Final = timedelta(days=30)
AUDIT_KEPT: Final = timedelta(days=2 * 366)
"""Two years at least, before which the database itself lets nobody delete them."""

_FORGET_EVENTS: Final = """
DELETE FROM event WHERE id IN (
    SELECT id FROM (SELECT id, occurred_at FROM event ORDER BY id LIMIT $2) AS oldest
     WHERE occurred_at < $1
)
"""


async def forget_events(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Delete events past :data:`EVENTS_KEPT` from among the oldest; return how many."""
    return await execute(_FORGET_EVENTS, now - EVENTS_KEPT, most)


async def forget_audit(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Delete audit rows past :data:`AUDIT_KEPT` from among the oldest; return how many.

    By a function of the database: the role that the shop may run as cannot delete them itself.
    """
    forgotten: int = await fetch_value(
        "SELECT forget_audit_events($1::timestamptz, $2::int)", now - AUDIT_KEPT, most
    )
    return forgotten
