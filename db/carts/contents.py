"""Filling a cart: making it, adding to it, setting what is in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from db import catalog, ids, users
from db.access import Caller
from db.base import atomically, execute
from db.carts.lines import Quantities, added, quantities_of, refuse_faults, replaced
from db.carts.models import Cart
from db.carts.queries import lock
from db.errors import NotAllowed
from db.events import Changes, Claim, Outcome, audit, once
from db.stock import Units
from db.users import Buyer

LIFE: Final = timedelta(days=30)
"""Counted from the last change."""

Change: TypeAlias = Callable[[Mapping[UUID, int], Sequence[Units]], Quantities]


async def create_cart(
    *, caller: Caller, now: datetime, lines: Sequence[Units] = (), claim: Claim | None = None
) -> Outcome:
    """Make a cart, and a guest to own it where the caller is nobody yet.

    The outcome's ids are ``cart``, and ``guest`` if one was made. A user's cart starts with the
    email of their account.

    :raises NotAllowed: the caller is an API key: it orders without a cart.
    :raises Refusals: see :func:`add_lines`.
    """
    if caller.api_key_id:
        raise NotAllowed

    async def work() -> Outcome:
        after = added({}, lines)
        await refuse_faults(lines, before={}, after=after, now=now)
        buyer = await users.lock_buyer(caller, now=now)
        cart = await _insert(buyer, now)
        await write_lines(cart.id, {}, after)
        owner = replace(caller, guest_id=buyer.guest_id) if buyer.is_new else caller
        await audit(owner, "cartCreate", cart.typeid, line_changes({}, after), now=now)
        made = {"guest": str(buyer.guest_id)} if buyer.is_new else {}
        return Outcome({"cart": str(cart.id), **made})

    return await once(claim, now, work)


async def add_lines(
    *,
    caller: Caller,
    now: datetime,
    cart_id: UUID,
    lines: Sequence[Units],
    claim: Claim | None = None,
) -> Outcome:
    """Add to what is there.

    :raises Refusal: NOT_FOUND, where the cart is not the caller's.
    :raises Refusals: unknown variants, too many units or lines, one for each.
    """

    async def work() -> Outcome:
        return await _change(cart_id, lines, added, "cartLinesAdd", caller=caller, now=now)

    return await once(claim, now, work)


async def set_lines(
    *, caller: Caller, now: datetime, cart_id: UUID, lines: Sequence[Units]
) -> Outcome:
    """Set the quantities of the variants named, where 0 removes. Done again, it changes nothing.

    :raises Refusal: NOT_FOUND, where the cart is not the caller's.
    :raises Refusals: see :func:`add_lines`.
    """

    async def work() -> Outcome:
        return await _change(cart_id, lines, replaced, "cartLinesSet", caller=caller, now=now)

    return await atomically(work)


async def _change(
    cart_id: UUID,
    lines: Sequence[Units],
    change: Change,
    action: str,
    *,
    caller: Caller,
    now: datetime,
) -> Outcome:
    cart = await lock(cart_id, caller=caller, now=now)
    before = quantities_of(cart.lines)
    after = change(before, lines)
    await refuse_faults(lines, before=before, after=after, now=now)
    if before != after:
        await write_lines(cart_id, before, after)
        await touch(cart_id, now)
        await audit(caller, action, cart.typeid, line_changes(before, after), now=now)
    return Outcome({"cart": str(cart_id)})


async def _insert(buyer: Buyer, now: datetime) -> Cart:
    return await Cart.create(
        user_id=buyer.user_id,
        guest_id=buyer.guest_id,
        email=await email_of(buyer.user_id),
        created_at=now,
        updated_at=now,
        expires_at=now + LIFE,
    )


async def email_of(user_id: UUID | None) -> str | None:
    """Find the email of a user's account; None where there is no account."""
    if user_id is None:
        return None
    (account,) = await users.users_by_id([user_id])
    return account.email if account else None


_REMOVE: Final = "DELETE FROM cart_line WHERE cart_id = $1 AND variant_id = ANY($2)"

_PUT: Final = """
    INSERT INTO cart_line (cart_id, variant_id, quantity, position)
    SELECT $1, line.variant_id, line.quantity, line.place
           + (SELECT coalesce(max(position), 0) FROM cart_line WHERE cart_id = $1)
      FROM unnest($2::uuid[], $3::int[]) WITH ORDINALITY AS line(variant_id, quantity, place)
    ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity
"""


async def write_lines(cart_id: UUID, before: Mapping[UUID, int], after: Mapping[UUID, int]) -> None:
    """Write the lines of a locked cart that differ; new ones come last."""
    removed = list(before.keys() - after.keys())
    if removed:
        await execute(_REMOVE, cart_id, removed)
    put = {variant: many for variant, many in after.items() if before.get(variant) != many}
    if put:
        await execute(_PUT, cart_id, list(put), list(put.values()))


async def touch(cart_id: UUID, now: datetime) -> None:
    """Let a cart's life begin anew."""
    await Cart.filter(id=cart_id).update(updated_at=now, expires_at=now + LIFE)


def line_changes(before: Mapping[UUID, int], after: Mapping[UUID, int]) -> Changes:
    """Tell by variant what changed, for the record."""
    return {
        ids.encode(catalog.Variant.prefix, variant): [before.get(variant), after.get(variant)]
        for variant in {**before, **after}
        if before.get(variant) != after.get(variant)
    }
