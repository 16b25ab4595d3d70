"""Reads of stock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import ActorKind, Caller, Permission
from db.base import by_key, fetch, rows_in_order
from db.rows import EVERY, Columns, Record, Select, column
from db.stock.models import StockMovementKind, StockReason

PUBLIC_MOST: Final = 10
"""Units: the public is told exact figures up to this one, and this one instead of any larger."""

MOST_COUNTED: Final = 10_000
"""Rows: more than these are not counted."""

LOCK: Final = """
SELECT variant_id, on_hand, reserved FROM stock
 WHERE variant_id = ANY($1) ORDER BY variant_id FOR NO KEY UPDATE
"""
"""Locks in the one order that all share. NO KEY, so that a new order line does not wait for it."""


class StockRow(Record):
    """How many there are of a variant, and how many of them are promised to orders."""

    variant_id: UUID = column("s.variant_id")
    on_hand: int = column("s.on_hand")
    reserved: int = column("s.reserved")
    available: int = column("s.on_hand - s.reserved")
    low_at: int | None = column("v.low_at", join="JOIN variant v ON v.id = s.variant_id")
    updated_at: datetime = column("s.updated_at")


_LEVELS: Final = Select(
    StockRow, "FROM stock s {joins} WHERE s.variant_id = ANY($1)", keys=("variant_id",)
)


async def levels_by_variant(
    variant_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[StockRow]:
    """Read the stock of variants, each of which has one, in the order of their ids."""
    rows = {row["variant_id"]: row for row in await _LEVELS.fetch(columns, variant_ids)}
    return [rows[variant_id] for variant_id in variant_ids]


def most_shown(available: int, caller: Caller) -> int:
    """Cap a figure for those who may not look into the stock.

    >>> most_shown(37, Caller.anonymous()), most_shown(7, Caller.anonymous())
    (10, 7)
    """
    return available if caller.may(Permission.STOCK_READ) else min(available, PUBLIC_MOST)


# --- movements ----------------------------------------------------------------------------------


class MovementRow(Record):
    """One entry of the ledger, with what the stock was after it."""

    id: UUID = column("m.id")
    variant_id: UUID = column("m.variant_id")
    kind: StockMovementKind = column("m.kind", StockMovementKind)
    reason: StockReason | None = column("m.reason", StockReason)
    on_hand_delta: int = column("m.on_hand_delta")
    reserved_delta: int = column("m.reserved_delta")
    on_hand: int = column("m.on_hand")
    reserved: int = column("m.reserved")
    order_id: UUID | None = column("m.order_id")
    note: str | None = column("m.note")
    actor_kind: ActorKind = column("m.actor_kind", ActorKind)
    actor_id: UUID | None = column("m.actor_id")
    actor_label: str = column("m.actor_label")
    created_at: datetime = column("m.created_at")


_PAGES: Final = Select(
    MovementRow,
    """
    FROM unnest($1::uuid[]) AS wanted(variant_id)
    CROSS JOIN LATERAL (
        SELECT * FROM stock_movement
         WHERE stock_movement.variant_id = wanted.variant_id AND stock_movement.id < $2
         ORDER BY stock_movement.id DESC LIMIT $3
    ) AS m
    ORDER BY m.id DESC""",
    keys=("id", "variant_id"),
)
_LAST_ID: Final = UUID(int=2**128 - 1)


async def movements_by_variant(
    variant_ids: Sequence[UUID], *, after: UUID | None, limit: int, columns: Columns = EVERY
) -> list[list[MovementRow]]:
    """Read the newest movements of each variant, or those older than ``after``."""
    rows = await _PAGES.fetch(columns, variant_ids, after or _LAST_ID, limit)
    return by_key(rows, variant_ids, "variant_id")


_COUNTS: Final = """
    SELECT wanted.variant_id, counted.count FROM unnest($1::uuid[]) AS wanted(variant_id)
     CROSS JOIN LATERAL (
        SELECT count(*) FROM (
            SELECT FROM stock_movement WHERE variant_id = wanted.variant_id LIMIT $2
        ) AS movement
     ) AS counted
"""


async def count_movements_by_variant(variant_ids: Sequence[UUID]) -> list[int | None]:
    """Count the movements of each variant; None above 10,000."""
    rows = await fetch(_COUNTS, list(variant_ids), MOST_COUNTED + 1)
    counts: dict[UUID, int] = {row[0]: row[1] for row in rows}
    return [counts[one] if counts[one] <= MOST_COUNTED else None for one in variant_ids]


_BY_ID: Final = Select(MovementRow, "FROM stock_movement m WHERE m.id = ANY($1)")


async def movements_by_id(
    ids: Sequence[UUID], *, caller: Caller, columns: Columns = EVERY
) -> list[MovementRow | None]:
    """Read these movements, in order; None for all of them where the caller may not see stock."""
    if not caller.may(Permission.STOCK_READ):
        return [None for _ in ids]
    return rows_in_order(await _BY_ID.fetch(columns, ids), ids)
