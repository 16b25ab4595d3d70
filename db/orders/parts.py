"""Reads of what was bought and where it goes: lines, parcels, personal data, the timeline.

Each is a batch that answers in the order of its keys. Whoever asks was let see the order
(``queries.visible_to``); those that find a thing by an id from outside take the caller.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, Required, TypedDict
from uuid import UUID

import asyncpg
import orjson

from db.access import ActorKind, Caller, Permission
from db.base import by_key, fetch, fetch_value, in_order, rows_in_order
from db.orders.models import FulfillmentStatus, OrderEventKind, Visibility
from db.orders.queries import COUNTED, visible_to
from db.rows import EVERY, Columns, Record, Select, column

_OF_ORDER: Final = "JOIN orders o ON o.id = l.order_id"


class OrderLineRow(Record):
    """A copy of what was bought. Amounts are minor units of ``currency``, rates millionths."""

    id: UUID = column("l.id")
    order_id: UUID = column("l.order_id")
    variant_id: UUID | None = column("l.variant_id")
    track_stock: bool = column("l.track_stock")
    sku: str = column("l.sku")
    title: str = column("l.title")
    options: list[dict[str, str]] = column("l.options", orjson.loads)
    quantity: int = column("l.quantity")
    fulfilled: int = column("l.fulfilled")
    shipped: int = column("l.shipped")
    refunded: int = column("l.refunded")
    refunded_unshipped: int = column("l.refunded_unshipped")
    unit_price: int = column("l.unit_price")
    subtotal: int = column("l.subtotal")
    discount: int = column("l.discount")
    tax_name: str = column("l.tax_name")
    tax_rate: int = column("l.tax_rate")
    tax: int = column("l.tax")
    total: int = column("l.total")
    currency: str = column("o.currency", join=_OF_ORDER)

    @property
    def to_pack(self) -> int:
        """Units that are in no parcel and were not given back."""
        return self.quantity - self.refunded_unshipped - self.fulfilled

    @property
    def kept(self) -> int:
        """Units that left and were not given back."""
        return self.shipped - (self.refunded - self.refunded_unshipped)

    @property
    def stocked(self) -> UUID | None:
        """The variant whose stock counts its units, where there is one."""
        return self.variant_id if self.track_stock else None


_BY_ORDER: Final = Select(
    OrderLineRow,
    "FROM order_line l {joins} WHERE l.order_id = ANY($1) ORDER BY l.position, l.id",
    keys=("order_id",),
)


async def lines_by_order(
    order_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[OrderLineRow]]:
    """Read the lines of orders, as they were bought."""
    return by_key(await _BY_ORDER.fetch(columns, order_ids), order_ids, "order_id")


_BY_ID: Final = Select(OrderLineRow, "FROM order_line l {joins} WHERE l.id = ANY($1)")


async def lines_by_id(ids: Sequence[UUID], *, columns: Columns = EVERY) -> list[OrderLineRow]:
    """Read lines that the caller was already let see."""
    found = {row["id"]: row for row in await _BY_ID.fetch(columns, ids)}
    return [found[key] for key in ids]


@cache
def _seen_lines(seen: str) -> Select[OrderLineRow]:
    return Select(OrderLineRow, f"FROM order_line l {_OF_ORDER} WHERE l.id = ANY($1) AND {seen}")


async def find_lines(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[OrderLineRow | None]:
    """Read lines; None for those that the caller may not see."""
    seen = visible_to(caller)
    lines = _seen_lines(seen.numbered(2))
    return rows_in_order(await lines.fetch(columns, ids, *seen.parameters), ids)


@dataclass(frozen=True, slots=True)
class OrderPrivateRow:
    """The personal data of an order."""

    order_id: UUID
    email: str | None
    shipping_address: dict[str, Any] | None
    billing_address: dict[str, Any] | None
    note: str | None


_PRIVATE: Final = """
SELECT order_id, email, shipping_address, billing_address, note
  FROM order_private WHERE order_id = ANY($1)"""


async def private_by_order(order_ids: Sequence[UUID]) -> list[OrderPrivateRow | None]:
    """Read the personal data of orders; None for those whose buyer was erased."""
    records = await fetch(_PRIVATE, list(order_ids))
    found = {
        key: OrderPrivateRow(key, email, _json(shipping), _json(billing), note)
        for key, email, shipping, billing, note in records
    }
    return [found.get(key) for key in order_ids]


class TrackingFields(TypedDict, total=False):
    """Where a parcel can be followed."""

    carrier: Required[str]
    number: Required[str]
    url: str | None


@dataclass(frozen=True, slots=True)
class FulfillmentRow:
    """Some or all of an order's units, in one parcel."""

    id: UUID
    order_id: UUID
    status: FulfillmentStatus
    tracking: TrackingFields | None
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    version: int


_FULFILLMENTS: Final = """
SELECT f.id, f.order_id, f.status, f.tracking, f.created_at, f.shipped_at, f.delivered_at, f.version
  FROM fulfillment f"""


def _fulfillment(record: asyncpg.Record) -> FulfillmentRow:
    key, order_id, status, tracking, *rest = record
    return FulfillmentRow(key, order_id, FulfillmentStatus(status), _json(tracking), *rest)


