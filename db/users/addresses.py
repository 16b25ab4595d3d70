"""Saved addresses: at most 50, one of them the default. They are parts of their user."""

from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict
from uuid import UUID

from db import events, ids
from db.access import Caller
from db.base import atomically
from db.errors import Code, Refusal
from db.events import Claim, Outcome, once
from db.users.authentication import user_of
from db.users.models import Address, User

MOST: Final = 50


class AddressFields(TypedDict):
    """A whole address: what is absent, it does not have."""

    name: str
    company: NotRequired[str]
    line1: str
    line2: NotRequired[str]
    city: str
    region: NotRequired[str]
    postal_code: NotRequired[str]
    country_code: str
    phone: NotRequired[str]


_EMPTY: Final = dict.fromkeys(sorted(AddressFields.__optional_keys__))


async def save_address(
    *,
    caller: Caller,
    now: datetime,
    fields: AddressFields,
    id: UUID | None = None,
    is_default: bool = False,
    claim: Claim | None = None,
) -> Outcome:
    """Add an address, or put a whole new one in the place of the one with this id.

    A new default takes the place of the one before.

    :raises Refusal: NOT_FOUND, or TOO_MANY beyond 50.
    """
    user_id = user_of(caller)

    async def work() -> Outcome:
        user = await User.locked(user_id)
        address = await _own(user, id) if id else await _new(user, now)
        content = {**_EMPTY, **fields}
        if address.is_kept_as(content, is_default=is_default):
            return Outcome({"user": str(user.id)})
        await _put(address, content, is_default=is_default)
        await _record(caller, "addressSave", user, address.typeid, now)
        return Outcome({"user": str(user.id)})

    return await once(claim, now, work)


async def delete_address(*, caller: Caller, now: datetime, id: UUID) -> Outcome:
    """Delete one of the caller's addresses. Gone already, it is done."""
    user_id = user_of(caller)

    async def work() -> Outcome:
        user = await User.locked(user_id)
        if await Address.filter(id=id, user_id=user.id).delete():
            await _record(caller, "addressDelete", user, ids.encode(Address.prefix, id), now)
        return Outcome({"user": str(user.id)})

    return await atomically(work)


async def _own(user: User, address_id: UUID) -> Address:
    address = await Address.get_or_none(id=address_id, user_id=user.id)
    if address is None:
        raise Refusal(Code.NOT_FOUND, "There is no such address.", ("id",))
    return address


async def _new(user: User, now: datetime) -> Address:
    if await Address.filter(user_id=user.id).count() >= MOST:
        raise Refusal(Code.TOO_MANY, f"At most {MOST} addresses can be saved.", ("input",))
    return Address(user_id=user.id, created_at=now)


async def _put(address: Address, content: dict[str, Any], *, is_default: bool) -> None:
    if is_default:  # first, so that there are never two
        await Address.filter(user_id=address.user_id, is_default=True).update(is_default=False)
    address.update_from_dict({**content, "is_default": is_default})
    await address.save()


async def _record(caller: Caller, action: str, user: User, address: str, now: datetime) -> None:
    """Count a change of the user's parts. What the address says is personal, and not told."""
    user.version += 1
    await user.save(update_fields=["version"])
    await events.audit(
        caller, action, address, {"userVersion": [user.version - 1, user.version]}, now=now
    )
