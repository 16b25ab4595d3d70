"""What may still be said about an order that was made: where it goes, who hears of it, notes."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from db import events, secrets
from db.access import Caller, Permission, require
from db.base import atomically
from db.carts import Address
from db.errors import Code, InvalidState, Refusal, Refusals, VersionConflict
from db.events import Changes, Claim, Outcome
from db.orders import actions, completion, queries, timeline
from db.orders.actions import OrderAction
from db.orders.models import Order, OrderEventKind, OrderPrivate, Visibility


class OrderFields(TypedDict, total=False):
    """What may be changed. ``billing_address`` None: the same as shipping."""

    email: str
    shipping_address: Address
    billing_address: Address | None


_SHOWN: Final[Mapping[str, str]] = {
    "email": "email",
    "shipping_address": "shippingAddress",
    "billing_address": "billingAddress",
}
"""Columns, and what the timeline calls them."""


async def update_order(
    *, caller: Caller, now: datetime, id: UUID, fields: OrderFields, if_version: int
) -> Outcome:
    """Change whom an order is for before anything of it has left. What was bought never changes.

    :raises Refusal: NOT_FOUND.
    :raises Refusals: a field is cleared, or an address lies in another country: tax depends on it.
    :raises VersionConflict: it was changed since it was read.
    :raises InvalidState: a parcel has left, the order is over, or its buyer was erased.
    """
    require(caller, Permission.ORDERS_WRITE)
    action = "orderUpdate"

    async def work() -> Outcome:
        order = await actions.lock(id, path=("id",))
        if order.version != if_version:
            raise VersionConflict(order.version)
        standing = await queries.standing(order.id)
        actions.require(OrderAction.EDIT, standing, caller, is_owner=False, now=now)
        private = await _private(order)
        if faults := list(_faults(fields, private)):
            raise Refusals(faults)
        changes = events.apply(private, _columns(fields, private))
        if changes:
            await private.save(update_fields=list(changes))
            await completion.touch(order, now=now)
            await completion.tell_of_change(order, now=now)
            data = {"fields": [_SHOWN[name] for name in changes]}
            entry = timeline.Entry(OrderEventKind.EDITED, "The order was changed.", data)
            await timeline.add(order.id, entry, caller=caller, now=now)
            await events.audit(caller, action, order.typeid, _hidden(changes), now=now)
        return Outcome({"order": str(order.id)})

    return await atomically(work)


async def _private(order: Order) -> OrderPrivate:
    private = await OrderPrivate.get_or_none(order_id=order.id)
    if private is None:
        message = "The personal data of this order were erased."
        raise InvalidState(message, current=order.status)
    return private


def _faults(fields: OrderFields, private: OrderPrivate) -> Iterator[Refusal]:
    given: Mapping[str, Any] = fields
    for name in ("email", "shipping_address"):
        if name in given and given[name] is None:
            yield Refusal(Code.REQUIRED, "This is required.", ("input", name))
    for name in ("shipping_address", "billing_address"):
        before, after = getattr(private, name), given.get(name)
        if before and after and before["country_code"] != after["country_code"]:
            message = f"This order stays in {before['country_code']}: its tax depends on it."
            path = ("input", name, "country_code")
            yield Refusal(Code.INVALID, message, path)


def _columns(fields: OrderFields, private: OrderPrivate) -> dict[str, Any]:
    columns: dict[str, Any] = dict(fields)
    if "billing_address" in columns and columns["billing_address"] is None:
        columns["billing_address"] = columns.get("shipping_address", private.shipping_address)
    return columns


def _hidden(changes: Changes) -> Changes:
    hide = secrets.keyring().fingerprint
    return {name: [hide(before), hide(after)] for name, (before, after) in changes.items()}


async def add_note(
    *,
    caller: Caller,
    now: datetime,
    id: UUID,
    body: str,
    visibility: Visibility = Visibility.STAFF,
    claim: Claim | None = None,
) -> Outcome:
    """Write a note on an order's timeline: for the staff, or for its buyer to read.

    :raises Refusal: NOT_FOUND.
    """
    require(caller, Permission.ORDERS_WRITE)

    async def work() -> Outcome:
        order = await actions.lock(id, path=("id",))
        entry = timeline.Entry(OrderEventKind.NOTE, body, visibility=visibility)
        await timeline.add(order.id, entry, caller=caller, now=now)
        await completion.touch(order, now=now)
        await completion.tell_of_change(order, now=now)
        note = {"body": secrets.keyring().fingerprint(body), "visibility": visibility}
        await events.audit(caller, "orderNoteAdd", order.typeid, events.made(note), now=now)
        return Outcome({"order": str(order.id)})

    return await events.once(claim, now, work)
