"""How far the work that nobody asks for is behind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from db import events, payments, users
from db.base import fetch_one
from db.orders import gateway_events, holds, reconciliation
from db.payments import Gateways

_OLDEST: Final = f"""
SELECT (SELECT min(expires_at) FROM orders WHERE status = 'PENDING' AND expires_at < $1) AS expiry,
       (SELECT min(coalesce(asked_at, created_at)
                   + ($2::interval[])[least(asked + 1, cardinality($2))])
          FROM payment_operation WHERE {reconciliation.DUE}) AS reconciliation,
       (SELECT min(coalesce(asked_at, received_at)
                   + ($3::interval[])[least(asked + 1, cardinality($3))])
          FROM gateway_event WHERE {payments.NOT_APPLIED}) AS gateway_events,
       (SELECT min(m.settled_at + held.longest)
          FROM unnest($4::text[], $5::interval[]) AS held (by, longest)
          JOIN payment p ON p.gateway = held.by {holds.HELD}) AS holds,
       least((SELECT min(expires_at) FROM cart),
             (SELECT min(refresh_expires_at) FROM session) + $6::interval,
             (SELECT min(created_at) FROM idempotency) + $7::interval,
             (SELECT min(received_at) FROM gateway_event) + $8::interval,
             (SELECT occurred_at FROM event ORDER BY id LIMIT 1) + $9::interval,
             (SELECT at FROM audit_event ORDER BY id LIMIT 1) + $10::interval) AS cleaning
"""


async def seconds_behind(now: datetime, gateways: Gateways) -> Mapping[str, int]:
    """Tell by job how long ago its oldest piece of work was due; 0 where nothing is waiting."""
    held = {name: each.holds_for for name, each in gateways.items() if each.holds_for}
    row = await fetch_one(
        _OLDEST,
        *(now, reconciliation.PAUSES, gateway_events.PAUSES),
        *([*held], [*held.values()]),
        *(users.SESSIONS_KEPT, events.CLAIMS_KEPT, payments.MESSAGES_KEPT),
        *(events.EVENTS_KEPT, events.AUDIT_KEPT),
    )
    assert row is not None  # noqa: S101 - it always has one
    return {job: max(0, int((now - due).total_seconds())) if due else 0 for job, due in row.items()}
