"""Parcels, as clients see them."""

from datetime import datetime

import strawberry

from db import orders
from schema.ids import Node, identity
from schema.orders.back import LazyOrder
from schema.orders.lines import OrderLine
from schema.scalars import URL
from schema.views import View, edge, shown, view


@view(dict)
class Tracking(View[orders.TrackingFields]):
    carrier: str
    number: str
    url: URL | None


@view(orders.FulfillmentLineRow)
class FulfillmentLine(View[orders.FulfillmentLineRow]):
    order_line: OrderLine = edge(orders.lines_by_id, by="order_line_id")
    quantity: int


@view(orders.FulfillmentRow)
class Fulfillment(Node, View[orders.FulfillmentRow]):
    """Some or all of an order's units, in one parcel."""

    id: strawberry.ID = identity(orders.Fulfillment.prefix)
    order: LazyOrder = edge(orders.orders_by_id, by="order_id")
    status: orders.FulfillmentStatus
    lines: list[FulfillmentLine] = edge(orders.lines_by_fulfillment, by="id")
    tracking: Tracking | None = shown(Tracking.of, "tracking")
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    version: int
