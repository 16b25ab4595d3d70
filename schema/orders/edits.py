"""Changing whom an order is for, and notes on it, as staff ask for it."""

from typing import Annotated, TypeAlias

from pydantic import StringConstraints

from db import orders
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.ids import OrderId
from schema.inputs import AddressInput, Email, IdempotencyKey, Input, Version
from schema.orders.checkout import OrderPayload
from schema.resolvers import mutation

Body: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)
]


@define.input
class OrderInput(Input):
    email: Email | None = None
    shipping_address: AddressInput | None = None
    billing_address: AddressInput | None = None


@define.type
class EditMutation:
    @mutation(payload=OrderPayload, requires=Permission.ORDERS_WRITE)
    async def order_update(
        self, info: Info, id: OrderId, input: OrderInput, if_version: Version
    ) -> Outcome:
        """Email and addresses, before anything is shipped, within the same country."""
        return await orders.update_order(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(payload=OrderPayload, requires=Permission.ORDERS_WRITE)
    async def order_note_add(
        self,
        info: Info,
        id: OrderId,
        body: Body,
        visibility: orders.Visibility = orders.Visibility.STAFF,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        return await orders.add_note(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            body=body,
            visibility=visibility,
            claim=info.context.claim,
        )
