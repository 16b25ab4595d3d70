"""Rows of goods: parcels, and every movement that made the stock what it is."""

from collections import defaultdict
from datetime import timedelta
from typing import Final

from db.seeds.past import Ids, Variant
from db.seeds.sheets.book import ACTOR, FULFILLMENT, LINE, MOVEMENT, Book, Rows, sheet

_BEFORE: Final = timedelta(hours=1)
"""The shelf was filled so long before the first sale."""


@sheet("fulfillment", "id order_id status created_at shipped_at")
def fulfillments(book: Book) -> Rows:
    for one in book.orders:
        yield one.ids[FULFILLMENT], one.ids[0], "SHIPPED", one.at, one.at


@sheet("fulfillment_line", "fulfillment_id order_line_id quantity")
def parcel_lines(book: Book) -> Rows:
    for one in book.orders:
        parcel = one.ids[FULFILLMENT]
        for place, line in enumerate(one.lines):
            yield parcel, one.ids[LINE + place], line.quantity


@sheet(
    "stock_movement",
    "id variant_id kind reason on_hand_delta reserved_delta on_hand reserved order_id"
    " actor_kind actor_id actor_label created_at",
)
def movements(book: Book) -> Rows:
    """Fill the shelves once, then ship: what was sold and sent at once was never reserved."""
    left = _opening(book)
    for variant, units in left.items():
        yield from _opened(variant, units)
    for order in book.orders:
        order_id, at = order.ids[0], order.at
        for place, line in enumerate(order.lines):
            variant, units = line.variant, line.quantity
            left[variant] -= units
            yield (
                order.ids[MOVEMENT + place],
                variant.id,
                "SHIP",
                None,
                -units,
                0,
                left[variant],
                0,
                order_id,
                *ACTOR,
                at,
            )


def _opening(book: Book) -> dict[Variant, int]:
    """Count what the shop must have had to sell what it sold, and have its surplus left."""
    needed = defaultdict[Variant, int](int)
    for order in book.orders:
        for line in order.lines:
            needed[line.variant] += line.quantity
    return {
        variant: variant.surplus + needed[variant]
        for product in book.past.products
        for variant in product.variants
    }


def _opened(variant: Variant, units: int) -> Rows:
    if units:
        at = variant.since - _BEFORE
        movement = Ids("opening", variant.sku, at)[0]
        yield movement, variant.id, "ADJUST", "RECEIVED", units, 0, units, 0, None, *ACTOR, at
