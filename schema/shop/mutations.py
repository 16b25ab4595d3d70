"""Changing the shop's settings."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from db import shop
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.errors import Payload
from schema.ids import ShippingMethodId
from schema.inputs import IdempotencyKey, Version, plain
from schema.resolvers import mutation
from schema.shop.inputs import ShippingMethodInput, ShopInput, TaxRateInput
from schema.shop.types import Shop


@define.type
class ShopPayload(Payload):
    shop: Shop | None = None

    @classmethod
    async def of(cls, _outcome: Outcome, _info: Info) -> "ShopPayload":
        """Show the shop as it is now."""
        return cls(shop=Shop.of(await shop.settings()))

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "ShopPayload":  # noqa: ARG003
        """Show the shop as it stayed."""
        return cls(shop=Shop.of(await shop.settings()))


@define.type
class ShopMutation:
    @mutation(requires=Permission.SETTINGS_WRITE)
    async def shop_update(self, info: Info, input: ShopInput, if_version: Version) -> ShopPayload:
        row = await shop.update(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            if_version=if_version,
        )
        return ShopPayload(shop=Shop.of(row))

    @mutation(payload=ShopPayload, requires=Permission.SETTINGS_WRITE)
    async def shipping_method_create(
        self, info: Info, input: ShippingMethodInput, idempotency_key: IdempotencyKey | None = None
    ) -> Outcome:
        return await shop.create_shipping_method(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            claim=info.context.claim,
        )

    @mutation(payload=ShopPayload, requires=Permission.SETTINGS_WRITE)
    async def shipping_method_update(
        self, info: Info, id: ShippingMethodId, input: ShippingMethodInput, if_version: Version
    ) -> Outcome:
        return await shop.update_shipping_method(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(requires=Permission.SETTINGS_WRITE)
    async def tax_rates_set(
        self,
        info: Info,
        rates: Annotated[list[TaxRateInput], Field(max_length=shop.MOST_TAX_RATES)],
        if_version: Version,
    ) -> ShopPayload:
        """Replaces the whole table."""
        row = await shop.set_tax_rates(
            caller=info.context.caller,
            now=info.context.now,
            rates=plain(rates),
            if_version=if_version,
        )
        return ShopPayload(shop=Shop.of(row))
