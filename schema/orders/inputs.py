"""What is asked of orders, and what lists of them are narrowed to."""

from typing import Annotated

import strawberry
from pydantic import Field

from db import orders
from schema import define
from schema.ids import OrderId, OrderLineId, UserId
from schema.inputs import DateTime, Input, Line, Url


@define.one_of
class OrderBy(Input):
    id: OrderId | None = None
    number: Line | None = None


@define.input
class OrderFilter(Input):
    statuses: Annotated[list[orders.OrderStatus], Field(max_length=20)] | None = None
    payment_statuses: Annotated[list[orders.OrderPaymentStatus], Field(max_length=20)] | None = None
    fulfillment_statuses: (
        Annotated[list[orders.OrderFulfillmentStatus], Field(max_length=20)] | None
    ) = None
    customer_id: UserId | None = None
    since: Annotated[
        DateTime | None,
        strawberry.field(
            description="placedAt, or createdAt while there is none: since inclusive, until "
            "exclusive."
        ),
    ] = None
    until: DateTime | None = None


@define.input
class OrderLineQuantityInput(Input):
    order_line_id: OrderLineId
    quantity: Annotated[int, Field(ge=1)]


@define.input
class TrackingInput(Input):
    carrier: Line
    number: Line
    url: Url | None = None
