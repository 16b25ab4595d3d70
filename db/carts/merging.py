"""Signing in with a cart: what a guest had gathered is not lost, and nothing is counted twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from db import ids, users
from db.access import Caller
from db.base import fetch
from db.carts.contents import email_of, line_changes, touch, write_lines
from db.carts.editing import write_details
from db.carts.lines import MOST_LINES, Quantities, quantities_of
from db.carts.models import Cart
from db.carts.queries import carts_of
from db.carts.rows import CartRow
from db.events import audit, audit_each
from db.users import Guest, SignedIn, User


def merged(mine: Mapping[UUID, int], guests: Mapping[UUID, int]) -> Quantities:
    """Take the larger quantity of each variant; of too many lines, those with the most units.

    However often and in whatever order carts are merged, the same comes out.

    >>> first, second = UUID(int=1), UUID(int=2)
    >>> merged({first: 1}, {first: 3, second: 2}) == {first: 3, second: 2}
    True
    """
    both = {
        variant: max(mine.get(variant, 0), guests.get(variant, 0)) for variant in {**mine, **guests}
    }
    kept = set(sorted(both, key=lambda variant: (-both[variant], variant))[:MOST_LINES])
    return {variant: quantity for variant, quantity in both.items() if variant in kept}


async def sign_in(
    *, caller: Caller, now: datetime, email: str, password: str, cart_id: UUID | None = None
) -> SignedIn:
    """Sign in, and take the guest's cart along.

    :raises Refusal: see :func:`db.users.sign_in`.
    """

    async def then(signed_in: Caller) -> None:
        await _take_over(cart_id, "sessionCreate", caller=signed_in, now=now)

    return await users.sign_in(caller=caller, now=now, email=email, password=password, then=then)


async def register(
    *,
    caller: Caller,
    now: datetime,
    email: str,
    password: str,
    name: str,
    cart_id: UUID | None = None,
) -> SignedIn:
    """Make an account, and take the guest's cart along.

    :raises Refusal: see :func:`db.users.register`.
    """

    async def then(signed_in: Caller) -> None:
        await _take_over(cart_id, "userRegister", caller=signed_in, now=now)

    return await users.register(
        caller=caller, now=now, email=email, password=password, name=name, then=then
    )


_LOCK: Final = """
    SELECT id FROM cart
     WHERE expires_at > $4
       AND (id = $1 AND guest_id = $2
            OR id = (SELECT id FROM cart WHERE user_id = $3 AND expires_at > $4
                      ORDER BY updated_at DESC, id DESC LIMIT 1))
     ORDER BY id FOR UPDATE
"""
"""The guest's cart, if it is the caller's, and the user's, if there is one."""


async def _take_over(cart_id: UUID | None, action: str, *, caller: Caller, now: datetime) -> None:
    """Give a guest's cart to the user who has just signed in, whose row is locked.

    A cart that is not the guest's, or is gone, is left out: signing in again finds it merged.
    """
    if cart_id is None:
        return
    locked = await fetch(_LOCK, cart_id, caller.guest_id, caller.user_id, now)
    carts = {cart.id: cart for cart in await carts_of([row[0] for row in locked])}
    guests = carts.pop(cart_id, None)
    if guests is None or guests.user_id is not None:
        return
    mine = next(iter(carts.values()), None)
    if mine is None:
        await _give(guests, action, caller=caller, now=now)
    else:
        await _merge(mine, guests, action, caller=caller, now=now)


async def _give(guests: CartRow, action: str, *, caller: Caller, now: datetime) -> None:
    """Make the guest's cart the user's."""
    email = guests.details.email or await email_of(caller.user_id)
    await Cart.filter(id=guests.id).update(user_id=caller.user_id, guest_id=None, email=email)
    await touch(guests.id, now)
    changes = {
        "user_id": [None, _typeid(User, caller.user_id)],
        "guest_id": [_typeid(Guest, guests.guest_id), None],
    }
    await audit(caller, action, guests.typeid, changes, now=now)


async def _merge(
    mine: CartRow, guests: CartRow, action: str, *, caller: Caller, now: datetime
) -> None:
    """Put what the guest had into the user's cart, and delete the guest's."""
    before = quantities_of(mine.lines)
    after = merged(before, quantities_of(guests.lines))
    await write_lines(mine.id, before, after)
    written = await write_details(mine, mine.details.gaps_filled_by(guests.details))
    await touch(mine.id, now)
    await Cart.filter(id=guests.id).delete()
    changes = {**line_changes(before, after), **written}
    gone = {"merged_into": [None, mine.typeid]}
    await audit_each(caller, action, [(mine.typeid, changes), (guests.typeid, gone)], now=now)


def _typeid(kind: type[User | Guest], id: UUID | None) -> str | None:
    return ids.encode(kind.prefix, id) if id else None
