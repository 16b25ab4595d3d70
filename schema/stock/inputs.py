"""What staff say about the stock."""

from typing import Annotated

import strawberry
from pydantic import Field

from db import stock
from schema import define
from schema.ids import ProductId, VariantId
from schema.inputs import Count, Input, Note, Sku

MOST_SKUS = 250


@define.input
class StockAdjustInput(Input):
    variant_id: VariantId
    delta: int
    reason: stock.StockReason
    note: Note | None = None

    def plain(self) -> stock.Adjustment:
        """Return the change by how much."""
        return stock.Adjustment(self.variant_id, self.delta, self.reason, self.note)


@define.input
class StockCountInput(Input):
    variant_id: VariantId
    on_hand: Count
    if_on_hand: Annotated[
        Count,
        strawberry.field(
            description="What the books said when the count began. No longer so: VersionError."
        ),
    ]
    note: Note | None = None

    def plain(self) -> stock.Count:
        """Return the change to how much."""
        return stock.Count(self.variant_id, self.on_hand, self.if_on_hand, self.note)


@define.input
class VariantFilter(Input):
    available_at_most: int | None = None
    product_id: ProductId | None = None
    skus: Annotated[list[Sku], Field(max_length=MOST_SKUS)] | None = None

    def plain(self) -> stock.VariantFilter:
        """Return what a list is narrowed to."""
        return stock.VariantFilter(
            available_at_most=self.available_at_most, product_id=self.product_id, skus=self.skus
        )
