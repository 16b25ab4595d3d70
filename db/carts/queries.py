"""Reading carts. A cart is for its owner only, and until it ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import Condition, fetch, in_order
from db.carts.rows import CART, CartRow
from db.errors import Code, Path, Refusal


def visible_to(caller: Caller, now: datetime) -> Condition:
    """Decide which rows of ``cart`` are the caller's and still there."""
    return Condition(
        "((cart.user_id = {0} OR cart.guest_id = {1}) AND cart.expires_at > {2})",
        (caller.user_id, caller.guest_id, now),
    )


async def carts_by_id(
    ids: Sequence[UUID], *, caller: Caller, now: datetime
) -> list[CartRow | None]:
    """Read these carts, in order; None for what is not the caller's."""
    visible = visible_to(caller, now)
    rows = await fetch(
        f"SELECT {CART} FROM cart WHERE cart.id = ANY($1) AND {visible.numbered(2)}",
        list(ids),
        *visible.parameters,
    )
    return in_order(rows, ids, CartRow.of)


_LATEST: Final = f"""
    SELECT DISTINCT ON (cart.user_id) {CART} FROM cart
     WHERE cart.user_id = ANY($1) AND cart.expires_at > $2
     ORDER BY cart.user_id, cart.updated_at DESC, cart.id DESC
"""


async def latest_by_user(user_ids: Sequence[UUID], *, now: datetime) -> list[CartRow | None]:
    """Read the cart of each user: the one that was changed last."""
    rows = await fetch(_LATEST, list(user_ids), now)
    found = {row["user_id"]: CartRow.of(row) for row in rows}
    return [found.get(one) for one in user_ids]


async def lock(
    cart_id: UUID, *, caller: Caller, now: datetime, path: Path = ("cart_id",)
) -> CartRow:
    """Lock a cart of the caller's until the transaction ends, and read it.

    :raises Refusal: NOT_FOUND, where there is none, or it is another's.
    """
    visible = visible_to(caller, now)
    # The lines are read by a second statement: this one may have waited for someone changing them.
    locked = await fetch(
        f"SELECT 1 FROM cart WHERE cart.id = $1 AND {visible.numbered(2)} FOR UPDATE",
        cart_id,
        *visible.parameters,
    )
    if not locked:
        raise Refusal(Code.NOT_FOUND, "There is no such cart.", path)
    (cart,) = await carts_of([cart_id])
    return cart


async def carts_of(ids: Sequence[UUID]) -> list[CartRow]:
    """Read these carts, in any order and whoever asks: for work on carts that are locked."""
    return [CartRow.of(row) for row in await fetch(_BY_ID, list(ids))]


_BY_ID: Final = f"SELECT {CART} FROM cart WHERE cart.id = ANY($1)"
