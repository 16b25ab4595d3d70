"""Packing, shipping, delivering and unpacking, as clients ask for it."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from db import orders
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.errors import Payload
from schema.ids import FulfillmentId, OrderId
from schema.inputs import IdempotencyKey, plain
from schema.orders.inputs import OrderLineQuantityInput, TrackingInput
from schema.orders.parcels import Fulfillment
from schema.orders.types import Order
from schema.resolvers import mutation


@define.type
class FulfillmentPayload(Payload):
    fulfillment: Fulfillment | None = None
    order: Order | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "FulfillmentPayload":
        """Show a parcel and its order as they are now."""
        caller = info.context.caller
        parcel_id, order_id = (UUID(outcome.ids[name]) for name in ("fulfillment", "order"))
        (parcel,) = await orders.find_fulfillments(caller=caller, ids=[parcel_id])
        (order,) = await orders.find_orders(caller=caller, ids=[order_id])
        return cls(
            fulfillment=Fulfillment.of(parcel) if parcel else None,
            order=Order.of(order) if order else None,
        )

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "FulfillmentPayload":
        """Show what a refused call was about: the parcel, and its order too."""
        payload = await super().unchanged(given, info)
        if payload.fulfillment and not payload.order:
            order_id = payload.fulfillment.row.order_id
            (order,) = await orders.find_orders(caller=info.context.caller, ids=[order_id])
            payload.order = Order.of(order) if order else None
        return payload


@define.type
class FulfillmentMutation:
    @mutation(payload=FulfillmentPayload, requires=Permission.FULFILLMENTS_WRITE)
    async def fulfillment_create(
        self,
        info: Info,
        order_id: OrderId,
        idempotency_key: IdempotencyKey,
        lines: Annotated[list[OrderLineQuantityInput], Field(min_length=1, max_length=100)]
        | None = None,
    ) -> Outcome:
        """Default lines: all that is left."""
        return await orders.create_fulfillment(
            caller=info.context.caller,
            now=info.context.now,
            order_id=order_id,
            lines=plain(lines),
            claim=info.context.claim,
        )

    @mutation(payload=FulfillmentPayload, requires=Permission.FULFILLMENTS_WRITE)
    async def fulfillment_ship(
        self,
        info: Info,
        id: FulfillmentId,
        idempotency_key: IdempotencyKey,
        tracking: TrackingInput | None = None,
    ) -> Outcome:
        """Takes the units off the shelf: onHand and reserved go down."""
        return await orders.ship_fulfillment(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            tracking=plain(tracking),
            claim=info.context.claim,
        )

    @mutation(payload=FulfillmentPayload, requires=Permission.FULFILLMENTS_WRITE)
    async def fulfillment_deliver(
        self, info: Info, id: FulfillmentId, idempotency_key: IdempotencyKey
    ) -> Outcome:
        return await orders.deliver_fulfillment(
            caller=info.context.caller, now=info.context.now, id=id, claim=info.context.claim
        )

    @mutation(payload=FulfillmentPayload, requires=Permission.FULFILLMENTS_WRITE)
    async def fulfillment_cancel(
        self, info: Info, id: FulfillmentId, idempotency_key: IdempotencyKey
    ) -> Outcome:
        """Only while PACKING."""
        return await orders.cancel_fulfillment(
            caller=info.context.caller, now=info.context.now, id=id, claim=info.context.claim
        )
