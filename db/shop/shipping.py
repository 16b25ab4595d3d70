"""The ways to ship."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from db import events
from db.access import Caller, Permission, require
from db.base import atomically, fetch
from db.errors import Code, Path, Refusal, Refusals, VersionConflict
from db.events import Claim, Outcome
from db.money import Money
from db.shop.changes import locked, save
from db.shop.models import ShippingMethod, Shop
from db.shop.prices import price_fault

MOST_ACTIVE_METHODS: Final = 50
MOST_METHODS: Final = 500


class ShippingMethodFields(TypedDict, total=False):
    """What a way to ship is made of. ``free_from`` None: never free."""

    name: str
    price: Money
    free_from: Money | None
    countries: list[str]
    tax_class: str
    active: bool


async def create_shipping_method(
    *, caller: Caller, now: datetime, fields: ShippingMethodFields, claim: Claim | None = None
) -> Outcome:
    """Add a way to ship; the outcome's id is ``shipping_method``.

    :raises Refusals: a field is missing, or a price is not one of this shop.
    :raises Refusal: TOO_MANY.
    """
    require(caller, Permission.SETTINGS_WRITE)

    async def work() -> Outcome:
        shop = await locked()
        columns = {"countries": []} | _columns(fields, shop, required=("name", "price"))
        method = await ShippingMethod.create(**columns)
        await _check_number()
        changes = events.made(columns)
        await events.audit(caller, "shippingMethodCreate", method.typeid, changes, now=now)
        await save(shop)
        return Outcome({"shipping_method": str(method.id)})

    return await events.once(claim, now, work)


async def update_shipping_method(
    *, caller: Caller, now: datetime, id: UUID, fields: ShippingMethodFields, if_version: int
) -> Outcome:
    """Change a way to ship; orders that were made keep what they were charged.

    :raises Refusal: NOT_FOUND, TOO_MANY.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.SETTINGS_WRITE)

    async def work() -> Outcome:
        shop = await locked()
        method = await ShippingMethod.get_or_none(id=id)
        if method is None:
            raise Refusal(Code.NOT_FOUND, "There is no such shipping method.", ("id",))
        if method.version != if_version:
            raise VersionConflict(method.version)
        changes = events.apply(method, _columns(fields, shop))
        if changes:
            method.version += 1
            await method.save(update_fields=[*changes, "version"])
            await _check_number()
            await save(shop)
            await events.audit(caller, "shippingMethodUpdate", method.typeid, changes, now=now)
        return Outcome({"shipping_method": str(id)})

    return await atomically(work)


def _columns(
    fields: ShippingMethodFields, shop: Shop, *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Turn fields into columns.

    :raises Refusals: a required one is missing, or a price is not one of this shop.
    """
    given: Mapping[str, Any] = fields
    faults = [
        Refusal(Code.REQUIRED, "This is required.", ("input", name))
        for name in ("name", "price", "countries", "tax_class", "active")
        if (name in given and given[name] is None) or (name in required and name not in given)
    ]
    columns = dict(given)
    for name in ("price", "free_from"):
        price = given.get(name)
        if price is not None:
            path: Path = ("input", name)
            faults += filter(None, [price_fault(price, shop.currency, path)])
            columns[name] = price.amount
    if faults:
        raise Refusals(faults)
    return columns


_NUMBER: Final = "SELECT count(*) FILTER (WHERE active), count(*) FROM shipping_method"


async def _check_number() -> None:
    ((active, all_of_them),) = await fetch(_NUMBER)
    if active > MOST_ACTIVE_METHODS:
        message = f"At most {MOST_ACTIVE_METHODS} shipping methods can be active."
        raise Refusal(Code.TOO_MANY, message, ("input", "active"))
    if all_of_them > MOST_METHODS:
        message = f"At most {MOST_METHODS} shipping methods: change one that is not used any more."
        raise Refusal(Code.TOO_MANY, message)
