"""What gateways tell of their own accord: kept, each thing once, until it is applied."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from db import ids
from db.base import execute, fetch, fetch_one, fetch_value
from db.payments.gateway import GatewayEvent
from db.payments.models import PaymentOperation

MESSAGES_KEPT: Final = timedelta(days=30)
"""How long a message that comes again is known to be one that came before."""
MESSAGES_AT_ONCE: Final = 500

_KEEP: Final = """
INSERT INTO gateway_event (id, gateway, event_id, body, received_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_APPLIED: Final = "UPDATE gateway_event SET applied_at = $2, body = NULL WHERE id = $1"
_ALERTED: Final = "UPDATE gateway_event SET alerted_at = $2 WHERE id = $1"


async def keep_message(gateway: str, event_id: str, body: bytes, *, now: datetime) -> UUID | None:
    """Write a message down; None where it has come before."""
    message_id = ids.new()
    is_new = await execute(_KEEP, message_id, gateway, event_id, body, now)
    return message_id if is_new else None


async def mark_applied(message_id: UUID, *, now: datetime) -> None:
    """Write down that a message has had its effect, and wipe what it said."""
    await execute(_APPLIED, message_id, now)


async def mark_given_up(message_id: UUID, *, now: datetime) -> None:
    """Write down that nobody looks any longer for what a message is about."""
    await execute(_ALERTED, message_id, now)


_BY_KEY: Final = """
SELECT m.id FROM payment_operation m JOIN payment p ON p.id = m.payment_id
 WHERE m.id = $1 AND p.gateway = $2
"""
_BY_REFERENCE: Final = """
SELECT m.id FROM payment p JOIN payment_operation m ON m.payment_id = p.id
 WHERE p.gateway = $1 AND p.reference = $2 AND m.kind = $3 ORDER BY m.id DESC LIMIT 1
"""


async def operation_of(gateway: str, event: GatewayEvent) -> UUID | None:
    """Find the operation that a message is about, among those of its own gateway."""
    found: UUID | None = None
    if event.key is not None:
        if operation_id := ids.decode(PaymentOperation.prefix, event.key):
            found = await fetch_value(_BY_KEY, operation_id, gateway)
    elif event.answer and event.answer.reference:
        found = await fetch_value(_BY_REFERENCE, gateway, event.answer.reference, event.kind.value)
    return found


NOT_APPLIED: Final = "applied_at IS NULL AND alerted_at IS NULL"
# That it was looked at just now is also what keeps the other workers from it.
_TAKE: Final = f"""
UPDATE gateway_event SET asked = asked + 1, asked_at = $1 WHERE id IN (
    SELECT id FROM gateway_event
     WHERE {NOT_APPLIED} AND coalesce(asked_at, received_at)
                             + ($2::interval[])[least(asked + 1, cardinality($2))] <= $1
     ORDER BY received_at LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id
"""
_LOCK: Final = f"SELECT * FROM gateway_event WHERE id = $1 AND {NOT_APPLIED} FOR NO KEY UPDATE"


async def waiting_messages(pauses: Sequence[timedelta], most: int, *, now: datetime) -> list[UUID]:
    """Take the messages that are to be looked at again."""
    return [message_id for (message_id,) in await fetch(_TAKE, now, pauses, most)]


async def lock_message(message_id: UUID) -> asyncpg.Record | None:
    """Lock a message that has had no effect yet."""
    return await fetch_one(_LOCK, message_id)


_FORGET: Final = """
DELETE FROM gateway_event WHERE id IN (
    SELECT id FROM gateway_event WHERE received_at < $1 ORDER BY received_at LIMIT $2
       FOR UPDATE SKIP LOCKED
)
"""


async def forget_messages(*, now: datetime) -> int:
    """Delete the oldest messages past :data:`MESSAGES_KEPT`; return how many those were."""
    return await execute(_FORGET, now - MESSAGES_KEPT, MESSAGES_AT_ONCE)
