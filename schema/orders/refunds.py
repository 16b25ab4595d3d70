"""Giving goods and money back, as staff ask for it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import strawberry
from pydantic import Field

from db import orders
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.errors import Payload
from schema.ids import OrderId, OrderLineId, find
from schema.inputs import IdempotencyKey, Input, MoneyInput, Note
from schema.orders.receipts import Refund
from schema.orders.types import Order
from schema.resolvers import mutation


@define.input
class RefundLineInput(Input):
    order_line_id: OrderLineId
    quantity: Annotated[int, Field(ge=1)]
    restock: Annotated[
        bool,
        strawberry.field(
            description="Put shipped units back on the shelf. Units not shipped yet are always "
            "released."
        ),
    ] = False


@define.input
class RefundInput(Input):
    order_id: OrderId
    lines: Annotated[
        Annotated[list[RefundLineInput], Field(max_length=100)] | None,
        strawberry.field(description="Units given back. Their share of the price is computed."),
    ] = None
    extra_amount: Annotated[
        MoneyInput | None,
        strawberry.field(description="On top of the lines: shipping, goodwill."),
    ] = None
    reason: orders.RefundReason
    note: Note | None = None


@define.type
class RefundPayload(Payload):
    refund: Refund | None = None
    order: Order | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "RefundPayload":
        """Show a refund and its order as they are now."""
        caller = info.context.caller
        refund_id, order_id = (UUID(outcome.ids[name]) for name in ("refund", "order"))
        (refund,) = await orders.find_refunds(caller=caller, ids=[refund_id])
        (order,) = await orders.find_orders(caller=caller, ids=[order_id])
        return cls(
            refund=Refund.of(refund) if refund else None, order=Order.of(order) if order else None
        )

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "RefundPayload":
        """Show the order that a refused call was about."""
        (order,) = await find([given["input"]["orderId"]], info.context)
        return cls(order=order if isinstance(order, Order) else None)


@define.type
class RefundMutation:
    @mutation(payload=RefundPayload, requires=Permission.REFUNDS_WRITE)
    async def refund_create(
        self, info: Info, input: RefundInput, idempotency_key: IdempotencyKey
    ) -> Outcome:
        """By lines, by amount, or both. Never more than was captured, whoever asks at the same
        time.
        """
        return await orders.create_refund(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            gateways=info.context.gateways,
            claim=info.context.claim,
        )
