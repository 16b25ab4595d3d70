"""Writing the record: the outbox and the audit trail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from db import ids
from db.access import Caller
from db.base import put_off


class Topic(StrEnum):
    """What can happen."""

    ORDER_PLACED = "ORDER_PLACED"
    ORDER_UPDATED = "ORDER_UPDATED"
    ORDER_COMPLETED = "ORDER_COMPLETED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    ORDER_EXPIRED = "ORDER_EXPIRED"
    PAYMENT_AUTHORIZED = "PAYMENT_AUTHORIZED"
    PAYMENT_CAPTURED = "PAYMENT_CAPTURED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    PAYMENT_VOIDED = "PAYMENT_VOIDED"
    REFUND_SUCCEEDED = "REFUND_SUCCEEDED"
    REFUND_FAILED = "REFUND_FAILED"
    FULFILLMENT_SHIPPED = "FULFILLMENT_SHIPPED"
    FULFILLMENT_DELIVERED = "FULFILLMENT_DELIVERED"
    STOCK_CHANGED = "STOCK_CHANGED"
    STOCK_LOW = "STOCK_LOW"
    PRODUCT_CHANGED = "PRODUCT_CHANGED"
    USER_REGISTERED = "USER_REGISTERED"
    USER_ERASED = "USER_ERASED"


Entry = tuple[Topic, str, Mapping[str, Any]]
"""A topic, the TypeID of its subject, and a thin payload: ids, numbers, status, amounts."""


async def record(*entries: Entry, now: datetime) -> None:
    """Put events into the outbox, at the end of the transaction. Payloads hold no personal data."""
    await put_off(
        "INSERT INTO event (id, topic, subject, payload, occurred_at)"
        " SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]::jsonb[],"
        " array_fill($5::timestamptz, ARRAY[cardinality($1::uuid[])]))",
        [ids.new() for _ in entries],
        [topic.value for topic, _, _ in entries],
        [subject for _, subject, _ in entries],
        [orjson.dumps(payload).decode() for _, _, payload in entries],
        now,
    )


async def audit(
    caller: Caller,
    action: str,
    subject: str | None,
    changes: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    """Write down who changed what.

    ``action`` is the mutation's name or ``system.<job>``; ``changes`` is ``{field: [before,
    after]}``, without secrets, and with personal values only as a keyed hash.
    """
    await audit_each(caller, action, [(subject, changes)], now=now)


async def audit_each(
    caller: Caller,
    action: str,
    changed: Sequence[tuple[str | None, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Write down who changed several things, each with its changes, as the transaction ends."""
    await put_off(
        "INSERT INTO audit_event (id, subject, changes, at, actor_kind, actor_id, actor_label,"
        " action, request_id, ip) SELECT c.id, c.subject, c.changes::jsonb,"
        " $4, $5, $6, $7, $8, $9, $10"
        " FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c(id, subject, changes)",
        [ids.new() for _ in changed],
        [subject for subject, _ in changed],
        [orjson.dumps(changes).decode() for _, changes in changed],
        now,
        caller.kind.value,
        caller.actor_id,
        caller.label,
        action,
        caller.request_id,
        caller.ip,
    )
