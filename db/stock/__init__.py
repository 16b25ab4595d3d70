"""How many there are, how many are promised, and every movement that made it so.

``reserve``, ``release``, ``ship`` and ``restock`` join the transaction of the order they are for.
"""

from db.stock.counting import (
    LARGEST_ON_HAND,
    MOST_AT_ONCE,
    Adjustment,
    Count,
    adjust,
    count,
)
from db.stock.models import Stock, StockMovement, StockMovementKind, StockReason
from db.stock.queries import PUBLIC_MOST, StockRow, levels_by_variant, most_shown
from db.stock.reservation import Units, lock, release, reserve, restock, ship, shortage
from db.stock.shelves import CountIsOutdated, PromisedToOrders

__all__ = [
    "LARGEST_ON_HAND",
    "MOST_AT_ONCE",
    "PUBLIC_MOST",
    "Adjustment",
    "Count",
    "CountIsOutdated",
    "PromisedToOrders",
    "Stock",
    "StockMovement",
    "StockMovementKind",
    "StockReason",
    "StockRow",
    "Units",
    "adjust",
    "count",
    "levels_by_variant",
    "lock",
    "most_shown",
    "release",
    "reserve",
    "restock",
    "ship",
    "shortage",
]
