"""Rows of the record: what happened, and who changed what.

The third table, ``idempotency``, has a key of two columns and is reached by statements only.
"""

from typing import Any

from tortoise import fields

from db.access import ActorKind
from db.base import Row


class Event(Row):
    """One thing that happened; without ``seq`` it still waits for its place in the order.

    ``written_in`` is the transaction that wrote it: see ``feed``.
    """

    prefix = "evt"

    topic = fields.CharField(max_length=40)
    subject = fields.TextField()
    payload: Any = fields.JSONField()
    occurred_at = fields.DatetimeField()
    seq = fields.BigIntField(null=True, unique=True)
    written_in = fields.BigIntField()

    class Meta:
        table = "event"


class AuditEvent(Row):
    """Who changed what."""

    prefix = "aud"

    at = fields.DatetimeField()
    actor_kind = fields.CharEnumField(ActorKind, max_length=10)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.TextField()
    action = fields.TextField()
    subject = fields.TextField(null=True)
    changes: Any = fields.JSONField()
    request_id = fields.TextField()
    ip = fields.TextField(null=True)

    class Meta:
        table = "audit_event"