async def fulfillments_by_order(order_ids: Sequence[UUID]) -> list[list[FulfillmentRow]]:
    """Read the parcels of orders, oldest first."""
    keys = list(order_ids)
    records = await fetch(f"{_FULFILLMENTS} WHERE f.order_id = ANY($1) ORDER BY f.id", keys)
    return [[_fulfillment(each) for each in group] for group in by_key(records, keys, column=1)]


async def find_fulfillments(*, caller: Caller, ids: Sequence[UUID]) -> list[FulfillmentRow | None]:
    """Read parcels; None for those that the caller may not see."""
    seen = visible_to(caller)
    records = await fetch(
        f"{_FULFILLMENTS} JOIN orders o ON o.id = f.order_id"
        f" WHERE f.id = ANY($1) AND {seen.numbered(2)}",
        list(ids),
        *seen.parameters,
    )
    return in_order(records, ids, _fulfillment)


@dataclass(frozen=True, slots=True)
class FulfillmentLineRow:
    """So many units of an order line, in one parcel."""

    fulfillment_id: UUID
    order_line_id: UUID
    quantity: int


_FULFILLMENT_LINES: Final = """
SELECT f.fulfillment_id, f.order_line_id, f.quantity
  FROM fulfillment_line f JOIN order_line l ON l.id = f.order_line_id
 WHERE f.fulfillment_id = ANY($1) ORDER BY l.position, l.id"""


async def lines_by_fulfillment(ids: Sequence[UUID]) -> list[list[FulfillmentLineRow]]:
    """Read what parcels hold, in the order of the order's lines."""
    keys = list(ids)
    records = await fetch(_FULFILLMENT_LINES, keys)
    return [[FulfillmentLineRow(*record) for record in group] for group in by_key(records, keys)]


@dataclass(frozen=True, slots=True)
class OrderEventRow:
    """One entry of a timeline."""

    id: UUID
    order_id: UUID
    kind: OrderEventKind
    visibility: Visibility
    message: str
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_label: str
    data: Any
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Which part of an order's timeline to read: the key of a batch."""

    order_id: UUID
    limit: int
    after: UUID | None = None


_EVENT_COLUMNS: Final = """
    e.id, e.order_id, e.kind, e.visibility, e.message, e.actor_kind, e.actor_id, e.actor_label,
    e.data, e.created_at"""
_EVENTS: Final = f"""
SELECT k.place, {_EVENT_COLUMNS}
  FROM unnest($1::uuid[], $2::int[], $3::uuid[]) WITH ORDINALITY AS k(order_id, size, after, place)
  CROSS JOIN LATERAL (
      SELECT * FROM order_event e
       WHERE e.order_id = k.order_id AND (k.after IS NULL OR e.id > k.after)
         AND e.visibility = ANY($4)
       ORDER BY e.id LIMIT k.size
  ) e
 ORDER BY e.id"""


def _event(values: Iterable[Any]) -> OrderEventRow:
    key, order_id, kind, visibility, message, actor_kind, actor_id, label, data, at = values
    return OrderEventRow(
        key,
        order_id,
        OrderEventKind(kind),
        Visibility(visibility),
        message,
        ActorKind(actor_kind),
        actor_id,
        label,
        _json(data),
        at,
    )


def visibilities_for(caller: Caller) -> list[str]:
    """Name what a caller may read of a timeline: customers see what is meant for them."""
    staff = [Visibility.STAFF.value] if caller.may(Permission.ORDERS_READ) else []
    return [Visibility.CUSTOMER.value, *staff]


async def pages_of_events(
    pages: Sequence[EventsPage], *, caller: Caller
) -> list[list[OrderEventRow]]:
    """Read a part of the timeline of each of several orders, oldest first."""
    records = await fetch(
        _EVENTS,
        [page.order_id for page in pages],
        [page.limit for page in pages],
        [page.after for page in pages],
        visibilities_for(caller),
    )
    groups: list[list[OrderEventRow]] = [[] for _ in pages]
    for place, *event in records:
        groups[place - 1].append(_event(event))
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


async def find_events(*, caller: Caller, ids: Sequence[UUID]) -> list[OrderEventRow | None]:
    """Read entries of timelines; None for those that the caller may not see."""
    seen = visible_to(caller)
    records = await fetch(
        f"SELECT {_EVENT_COLUMNS} FROM order_event e JOIN orders o ON o.id = e.order_id"
        f" WHERE e.id = ANY($1) AND e.visibility = ANY($2) AND {seen.numbered(3)}",
        list(ids),
        visibilities_for(caller),
        *seen.parameters,
    )
    return in_order(records, ids, _event)


async def newest_event(order_id: UUID, *, caller: Caller) -> OrderEventRow | None:
    """Read the last entry of a timeline that the caller may read."""
    records = await fetch(
        f"SELECT {_EVENT_COLUMNS} FROM order_event e"
        " WHERE e.order_id = $1 AND e.visibility = ANY($2) ORDER BY e.id DESC LIMIT 1",
        order_id,
        visibilities_for(caller),
    )
    return _event(records[0]) if records else None


def _json(text: str | None) -> Any:
    return None if text is None else orjson.loads(text)
