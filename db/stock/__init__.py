"""How many there are, how many are promised, and every movement that made it so.

``reserve``, ``release``, ``ship`` and ``restock`` join the transaction of the order they are for.
"""

from db.stock.models import Stock, StockMovement, StockMovementKind, StockReason
from db.stock.queries import PUBLIC_MOST, StockRow, levels_by_variant, most_shown
from db.stock.reservation import Units, release, reserve, restock, ship

__all__ = [
    "PUBLIC_MOST",
    "Stock",
    "StockMovement",
    "StockMovementKind",
    "StockReason",
    "StockRow",
    "Units",
    "levels_by_variant",
    "most_shown",
    "release",
    "reserve",
    "restock",
    "ship",
]
