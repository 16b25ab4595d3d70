"""What clients hear when there are not enough units."""

from typing import Any
from uuid import UUID

import strawberry

from db import catalog
from db.errors import StockShort
from schema import define
from schema.catalog.types import Variant
from schema.context import Info
from schema.errors import UserError, of_refusal, user_error
from schema.resolvers import resolver


@define.type
class StockError(UserError):
    requested: int
    available: int = define.field(
        "What could be had at that moment. Capped as in Variant.availableQuantity for the public."
    )
    variant_id: strawberry.Private[UUID]

    @resolver()
    async def variant(self, info: Info) -> Variant:
        row = await info.context.load(catalog.variants_by_id, self.variant_id)
        if row is None:
            raise LookupError(f"variant {self.variant_id} is gone")
        return Variant.of(row)


@user_error.register
def _(refusal: StockShort) -> UserError:
    details: dict[str, Any] = of_refusal(refusal)
    return StockError(
        **details,
        variant_id=refusal.variant_id,
        requested=refusal.requested,
        available=refusal.available,
    )
