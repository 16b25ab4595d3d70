"""Changing what may be changed about the shop: its row is the lock of all that belongs to it."""

from datetime import datetime
from typing import TypedDict

from db import events
from db.access import Caller, Permission, require
from db.base import atomically
from db.errors import Code, Refusal, Refusals, VersionConflict
from db.shop.models import CapturePolicy, Shop
from db.shop.queries import ShopRow, settings


class ShopFields(TypedDict, total=False):
    """What may be changed. Currency and price basis may not: that would reprice all history."""

    name: str
    time_zone: str
    countries: list[str]
    capture_policy: CapturePolicy


async def update(*, caller: Caller, now: datetime, fields: ShopFields, if_version: int) -> ShopRow:
    """Change the shop's settings.

    :raises VersionConflict: they were changed since they were read.
    :raises Refusals: a field is cleared, and none of them can be empty.
    """
    require(caller, Permission.SETTINGS_WRITE)
    emptied = [name for name, value in fields.items() if value is None or value == []]
    if emptied:
        message = "This cannot be empty."
        raise Refusals([Refusal(Code.REQUIRED, message, ("input", name)) for name in emptied])

    async def work() -> ShopRow:
        shop = await locked(if_version)
        changes = events.apply(shop, fields)
        if changes:
            await changed(shop, changes, caller=caller, action="shopUpdate", now=now)
        return await settings()

    return await atomically(work)


async def locked(if_version: int | None = None) -> Shop:
    """Lock the shop's row until the transaction ends, so that its parts change one at a time.

    :raises VersionConflict: it is not at this version.
    """
    shop = await Shop.all().select_for_update(no_key=True).get()
    if if_version is not None and shop.version != if_version:
        raise VersionConflict(shop.version)
    return shop


async def changed(
    shop: Shop, changes: events.Changes, *, caller: Caller, action: str, now: datetime
) -> None:
    """Save the shop as changed, and write down what was."""
    fields = [name for name in ShopFields.__annotations__ if name in changes]
    await save(shop, *fields)
    await events.audit(caller, action, shop.typeid, changes, now=now)


async def save(shop: Shop, *fields: str) -> None:
    """Save these fields of the shop as its next version."""
    shop.version += 1
    await shop.save(update_fields=[*fields, "version"])
