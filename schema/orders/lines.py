"""What was bought, as clients see it."""

import strawberry

from db import catalog, ids, orders
from db.money import Rate
from schema import define
from schema.catalog.types import Attribute, Variant
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.orders.amounts import shown
from schema.resolvers import resolver
from schema.scalars import Decimal


@define.type
class OrderLine(Node):
    sku: str
    title: str
    options: list[Attribute]
    quantity: int
    quantity_fulfilled: int
    quantity_refunded: int
    unit_price: Money
    subtotal: Money
    discount: Money = define.field("This line's exact share of the order's discount.")
    tax_rate: Decimal
    tax: Money
    total: Money = define.field("What the buyer pays for this line, tax included.")
    row: strawberry.Private[orders.OrderLineRow]

    @classmethod
    def of(cls, row: orders.OrderLineRow) -> "OrderLine":
        """Show a line."""
        return cls(
            id=strawberry.ID(ids.encode(orders.OrderLine.prefix, row.id)),
            sku=row.sku,
            title=row.title,
            options=Attribute.each(row.options),
            quantity=row.quantity,
            quantity_fulfilled=row.fulfilled,
            quantity_refunded=row.refunded,
            unit_price=shown(row.unit_price, row.currency),
            subtotal=shown(row.subtotal, row.currency),
            discount=shown(row.discount, row.currency),
            tax_rate=Decimal(Rate(row.tax_rate).text),
            tax=shown(row.tax, row.currency),
            total=shown(row.total, row.currency),
            row=row,
        )

    @resolver()
    async def variant(self, info: Info) -> Variant | None:
        """Null once the variant is gone."""
        if self.row.variant_id is None:
            return None
        context = info.context
        row = await context.load(
            catalog.visible_variants_by_id,
            self.row.variant_id,
            caller=context.caller,
            now=context.now,
        )
        return Variant.of(row) if row else None
