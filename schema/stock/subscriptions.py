"""Following the stock."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from db import catalog, ids, stock
from db.access import Permission
from db.errors import BadRequest
from schema import define
from schema.catalog.types import Variant
from schema.context import Info
from schema.ids import VariantId
from schema.resolvers import subscription


@define.type
class StockSubscription:
    @subscription(requires=Permission.STOCK_READ)
    async def stock_changed(
        self,
        info: Info,
        variant_ids: Annotated[list[VariantId], Field(min_length=1, max_length=100)],
    ) -> AsyncGenerator[Variant, None]:
        """At most 100 variants."""
        context = info.context
        wanted = {ids.encode(catalog.Variant.prefix, each): each for each in variant_ids}
        told: dict[UUID, tuple[int, int]] = {}
        async with context.follow(*wanted):
            while subject := await context.news():
                variant_id = wanted[subject]
                row = await context.load(catalog.variants_by_id, variant_id)
                if row is None:
                    raise BadRequest("variantIds: there is no such variant.")
                level = await context.load(stock.levels_by_variant, variant_id)
                state = level.on_hand, level.reserved
                if state != told.get(variant_id):
                    told[variant_id] = state
                    yield Variant.of(row)
