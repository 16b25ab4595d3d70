"""Changing what is on hand."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from db import catalog, ids, stock
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.catalog.types import Variant
from schema.context import Info
from schema.errors import Payload
from schema.inputs import IdempotencyKey, plain
from schema.resolvers import mutation
from schema.stock.inputs import StockAdjustInput, StockCountInput


@define.type
class StockPayload(Payload):
    variants: list[Variant] | None = None

    @classmethod
    async def of(cls, outcome: Outcome, _info: Info) -> "StockPayload":
        """Show the variants with their stock as it is now."""
        return await cls._showing([UUID(one) for one in outcome.ids["variants"].split()])

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], _info: Info) -> "StockPayload":
        """Show the variants that are named: after a stale count, their stock as it is now."""
        named = [one.get("variantId") for one in given.get("changes") or given.get("counts") or ()]
        found = [ids.decode(catalog.Variant.prefix, one) for one in named if isinstance(one, str)]
        return await cls._showing([variant_id for variant_id in found if variant_id])

    @classmethod
    async def _showing(cls, variant_ids: list[UUID]) -> "StockPayload":
        rows = await catalog.variants_by_id(variant_ids[: stock.MOST_AT_ONCE])
        return cls(variants=[Variant.of(row) for row in rows if row])


@define.type
class StockMutation:
    @mutation(payload=StockPayload, requires=Permission.STOCK_WRITE)
    async def stock_adjust(
        self,
        info: Info,
        changes: Annotated[
            list[StockAdjustInput], Field(min_length=1, max_length=stock.MOST_AT_ONCE)
        ],
        idempotency_key: IdempotencyKey,
    ) -> Outcome:
        """By how much. All or nothing, at most 250."""
        return await stock.adjust(
            caller=info.context.caller,
            now=info.context.now,
            changes=plain(changes),
            claim=info.context.claim,
        )

    @mutation(payload=StockPayload, requires=Permission.STOCK_WRITE)
    async def stock_count(
        self,
        info: Info,
        counts: Annotated[
            list[StockCountInput], Field(min_length=1, max_length=stock.MOST_AT_ONCE)
        ],
        idempotency_key: IdempotencyKey,
    ) -> Outcome:
        """To how much, if it is what you last saw. All or nothing, at most 250."""
        return await stock.count(
            caller=info.context.caller,
            now=info.context.now,
            counts=plain(counts),
            claim=info.context.claim,
        )
