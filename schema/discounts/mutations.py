"""Making discounts, and changing them."""

from uuid import UUID

from db import discounts
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.discounts.inputs import DiscountInput
from schema.discounts.types import Discount
from schema.errors import Payload
from schema.ids import DiscountId
from schema.inputs import IdempotencyKey, Version
from schema.resolvers import mutation


@define.type
class DiscountPayload(Payload):
    discount: Discount | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "DiscountPayload":
        """Show a discount as it is now."""
        (row,) = await discounts.discounts_by_id(
            [UUID(outcome.ids["discount"])], caller=info.context.caller
        )
        return cls(discount=Discount.of(row) if row else None)


@define.type
class DiscountsMutation:
    @mutation(payload=DiscountPayload, requires=Permission.DISCOUNTS_WRITE)
    async def discount_create(
        self, info: Info, input: DiscountInput, idempotency_key: IdempotencyKey | None = None
    ) -> Outcome:
        return await discounts.create_discount(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            claim=info.context.claim,
        )

    @mutation(payload=DiscountPayload, requires=Permission.DISCOUNTS_WRITE)
    async def discount_update(
        self, info: Info, id: DiscountId, input: DiscountInput, if_version: Version
    ) -> Outcome:
        """Code and value are fixed once an order has used it."""
        return await discounts.update_discount(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )
