"""Reads of what was bought and where it goes: lines, personal data, parcels.

Each is a batch that answers in the order of its keys. Whoever asks was let see the order
(``queries.visible_to``); those that find a thing by an id from outside take the caller.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, Required, TypedDict
from uuid import UUID

import orjson

from db.access import Caller
from db.base import by_key, rows_in_order
from db.orders.models import FulfillmentStatus
from db.orders.queries import visible_to
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


class OrderPrivateRow(Record):
    """The personal data of an order."""

    order_id: UUID = column("order_id")
    email: str | None = column("email")
    shipping_address: dict[str, Any] | None = column("shipping_address", orjson.loads)
    billing_address: dict[str, Any] | None = column("billing_address", orjson.loads)
    note: str | None = column("note")


_PRIVATE: Final = Select(
    OrderPrivateRow, "FROM order_private WHERE order_id = ANY($1)", keys=("order_id",)
)


async def private_by_order(
    order_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[OrderPrivateRow | None]:
    """Read the personal data of orders; None for those whose buyer was erased."""
    return rows_in_order(await _PRIVATE.fetch(columns, order_ids), order_ids)


class TrackingFields(TypedDict, total=False):
    """Where a parcel can be followed."""

    carrier: Required[str]
    number: Required[str]
    url: str | None


class FulfillmentRow(Record):
    """Some or all of an order's units, in one parcel."""

    id: UUID = column("f.id")
    order_id: UUID = column("f.order_id")
    status: FulfillmentStatus = column("f.status", FulfillmentStatus)
    tracking: TrackingFields | None = column("f.tracking", orjson.loads)
    created_at: datetime = column("f.created_at")
    shipped_at: datetime | None = column("f.shipped_at")
    delivered_at: datetime | None = column("f.delivered_at")
    version: int = column("f.version")


_FULFILLMENTS: Final = Select(
    FulfillmentRow,
    "FROM fulfillment f WHERE f.order_id = ANY($1) ORDER BY f.id",
    keys=("order_id",),
)


async def fulfillments_by_order(
    order_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[FulfillmentRow]]:
    """Read the parcels of orders, oldest first."""
    return by_key(await _FULFILLMENTS.fetch(columns, order_ids), order_ids, "order_id")


@cache
def _seen_fulfillments(seen: str) -> Select[FulfillmentRow]:
    joined = "fulfillment f JOIN orders o ON o.id = f.order_id"
    return Select(FulfillmentRow, f"FROM {joined} WHERE f.id = ANY($1) AND {seen}")


async def find_fulfillments(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[FulfillmentRow | None]:
    """Read parcels; None for those that the caller may not see."""
    seen = visible_to(caller)
    parcels = _seen_fulfillments(seen.numbered(2))
    return rows_in_order(await parcels.fetch(columns, ids, *seen.parameters), ids)


class FulfillmentLineRow(Record):
    """So many units of an order line, in one parcel."""

    fulfillment_id: UUID = column("f.fulfillment_id")
    order_line_id: UUID = column("f.order_line_id")
    quantity: int = column("f.quantity")


_FULFILLMENT_LINES: Final = Select(
    FulfillmentLineRow,
    """FROM fulfillment_line f JOIN order_line l ON l.id = f.order_line_id
        WHERE f.fulfillment_id = ANY($1) ORDER BY l.position, l.id""",
    keys=("fulfillment_id",),
)


async def lines_by_fulfillment(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[FulfillmentLineRow]]:
    """Read what parcels hold, in the order of the order's lines."""
    return by_key(await _FULFILLMENT_LINES.fetch(columns, ids), ids, "fulfillment_id")
