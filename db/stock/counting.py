"""Changing what is on hand: by how much (``adjust``), or to how much (``count``).

Both take many variants at once, all or nothing, and never go below what is promised to orders.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias
from uuid import UUID

from db import ids
from db.access import Caller, Permission, require
from db.base import execute, fetch
from db.catalog import Variant
from db.errors import Code, Path, Refusal, Refusals
from db.events import Claim, Outcome, audit_each, once
from db.stock.models import StockMovementKind, StockReason
from db.stock.movements import Movement, book
from db.stock.queries import LOCK
from db.stock.shelves import CountIsOutdated, PromisedToOrders, Shelf

MOST_AT_ONCE: Final = 250
LARGEST_ON_HAND: Final = 1_000_000_000
"""Units: well below what the database can hold."""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """So many units more, or fewer."""

    kind: ClassVar = StockMovementKind.ADJUST
    action: ClassVar = "stockAdjust"
    place: ClassVar = ("changes", "delta")

    variant_id: UUID
    delta: int
    reason: StockReason
    note: str | None = None

    def target(self, shelf: Shelf) -> int:
        return shelf.on_hand + self.delta

    def faults(self, _shelf: Shelf, path: Path) -> Iterator[Refusal]:
        if self.delta == 0:
            yield Refusal(Code.OUT_OF_RANGE, "Say how many came, or, below 0, went.", path)


@dataclass(frozen=True, slots=True)
class Count:
    """So many units were found, where the books said ``if_on_hand`` when the count began."""

    kind: ClassVar = StockMovementKind.COUNT
    action: ClassVar = "stockCount"
    place: ClassVar = ("counts", "on_hand")
    reason: ClassVar = StockReason.COUNTED

    variant_id: UUID
    on_hand: int
    if_on_hand: int
    note: str | None = None

    def target(self, _shelf: Shelf) -> int:
        return self.on_hand

    def faults(self, shelf: Shelf, path: Path) -> Iterator[Refusal]:
        if shelf.on_hand != self.if_on_hand:
            yield CountIsOutdated(shelf, (*path[:-1], "if_on_hand"))


Change: TypeAlias = Adjustment | Count


async def adjust(
    *, caller: Caller, now: datetime, changes: Sequence[Adjustment], claim: Claim | None
) -> Outcome:
    """Change what is on hand by what came or went.

    :raises Refusals: one for each variant that is unknown or repeated, or would have too many units
        or fewer than are promised.
    """
    return await _change(changes, caller=caller, now=now, claim=claim)


async def count(
    *, caller: Caller, now: datetime, counts: Sequence[Count], claim: Claim | None
) -> Outcome:
    """Change what is on hand to what was found, if it still is what the count began with.

    :raises Refusals: as :func:`adjust`, and :class:`CountIsOutdated`.
    """
    return await _change(counts, caller=caller, now=now, claim=claim)


async def _change(
    changes: Sequence[Change],
    *,
    caller: Caller,
    now: datetime,
    claim: Claim | None,
) -> Outcome:
    require(caller, Permission.STOCK_WRITE)
    _refuse(_faults_of_list(changes))

    async def work() -> Outcome:
        shelves = await _lock(change.variant_id for change in changes)
        _refuse(_faults_of_each(changes, shelves))
        movements = [_movement(change, shelves[change.variant_id]) for change in changes]
        await execute(
            _SET,
            [movement.variant_id for movement in movements],
            [movement.on_hand for movement in movements],
            now,
        )
        kind, action = changes[0].kind, changes[0].action
        await book(kind, movements, order_id=None, caller=caller, now=now)
        await audit_each(caller, action, [_audited(each) for each in movements], now=now)
        variants = " ".join(str(change.variant_id) for change in changes)
        return Outcome(ids={"variants": variants})

    return await once(claim, now, work)


_SET: Final = """
UPDATE stock s SET on_hand = w.on_hand, updated_at = $3
  FROM unnest($1::uuid[], $2::int[]) AS w(variant_id, on_hand)
 WHERE s.variant_id = w.variant_id
"""

_VARIANTS: Final = "SELECT id, sku, track_stock, low_at FROM variant WHERE id = ANY($1)"


async def _lock(variant_ids: Iterable[UUID]) -> dict[UUID, Shelf]:
    """Lock stocks, in the one order, and read what is needed to know of their variants."""
    stocks = {row["variant_id"]: row for row in await fetch(LOCK, list(variant_ids))}
    return {
        row["id"]: Shelf(
            variant_id=row["id"],
            sku=row["sku"],
            track_stock=row["track_stock"],
            on_hand=stocks[row["id"]]["on_hand"],
            reserved=stocks[row["id"]]["reserved"],
            low_at=row["low_at"],
        )
        for row in await fetch(_VARIANTS, list(stocks))
    }


def _faults_of_list(changes: Sequence[Change]) -> Iterator[Refusal]:
    if not changes:
        yield Refusal(Code.REQUIRED, "Name at least one variant.")
        return
    name = changes[0].place[0]
    if len(changes) > MOST_AT_ONCE:
        yield Refusal(Code.TOO_MANY, f"At most {MOST_AT_ONCE} at once.", (name,))
    times = Counter(change.variant_id for change in changes)
    for index, change in enumerate(changes):
        if times[change.variant_id] > 1:
            path = (name, index, "variant_id")
            yield Refusal(Code.INVALID, "Name each variant once.", path)


def _faults_of_each(changes: Sequence[Change], shelves: dict[UUID, Shelf]) -> Iterator[Refusal]:
    for index, change in enumerate(changes):
        name, field = change.place
        shelf = shelves.get(change.variant_id)
        if shelf is None:
            path = (name, index, "variant_id")
            yield Refusal(Code.NOT_FOUND, "There is no such variant.", path)
        elif not shelf.track_stock:
            message = f"The stock of {shelf.sku} is not tracked: it never runs out."
            yield Refusal(Code.INVALID, message, (name, index, "variant_id"))
        else:
            yield from _faults(change, shelf, (name, index, field))


def _faults(change: Change, shelf: Shelf, path: Path) -> Iterator[Refusal]:
    yield from change.faults(shelf, path)
    on_hand = change.target(shelf)
    if on_hand > LARGEST_ON_HAND:
        yield Refusal(Code.OUT_OF_RANGE, f"There would be {on_hand}: too many.", path)
    elif on_hand < 0:
        message = f"There are {shelf.on_hand} on hand of {shelf.sku}: fewer than none cannot be."
        yield Refusal(Code.OUT_OF_RANGE, message, path)
    elif on_hand < shelf.reserved:
        yield PromisedToOrders(shelf, on_hand, path)


def _refuse(faults: Iterable[Refusal]) -> None:
    """Refuse with all the faults there are.

    :raises Refusals: there are any.
    """
    if found := list(faults):
        raise Refusals(found)


def _movement(change: Change, shelf: Shelf) -> Movement:
    on_hand = change.target(shelf)
    return Movement(
        variant_id=shelf.variant_id,
        on_hand_delta=on_hand - shelf.on_hand,
        reserved_delta=0,
        on_hand=on_hand,
        reserved=shelf.reserved,
        low_at=shelf.low_at,
        reason=change.reason,
        note=change.note,
    )


def _audited(movement: Movement) -> tuple[str, dict[str, list[int]]]:
    before = movement.on_hand - movement.on_hand_delta
    subject = ids.encode(Variant.prefix, movement.variant_id)
    return subject, {"on_hand": [before, movement.on_hand]}
