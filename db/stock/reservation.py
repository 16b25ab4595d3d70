"""Holding stock for orders: taking it, giving it back, sending it off, putting it back.

Every change locks the rows it needs in the order of their variants and then changes them in one
conditional update: a basket is taken whole or not at all, and no two of these wait for each other
in a circle. Everything here joins the open transaction of whoever calls it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import fetch
from db.errors import Path, Refusals, StockShort
from db.stock.models import StockMovementKind
from db.stock.movements import Movement, book
from db.stock.queries import LOCK, most_shown


@dataclass(frozen=True, slots=True)
class Units:
    """So many of a variant."""

    variant_id: UUID
    quantity: int


_RESERVE: Final = """
UPDATE stock s SET reserved = s.reserved + w.q, updated_at = $3
  FROM unnest($1::uuid[], $2::int[]) AS w(v, q)
 WHERE s.variant_id = w.v AND s.on_hand - s.reserved >= w.q
RETURNING s.variant_id, s.on_hand, s.reserved,
          (SELECT low_at FROM variant WHERE variant.id = s.variant_id)
"""

_MOVE: Final = """
UPDATE stock s SET on_hand = s.on_hand + w.q * $4, reserved = s.reserved + w.q * $5, updated_at = $3
  FROM unnest($1::uuid[], $2::int[]) AS w(v, q)
 WHERE s.variant_id = w.v
RETURNING s.variant_id, s.on_hand, s.reserved,
          (SELECT low_at FROM variant WHERE variant.id = s.variant_id)
"""


_FACTORS: Final[Mapping[StockMovementKind, tuple[int, int]]] = {
    StockMovementKind.RELEASE: (0, -1),
    StockMovementKind.SHIP: (-1, -1),
    StockMovementKind.RESTOCK: (1, 0),
}
"""What one moved unit does to the units on hand, and to the reserved ones."""


async def lock(variant_ids: Iterable[UUID]) -> None:
    """Lock stock until the transaction ends: for those who change it in several steps."""
    await fetch(LOCK, list(variant_ids))


async def can_reserve(units: Iterable[Units]) -> bool:
    """Lock stock until the transaction ends, and tell whether all these units can be had of it."""
    wanted = _by_variant(units)
    locked = await fetch(LOCK, list(wanted))
    available = {variant_id: on_hand - held for variant_id, on_hand, held in locked}
    return all(available.get(variant, 0) >= wanted[variant] for variant in wanted)


async def reserve(
    units: Iterable[Units],
    *,
    order_id: UUID,
    caller: Caller,
    now: datetime,
    labels: Mapping[UUID, str],
    paths: Mapping[UUID, Path] | None = None,
) -> None:
    """Promise units to an order: all of them, or none.

    ``labels`` names the variants in messages, ``paths`` says where the caller asked for them.
    Leave out variants whose stock is not tracked.

    :raises Refusals: of :class:`StockShort`, one for each variant of which there are too few.
    """
    wanted = _by_variant(units)
    if not wanted:
        return
    variants, quantities = list(wanted), list(wanted.values())
    locked = await fetch(LOCK, variants)
    taken = await fetch(_RESERVE, variants, quantities, now)
    if len(taken) < len(wanted):
        available = {variant_id: on_hand - held for variant_id, on_hand, held in locked}
        short = [variant for variant in variants if available.get(variant, 0) < wanted[variant]]
        raise Refusals(
            [
                shortage(
                    Units(variant, wanted[variant]),
                    available=available.get(variant, 0),
                    caller=caller,
                    label=labels[variant],
                    path=(paths or {}).get(variant),
                )
                for variant in short
            ]
        )
    movements = [
        Movement(
            variant_id=variant_id,
            on_hand_delta=0,
            reserved_delta=wanted[variant_id],
            on_hand=on_hand,
            reserved=reserved,
            low_at=low_at,
        )
        for variant_id, on_hand, reserved, low_at in taken
    ]
    await book(StockMovementKind.RESERVE, movements, order_id=order_id, caller=caller, now=now)


def shortage(
    asked: Units, *, available: int, caller: Caller, label: str, path: Path | None = None
) -> StockShort:
    """Say how many could be had, as far as the caller may know."""
    shown = most_shown(available, caller)
    return StockShort(
        variant_id=asked.variant_id,
        requested=asked.quantity,
        available=shown,
        label=label,
        path=path,
        is_exact=shown == available,
    )


async def release(units: Iterable[Units], *, order_id: UUID, caller: Caller, now: datetime) -> None:
    """Take back the promise of units that an order will not need."""
    await _move(StockMovementKind.RELEASE, units, order_id=order_id, caller=caller, now=now)


async def ship(units: Iterable[Units], *, order_id: UUID, caller: Caller, now: datetime) -> None:
    """Send promised units off: they are neither on hand nor promised any more."""
    await _move(StockMovementKind.SHIP, units, order_id=order_id, caller=caller, now=now)


async def restock(units: Iterable[Units], *, order_id: UUID, caller: Caller, now: datetime) -> None:
    """Put units that came back on the shelf again."""
    await _move(StockMovementKind.RESTOCK, units, order_id=order_id, caller=caller, now=now)


async def _move(
    kind: StockMovementKind,
    units: Iterable[Units],
    *,
    order_id: UUID,
    caller: Caller,
    now: datetime,
) -> None:
    """Move units as their kind of movement does; the database refuses what cannot be."""
    moved = _by_variant(units)
    if not moved:
        return
    on_hand_factor, reserved_factor = _FACTORS[kind]
    variants, quantities = list(moved), list(moved.values())
    await fetch(LOCK, variants)
    rows = await fetch(_MOVE, variants, quantities, now, on_hand_factor, reserved_factor)
    movements = [
        Movement(
            variant_id=variant_id,
            on_hand_delta=moved[variant_id] * on_hand_factor,
            reserved_delta=moved[variant_id] * reserved_factor,
            on_hand=on_hand,
            reserved=reserved,
            low_at=low_at,
        )
        for variant_id, on_hand, reserved, low_at in rows
    ]
    await book(kind, movements, order_id=order_id, caller=caller, now=now)


def _by_variant(units: Iterable[Units]) -> dict[UUID, int]:
    """Add up the units of each variant, in the order in which stock is locked."""
    sums: Counter[UUID] = Counter()
    for unit in units:
        sums[unit.variant_id] += unit.quantity
    return {variant: sums[variant] for variant in sorted(sums) if sums[variant]}
