"""Asking for the shop."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from db import shop
from db.access import Permission
from schema import define
from schema.context import Context
from schema.ids import Finder
from schema.resolvers import resolver
from schema.shop.types import ShippingMethod, Shop


@define.type
class ShopQuery:
    @resolver()
    async def shop(self) -> Shop:
        return Shop.of(await shop.settings())


async def find_shipping_methods(
    wanted: Sequence[UUID], context: Context
) -> list[ShippingMethod | None]:
    """Find ways to ship; those that are not active only for staff."""
    is_staff = context.caller.may(Permission.SETTINGS_WRITE)
    return [
        ShippingMethod.of(row) if row and (row.active or is_staff) else None
        for row in await shop.shipping_methods_by_id(wanted)
    ]


FINDERS: Final[Mapping[str, Finder]] = {shop.ShippingMethod.prefix: find_shipping_methods}
