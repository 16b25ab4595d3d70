"""Holding stock for orders: taking it, giving it back, sending it off, putting it back.

Every change is one statement, which locks the rows it needs in the order of their variants and
changes them: a basket is taken whole or not at all, and no two of these wait for each other in a
circle. Everything here joins the open transaction of whoever calls it.
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


# Who waited for a lock finds the row as it is by then in `locked`. In `stock` they see it as it was
# when the statement began, and so do the CHECKs: nothing may be worked out from there.
_MOVE: Final = """
WITH locked AS (
    SELECT variant_id, on_hand + w.q * $3 AS on_hand, reserved + w.q * $4 AS reserved
      FROM stock JOIN unnest($1::uuid[], $2::int[]) AS w(variant_id, q) USING (variant_id)
     ORDER BY variant_id FOR NO KEY UPDATE OF stock
)
UPDATE stock SET on_hand = locked.on_hand, reserved = locked.reserved, updated_at = $5
  FROM locked
 WHERE stock.variant_id = locked.variant_id AND locked.reserved <= locked.on_hand
RETURNING stock.variant_id, stock.on_hand, stock.reserved,
          (SELECT low_at FROM variant WHERE variant.id = stock.variant_id)
"""


_FACTORS: Final[Mapping[StockMovementKind, tuple[int, int]]] = {
    StockMovementKind.RESERVE: (0, 1),
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
    available = await _available(wanted)
    return all(available[variant] >= wanted[variant] for variant in wanted)


async def _available(variant_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Lock stock until the transaction ends, and read how many are free of each."""
    ordered = sorted(variant_ids)
    locked = await fetch(LOCK, ordered)
    free = {variant_id: on_hand - reserved for variant_id, on_hand, reserved in locked}
    return {variant: free.get(variant, 0) for variant in ordered}


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
    taken = await _move(
        StockMovementKind.RESERVE, wanted, order_id=order_id, caller=caller, now=now
    )
    if short := wanted.keys() - taken:
        raise Refusals(
            [
                shortage(
                    Units(variant, wanted[variant]),
                    available=available,
                    caller=caller,
                    label=labels[variant],
                    path=(paths or {}).get(variant),
                )
                for variant, available in (await _available(short)).items()
            ]
        )


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
    moved = _by_variant(units)
    await _move(StockMovementKind.RELEASE, moved, order_id=order_id, caller=caller, now=now)


async def ship(units: Iterable[Units], *, order_id: UUID, caller: Caller, now: datetime) -> None:
    """Send promised units off: they are neither on hand nor promised any more."""
    moved = _by_variant(units)
    await _move(StockMovementKind.SHIP, moved, order_id=order_id, caller=caller, now=now)


async def restock(units: Iterable[Units], *, order_id: UUID, caller: Caller, now: datetime) -> None:
    """Put units that came back on the shelf again."""
    moved = _by_variant(units)
    await _move(StockMovementKind.RESTOCK, moved, order_id=order_id, caller=caller, now=now)


async def _move(
    kind: StockMovementKind,
    moved: Mapping[UUID, int],
    *,
    order_id: UUID,
    caller: Caller,
    now: datetime,
) -> set[UUID]:
    """Move units as their kind of movement does, and return of which variants there were enough.

    The others were not moved.
    """
    if not moved:
        return set()
    on_hand_factor, reserved_factor = _FACTORS[kind]
    rows = await fetch(
        _MOVE, list(moved), list(moved.values()), on_hand_factor, reserved_factor, now
    )
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
    return {variant_id for variant_id, *_ in rows}


def _by_variant(units: Iterable[Units]) -> dict[UUID, int]:
    """Add up the units of each variant, in the order in which stock is locked."""
    sums: Counter[UUID] = Counter()
    for unit in units:
        sums[unit.variant_id] += unit.quantity
    return {variant: sums[variant] for variant in sorted(sums) if sums[variant]}
