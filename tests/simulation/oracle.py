"""What must be true: of the shop whenever something was committed, and of the money at the end.

The first is what ``tradepost invariants`` asks. The second compares the shop's books with those of
the gateway, once nothing is under way any more: by what became of people's money, whatever the
protocol.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from db import ids
from db.invariants import INVARIANTS
from db.payments import OperationKind, OperationStatus, Verdict
from tests.simulation.gateway import Books, Entry
from tests.simulation.history import Violated
from tests.simulation.world import Beside

_EVERY: Final = " UNION ALL ".join(
    f"(SELECT {place} FROM ({each.sql}) AS found LIMIT 1)" for place, each in enumerate(INVARIANTS)
)
_OPEN: Final = """
SELECT (SELECT count(*) FROM orders WHERE status = 'PENDING')
     + (SELECT count(*) FROM payment_operation
         WHERE status IN ('REQUESTED', 'UNKNOWN') AND alerted_at IS NULL)
     + (SELECT count(*) FROM gateway_event WHERE applied_at IS NULL AND alerted_at IS NULL)
"""
_OPERATIONS: Final = """
SELECT m.id, m.status, m.alerted_at IS NOT NULL AS is_told, o.id AS order_id, o.status AS standing,
       o.placed_at IS NOT NULL AS was_placed
  FROM payment_operation m JOIN payment p ON p.id = m.payment_id JOIN orders o ON o.id = p.order_id
"""
_ALERTED: Final = """
SELECT DISTINCT order_id FROM order_event WHERE kind = 'NOTE' AND visibility = 'STAFF'
"""
BREAKS_ITS_WORD: Final = "tok_late_success"
"""Declines, and charges after all: no shop can be right about it before it is told."""


async def look(beside: Beside) -> None:
    """Ask every sentence about the shop.

    :raises Violated: one is false.
    """
    if wrong := await beside.fetch(_EVERY):
        raise Violated("; ".join(f"Not so: {INVARIANTS[place].sentence}" for (place,) in wrong))


async def is_at_rest(beside: Beside) -> bool:
    """Tell whether nothing is under way any more, of which nobody was told."""
    ((under_way,),) = await beside.fetch(_OPEN)
    return bool(under_way == 0)


@dataclass(frozen=True, slots=True)
class _Operation:
    """What the shop knows of a call, and what its gateway has decided about it."""

    row: asyncpg.Record
    entry: Entry | None

    @property
    def is_done(self) -> bool:
        return self.entry is not None and self.entry["verdict"] == Verdict.SUCCEEDED


async def compare(beside: Beside, books: Books) -> None:
    """Compare what the shop believes with what became of the money.

    :raises Violated: they differ, or somebody lost.
    """
    if not await is_at_rest(beside):
        raise Violated("Not so: Everything comes to an end.")
    rows = {
        ids.encode("op", row["id"]): _Operation(row, books.entries.get(ids.encode("op", row["id"])))
        for row in await beside.fetch(_OPERATIONS)
    }
    alerted = {order_id for (order_id,) in await beside.fetch(_ALERTED)}
    if wrong := [*_unknown(books, rows), *_told_apart(rows), *_kept(rows, alerted)]:
        raise Violated("; ".join(f"Not so: {each}" for each in wrong))


def _unknown(books: Books, rows: dict[str, _Operation]) -> Iterator[str]:
    moved = (key for key, entry in books.entries.items() if entry["verdict"] == Verdict.SUCCEEDED)
    if any(key not in rows for key in moved):
        yield "All money that the gateway moved is on our books."


def _told_apart(rows: dict[str, _Operation]) -> Iterator[str]:
    for each in rows.values():
        is_open = each.row["status"] in {OperationStatus.REQUESTED, OperationStatus.UNKNOWN}
        if not is_open and each.is_done is not (each.row["status"] == OperationStatus.SUCCEEDED):
            yield "What our books say was moved is what the gateway moved."


def _kept(rows: dict[str, _Operation], alerted: set[UUID]) -> Iterator[str]:
    """Say what is wrong with the money that the gateway keeps for each order."""
    orders = defaultdict[UUID, list[_Operation]](list)
    for each in rows.values():
        orders[each.row["order_id"]].append(each)
    for order_id, operations in orders.items():
        order = operations[0].row
        paid = [each for each in operations if _is(each, OperationKind.AUTHORIZE)]
        kept = [each for each in paid if each.entry and _left(each.entry, operations) > 0]
        is_over = order["standing"] in {"CANCELLED", "EXPIRED"}
        if len(kept) > (0 if is_over else 1) and order_id not in alerted:
            yield "An order is paid for once at most, and not at all when it is over."
        if not order["was_placed"] and any(_kept_word(each) for each in paid):
            yield "Who was never given an order was never charged."


def _is(each: _Operation, kind: OperationKind) -> bool:
    return each.is_done and each.entry is not None and each.entry["kind"] == kind


def _kept_word(each: _Operation) -> bool:
    return each.entry is not None and each.entry["token"] != BREAKS_ITS_WORD


def _left(entry: Entry, operations: list[_Operation]) -> int:
    """Count what is left at the gateway of one payment, held or taken."""
    moves = [
        each.entry
        for each in operations
        if each.is_done and each.entry and each.entry["reference"] == entry["reference"]
    ]
    if any(each["kind"] == OperationKind.VOID for each in moves):
        return 0
    taken = next((e["amount"] for e in moves if e["kind"] == OperationKind.CAPTURE), None)
    back = sum(each["amount"] for each in moves if each["kind"] == OperationKind.REFUND)
    left: int = (entry["amount"] if taken is None else taken) - back
    return left
