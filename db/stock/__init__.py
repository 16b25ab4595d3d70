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
from db.stock.listing import VariantFilter, count_variants, list_variants
from db.stock.models import Stock, StockMovement, StockMovementKind, StockReason
from db.stock.opening import NewVariantFields, create_product, create_variant
from db.stock.queries import (
    PUBLIC_MOST,
    MovementRow,
    StockRow,
    count_movements_by_variant,
    levels_by_variant,
    most_shown,
    movements_by_id,
    movements_by_variant,
)
from db.stock.reservation import (
    Units,
    can_reserve,
    lock,
    release,
    reserve,
    restock,
    ship,
    shortage,
)
from db.stock.shelves import CountIsOutdated, PromisedToOrders

__all__ = [
    "LARGEST_ON_HAND",
    "MOST_AT_ONCE",
    "PUBLIC_MOST",
    "Adjustment",
    "Count",
    "CountIsOutdated",
    "MovementRow",
    "NewVariantFields",
    "PromisedToOrders",
    "Stock",
    "StockMovement",
    "StockMovementKind",
    "StockReason",
    "StockRow",
    "Units",
    "VariantFilter",
    "adjust",
    "can_reserve",
    "count",
    "count_movements_by_variant",
    "count_variants",
    "create_product",
    "create_variant",
    "levels_by_variant",
    "list_variants",
    "lock",
    "most_shown",
    "movements_by_id",
    "movements_by_variant",
    "release",
    "reserve",
    "restock",
    "ship",
    "shortage",
]
