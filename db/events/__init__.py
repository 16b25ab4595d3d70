"""The record: what happened, who changed what, and which calls were made before.

Everything here is written in the transaction of the change that it tells of, so that there is
an event if and only if there was a change. The claim of an idempotency key is part of that
transaction too: a process that is killed takes its claim with it. ``Notifier`` tells those who
wait that there is news in the outbox.
"""

from db.events.changes import Changes, apply, made
from db.events.feed import Page, Place, page, present_place
from db.events.forgetting import AUDIT_KEPT, EVENTS_KEPT, forget_audit, forget_events
from db.events.idempotency import (
    CLAIMS_KEPT,
    MOST_AT_ONCE,
    Claim,
    Outcome,
    forget_claims,
    once,
    seen,
)
from db.events.models import AuditEvent, Event
from db.events.notifier import POLL_SECONDS, Notifier, Watch
from db.events.record import Entry, Topic, audit, audit_each, record

__all__ = [
    "AUDIT_KEPT",
    "CLAIMS_KEPT",
    "EVENTS_KEPT",
    "MOST_AT_ONCE",
    "POLL_SECONDS",
    "AuditEvent",
    "Changes",
    "Claim",
    "Entry",
    "Event",
    "Notifier",
    "Outcome",
    "Page",
    "Place",
    "Topic",
    "Watch",
    "apply",
    "audit",
    "audit_each",
    "forget_audit",
    "forget_claims",
    "forget_events",
    "made",
    "once",
    "page",
    "present_place",
    "record",
    "seen",
]
