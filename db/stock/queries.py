"""Reads of stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller, Permission
from db.base import fetch

PUBLIC_MOST: Final = 10
"""Units: the public is told exact figures up to this one, and this one instead of any larger."""

LOCK: Final = """
SELECT variant_id, on_hand, reserved FROM stock
 WHERE variant_id = ANY($1) ORDER BY variant_id FOR NO KEY UPDATE
"""
"""Locks in the one order that all share. NO KEY, so that a new order line does not wait for it."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """How many there are of a variant, and how many of them are promised to orders."""

    variant_id: UUID
    on_hand: int
    reserved: int
    low_at: int | None
    updated_at: datetime

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


_LEVELS: Final = """
SELECT s.variant_id, s.on_hand, s.reserved, v.low_at, s.updated_at
  FROM stock s JOIN variant v ON v.id = s.variant_id WHERE s.variant_id = ANY($1)
"""


async def levels_by_variant(variant_ids: Sequence[UUID]) -> list[StockRow]:
    """Read the stock of variants, each of which has one, in the order of their ids."""
    rows = {row[0]: StockRow(*row) for row in await fetch(_LEVELS, list(variant_ids))}
    return [rows[variant_id] for variant_id in variant_ids]


def most_shown(available: int, caller: Caller) -> int:
    """Cap a figure for those who may not look into the stock.

    >>> most_shown(37, Caller.anonymous()), most_shown(7, Caller.anonymous())
    (10, 7)
    """
    return available if caller.may(Permission.STOCK_READ) else min(available, PUBLIC_MOST)
