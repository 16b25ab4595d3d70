"""Making discounts, and changing them. What a used code stands for never changes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from tortoise.exceptions import IntegrityError

from db import events, shop
from db.access import Caller, Permission, require
from db.base import atomically, violated
from db.discounts.models import Discount, DiscountKind
from db.discounts.offers import normal
from db.discounts.values import FreeShipping, PercentOff
from db.errors import Code, Refusal, Refusals, VersionConflict
from db.events import Claim, Outcome
from db.money import Money


class DiscountFields(TypedDict, total=False):
    """What a discount is made of. An amount off is money, in the shop's currency."""

    code: str
    value: PercentOff | Money | FreeShipping
    min_subtotal: Money | None
    starts_at: datetime | None
    ends_at: datetime | None
    usage_limit: int | None
    usage_limit_per_customer: int | None
    active: bool


async def create_discount(
    *, caller: Caller, now: datetime, fields: DiscountFields, claim: Claim | None = None
) -> Outcome:
    """Add a discount; the outcome's id is ``discount``.

    :raises Refusals: code or value is missing, or a field cannot be as it is.
    :raises Refusal: TAKEN.
    """
    require(caller, Permission.DISCOUNTS_WRITE)

    async def work() -> Outcome:
        columns = await _columns(fields, required=("code", "value"))
        discount = Discount(created_at=now, **columns)
        _refuse(_faults(discount))
        await _write(discount)
        changes = events.made(columns)
        await events.audit(caller, "discountCreate", discount.typeid, changes, now=now)
        return Outcome({"discount": str(discount.id)})

    return await events.once(claim, now, work)


async def update_discount(
    *, caller: Caller, now: datetime, id: UUID, fields: DiscountFields, if_version: int
) -> Outcome:
    """Change a discount; orders that hold it keep what it took off.

    :raises Refusals: a field cannot be as it is; IN_USE for code and value once it was used.
    :raises Refusal: NOT_FOUND; TAKEN.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.DISCOUNTS_WRITE)

    async def work() -> Outcome:
        discount = await Discount.filter(id=id).select_for_update(no_key=True).get_or_none()
        if discount is None:
            raise Refusal(Code.NOT_FOUND, "There is no such discount.", ("id",))
        if discount.version != if_version:
            raise VersionConflict(discount.version)
        changes = events.apply(discount, await _columns(fields))
        _refuse((*_fixed(discount, changes), *_faults(discount)))
        if changes:
            discount.version += 1
            await _write(discount, *changes, "version")
            await events.audit(caller, "discountUpdate", discount.typeid, changes, now=now)
        return Outcome({"discount": str(id)})

    return await atomically(work)


async def _write(discount: Discount, *changed: str) -> None:
    """Save a discount, or these fields of one that is there already.

    :raises Refusal: TAKEN.
    """
    try:
        await discount.save(update_fields=changed or None)
    except IntegrityError as error:
        if violated(error) != "one_discount_per_code":
            raise
        message = "Another discount has this code."
        raise Refusal(Code.TAKEN, message, ("input", "code")) from error


async def _columns(fields: DiscountFields, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Turn fields into columns.

    :raises Refusals: a required one is missing, or an amount is not one of this shop.
    """
    given: Mapping[str, Any] = fields
    currency = (await shop.settings()).currency
    value = given.get("value")
    amounts = {"min_subtotal": given.get("min_subtotal"), "value": value}
    _refuse(
        (
            *_missing(given, required),
            *(
                fault
                for name, amount in amounts.items()
                if isinstance(amount, Money)
                and (fault := shop.price_fault(amount, currency, _place_of(name)))
            ),
        )
    )
    columns = {name: each for name, each in given.items() if name != "value"}
    if "code" in columns:
        columns["code"] = normal(columns["code"])
    if least := given.get("min_subtotal"):
        columns["min_subtotal"] = least.amount
    return columns | (_value_columns(value) if value else {})


def _place_of(name: str) -> tuple[str, ...]:
    return ("input", "value", "amount") if name == "value" else ("input", name)


def _value_columns(value: PercentOff | Money | FreeShipping) -> dict[str, Any]:
    match value:
        case PercentOff(rate):
            return {"kind": DiscountKind.PERCENT, "percent": rate, "amount": None}
        case Money(amount):
            return {"kind": DiscountKind.AMOUNT, "percent": None, "amount": amount}
        case FreeShipping():
            return {"kind": DiscountKind.FREE_SHIPPING, "percent": None, "amount": None}


def _missing(given: Mapping[str, Any], required: tuple[str, ...]) -> Iterator[Refusal]:
    for name in ("code", "value", "active"):
        if (name in given and given[name] is None) or (name in required and name not in given):
            yield Refusal(Code.REQUIRED, "This is required.", ("input", name))


_FIXED_ONCE_USED: Final[Mapping[str, str]] = {
    "code": "code",
    "kind": "value",
    "percent": "value",
    "amount": "value",
}
"""Columns, and the fields that they are given by."""


def _fixed(discount: Discount, changes: events.Changes) -> Iterator[Refusal]:
    if discount.first_used_at is None:
        return
    for name in dict.fromkeys(
        _FIXED_ONCE_USED[each] for each in changes if each in _FIXED_ONCE_USED
    ):
        message = "An order has used this discount: its code and value stay. Make another one."
        yield Refusal(Code.IN_USE, message, ("input", name))


_WORTH: Final[Mapping[DiscountKind, tuple[str, ...]]] = {
    DiscountKind.PERCENT: ("percent",),
    DiscountKind.AMOUNT: ("amount", "amount"),
}
"""The column of what a kind takes off, and its place in the input's value."""


def _faults(discount: Discount) -> Iterator[Refusal]:
    """Find what the database would refuse, and say where."""
    worth = _WORTH.get(discount.kind)
    if worth and not getattr(discount, worth[0]):
        message = "A discount takes off more than nothing."
        yield Refusal(Code.OUT_OF_RANGE, message, ("input", "value", *worth))
    starts_at, ends_at = discount.starts_at, discount.ends_at
    if starts_at and ends_at and starts_at >= ends_at:
        message = "A discount ends after it starts."
        yield Refusal(Code.OUT_OF_RANGE, message, ("input", "ends_at"))
    if discount.usage_limit is not None and discount.usage_limit < discount.used_count:
        message = f"{discount.used_count} orders hold it already."
        yield Refusal(Code.OUT_OF_RANGE, message, ("input", "usage_limit"))


def _refuse(faults: Iterator[Refusal] | tuple[Refusal, ...]) -> None:
    """Refuse with all the faults there are.

    :raises Refusals: there are any.
    """
    if found := list(faults):
        raise Refusals(found)
