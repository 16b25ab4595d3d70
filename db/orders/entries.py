"""Reads of an order's timeline: a part of it, its newest entry, entries by their ids.

Who sees which entries is decided here (``visibilities_for``), who sees which orders in ``queries``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson

from db.access import ActorKind, Caller, Permission
from db.base import fetch_value, rows_in_order
from db.orders.models import OrderEventKind, Visibility
from db.orders.queries import COUNTED, visible_to
from db.rows import EVERY, Columns, Record, Select, column


class OrderEventRow(Record):
    """One entry of a timeline."""

    id: UUID = column("e.id")
    order_id: UUID = column("e.order_id")
    kind: OrderEventKind = column("e.kind", OrderEventKind)
    visibility: Visibility = column("e.visibility", Visibility)
    message: str = column("e.message")
    actor_kind: ActorKind = column("e.actor_kind", ActorKind)
    actor_id: UUID | None = column("e.actor_id")
    actor_label: str = column("e.actor_label")
    data: Any = column("e.data", orjson.loads)
    created_at: datetime = column("e.created_at")


def visibilities_for(caller: Caller) -> list[str]:
    """Name what a caller may read of a timeline: customers see what is meant for them."""
    staff = [Visibility.STAFF.value] if caller.may(Permission.ORDERS_READ) else []
    return [Visibility.CUSTOMER.value, *staff]


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Which part of an order's timeline to read: the key of a batch."""

    order_id: UUID
    limit: int
    after: UUID | None = None


_PAGES: Final = Select(
    OrderEventRow,
    """, k.place
    FROM unnest($1::uuid[], $2::int[], $3::uuid[]) WITH ORDINALITY
         AS k(order_id, size, after, place)
    CROSS JOIN LATERAL (
        SELECT * FROM order_event e
         WHERE e.order_id = k.order_id AND (k.after IS NULL OR e.id > k.after)
           AND e.visibility = ANY($4)
         ORDER BY e.id LIMIT k.size
    ) e
   ORDER BY e.id""",
)


async def pages_of_events(
    pages: Sequence[EventsPage], *, caller: Caller, columns: Columns = EVERY
) -> list[list[OrderEventRow]]:
    """Read a part of the timeline of each of several orders, oldest first."""
    rows = await _PAGES.fetch(
        columns,
        [page.order_id for page in pages],
        [page.limit for page in pages],
        [page.after for page in pages],
        visibilities_for(caller),
    )
    groups: list[list[OrderEventRow]] = [[] for _ in pages]
    for row in rows:
        groups[row["place"] - 1].append(row)
    return groups


async def count_events(order_id: UUID, *, caller: Caller) -> int | None:
    """Count the entries of a timeline that the caller may read."""
    count: int = await fetch_value(
        "SELECT count(*) FROM (SELECT FROM order_event WHERE order_id = $1"
        f" AND visibility = ANY($2) LIMIT {COUNTED + 1}) counted",
        order_id,
        visibilities_for(caller),
    )
    return count if count <= COUNTED else None


@cache
def _seen_events(seen: str) -> Select[OrderEventRow]:
    joined = "order_event e JOIN orders o ON o.id = e.order_id"
    visible = f"e.id = ANY($1) AND e.visibility = ANY($2) AND {seen}"
    return Select(OrderEventRow, f"FROM {joined} WHERE {visible}")


async def find_events(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[OrderEventRow | None]:
    """Read entries of timelines; None for those that the caller may not see."""
    seen = visible_to(caller)
    events = _seen_events(seen.numbered(3))
    rows = await events.fetch(columns, ids, visibilities_for(caller), *seen.parameters)
    return rows_in_order(rows, ids)


_NEWEST: Final = Select(
    OrderEventRow,
    """FROM order_event e
        WHERE e.order_id = $1 AND e.visibility = ANY($2) ORDER BY e.id DESC LIMIT 1""",
)


async def newest_event(order_id: UUID, *, caller: Caller) -> OrderEventRow | None:
    """Read the last entry of a timeline that the caller may read."""
    rows = await _NEWEST.fetch(EVERY, order_id, visibilities_for(caller))
    return rows[0] if rows else None
