"""What was bought, as clients see it."""

from collections.abc import Mapping
from typing import Any

import strawberry

from db import catalog, orders
from schema.catalog.types import Attribute, Variant
from schema.context import Context
from schema.ids import Node, identity
from schema.money import Money, amount
from schema.scalars import Decimal
from schema.totals import rate_text
from schema.views import View, each, edge, shown, view


def _as_seen_by(context: Context) -> Mapping[str, Any]:
    return {"caller": context.caller, "now": context.now}


@view(orders.OrderLineRow)
class OrderLine(Node, View[orders.OrderLineRow]):
    id: strawberry.ID = identity(orders.OrderLine.prefix)
    sku: str
    title: str
    options: list[Attribute] = each(Attribute.of, "options")
    quantity: int
    quantity_fulfilled: int = shown(None, "fulfilled")
    quantity_refunded: int = shown(None, "refunded")
    unit_price: Money = amount("unit_price")
    subtotal: Money = amount("subtotal")
    discount: Money = amount("discount", "This line's exact share of the order's discount.")
    tax_rate: Decimal = shown(rate_text, "tax_rate")
    tax: Money = amount("tax")
    total: Money = amount("total", "What the buyer pays for this line, tax included.")
    variant: Variant | None = edge(
        catalog.visible_variants_by_id,
        by="variant_id",
        description="Null once the variant is gone.",
        given=_as_seen_by,
    )
