"""Parcels, as clients see them."""

from datetime import datetime

import strawberry

from db import ids, orders
from schema import define
from schema.context import Info
from schema.ids import Node
from schema.orders.back import LazyOrder, order_of
from schema.orders.lines import OrderLine
from schema.resolvers import resolver
from schema.scalars import URL


@define.type
class Tracking:
    carrier: str
    number: str
    url: URL | None

    @classmethod
    def of(cls, kept: orders.TrackingFields) -> "Tracking":
        """Show where a parcel can be followed."""
        url = kept.get("url")
        return cls(
            carrier=kept["carrier"], number=kept["number"], url=None if url is None else URL(url)
        )


@define.type
class FulfillmentLine:
    quantity: int
    row: strawberry.Private[orders.FulfillmentLineRow]

    @resolver()
    async def order_line(self, info: Info) -> OrderLine:
        row = await info.context.load(orders.lines_by_id, self.row.order_line_id)
        return OrderLine.of(row)


@define.type
class Fulfillment(Node):
    """Some or all of an order's units, in one parcel."""

    status: orders.FulfillmentStatus
    tracking: Tracking | None
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    version: int
    row: strawberry.Private[orders.FulfillmentRow]

    @classmethod
    def of(cls, row: orders.FulfillmentRow) -> "Fulfillment":
        """Show a parcel."""
        return cls(
            id=strawberry.ID(ids.encode(orders.Fulfillment.prefix, row.id)),
            status=row.status,
            tracking=Tracking.of(row.tracking) if row.tracking else None,
            created_at=row.created_at,
            shipped_at=row.shipped_at,
            delivered_at=row.delivered_at,
            version=row.version,
            row=row,
        )

    @resolver()
    async def order(self, info: Info) -> LazyOrder:
        return await order_of(info, self.row.order_id)

    @resolver()
    async def lines(self, info: Info) -> list[FulfillmentLine]:
        rows = await info.context.load(orders.lines_by_fulfillment, self.row.id)
        return [FulfillmentLine(quantity=row.quantity, row=row) for row in rows]
