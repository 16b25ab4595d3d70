"""The ledger: every change of a stock is a movement, and is told of in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import events, ids
from db.access import Caller
from db.base import put_off
from db.catalog import Variant
from db.events import Entry, Topic
from db.stock.models import StockMovementKind, StockReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What changed in one stock, and what it holds afterwards."""

    variant_id: UUID
    on_hand_delta: int
    reserved_delta: int
    on_hand: int
    reserved: int
    low_at: int | None = None
    """Where the variant begins to run low; None: nobody is told."""
    reason: StockReason | None = None
    note: str | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def available_before(self) -> int:
        return self.available - self.on_hand_delta + self.reserved_delta


_INSERT: Final = """
INSERT INTO stock_movement (id, variant_id, on_hand_delta, reserved_delta, on_hand, reserved,
                            reason, note, kind, order_id, actor_kind, actor_id, actor_label,
                            created_at)
SELECT m.*, $9, $10, $11, $12, $13, $14
  FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[], $5::int[], $6::int[],
              $7::text[], $8::text[]) AS m
"""


async def book(
    kind: StockMovementKind,
    movements: Sequence[Movement],
    *,
    order_id: UUID | None,
    caller: Caller,
    now: datetime,
) -> None:
    """Enter movements into the ledger and tell of them, as the transaction that made them ends."""
    await put_off(
        _INSERT,
        [ids.new() for _ in movements],
        [movement.variant_id for movement in movements],
        [movement.on_hand_delta for movement in movements],
        [movement.reserved_delta for movement in movements],
        [movement.on_hand for movement in movements],
        [movement.reserved for movement in movements],
        [movement.reason and movement.reason.value for movement in movements],
        [movement.note for movement in movements],
        kind.value,
        order_id,
        caller.kind.value,
        caller.actor_id,
        caller.label,
        now,
    )
    told = [event for movement in movements for event in _events(movement)]
    await events.record(*told, now=now)


def _events(movement: Movement) -> list[Entry]:
    """Tell of the change; and of running low at the moment of crossing the line, not below it."""
    subject = ids.encode(Variant.prefix, movement.variant_id)
    payload = {
        "variantId": subject,
        "onHand": movement.on_hand,
        "reserved": movement.reserved,
        "available": movement.available,
    }
    changed = (Topic.STOCK_CHANGED, subject, payload)
    low_at = movement.low_at
    if low_at is None or not movement.available <= low_at < movement.available_before:
        return [changed]
    return [changed, (Topic.STOCK_LOW, subject, {**payload, "lowAt": low_at})]
