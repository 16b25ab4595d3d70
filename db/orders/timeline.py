"""What happened to an order, as its buyer and the staff read it, oldest first. Append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from db import ids
from db.access import Caller
from db.base import put_off
from db.orders.models import OrderEventKind, Visibility


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``message`` is for people, ``data`` holds ids and amounts, nothing personal."""

    kind: OrderEventKind
    message: str
    data: Mapping[str, Any] | None = None
    visibility: Visibility = Visibility.CUSTOMER


_ADD: Final = """
INSERT INTO order_event (id, kind, visibility, message, data, order_id, actor_kind, actor_id,
                         actor_label, created_at)
SELECT e.id, e.kind, e.visibility, e.message, e.data::jsonb, $6, $7, $8, $9, $10
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
       AS e(id, kind, visibility, message, data)
"""


async def add(order_id: UUID, *entries: Entry, caller: Caller, now: datetime) -> None:
    """Add entries to an order's timeline, as the transaction of the change ends."""
    await put_off(
        _ADD,
        [ids.new() for _ in entries],
        [entry.kind.value for entry in entries],
        [entry.visibility.value for entry in entries],
        [entry.message for entry in entries],
        [None if entry.data is None else orjson.dumps(entry.data).decode() for entry in entries],
        order_id,
        caller.kind.value,
        caller.actor_id,
        caller.label,
        now,
    )
