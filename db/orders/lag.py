"""How far the work that nobody asks for is behind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from db.base import fetch_one
from db.orders import reconciliation

_OLDEST: Final = f"""
SELECT (SELECT min(expires_at) FROM orders WHERE status = 'PENDING' AND expires_at < $1) AS expiry,
       (SELECT min(coalesce(asked_at, created_at)
                   + ($2::interval[])[least(asked + 1, cardinality($2))])
          FROM payment_operation WHERE {reconciliation.DUE}) AS reconciliation,
       (SELECT min(received_at) FROM gateway_event
         WHERE applied_at IS NULL AND alerted_at IS NULL) AS gateway_events
"""


async def seconds_behind(now: datetime) -> Mapping[str, int]:
    """Tell by job how long ago its oldest piece of work was due; 0 where nothing is waiting."""
    row = await fetch_one(_OLDEST, now, reconciliation.PAUSES)
    assert row is not None  # noqa: S101 - it always has one
    return {job: max(0, int((now - due).total_seconds())) if due else 0 for job, due in row.items()}
