"""Changing what goes with the lines: email, addresses, shipping method, discount code, note."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from db import discounts, secrets, shop
from db.access import Caller
from db.base import atomically
from db.carts.contents import touch
from db.carts.models import Cart
from db.carts.queries import lock
from db.carts.rows import CartRow, DetailFields
from db.errors import Code, Refusal
from db.events import Changes, Outcome, audit

_PERSONAL: Final = ("email", "shipping_address", "billing_address", "note")


async def update_cart(
    *, caller: Caller, now: datetime, cart_id: UUID, fields: DetailFields
) -> Outcome:
    """Change the details that are given. Done again, it changes nothing.

    What does not fit together, as a method that does not serve the country, is no fault here but a
    problem of the cart: the buyer may be about to change the other half.

    :raises Refusal: NOT_FOUND, where the cart is not the caller's, or there is no such method.
    """
    if (code := fields.get("discount_code")) is not None:
        fields = {**fields, "discount_code": discounts.normal(code)}

    async def work() -> Outcome:
        cart = await lock(cart_id, caller=caller, now=now)
        await _check_method(cart, fields.get("shipping_method_id"))
        changes = await write_details(cart, fields)
        if changes:
            await touch(cart.id, now)
            await audit(caller, "cartUpdate", cart.typeid, changes, now=now)
        return Outcome({"cart": str(cart.id)})

    return await atomically(work)


async def _check_method(cart: CartRow, method_id: UUID | None) -> None:
    """Refuse a method that is chosen now and not on offer.

    :raises Refusal: NOT_FOUND.
    """
    if method_id is None or method_id == cart.details.shipping_method_id:
        return
    (method,) = await shop.shipping_methods_by_id([method_id])
    if method is None or not method.active:
        path = ("input", "shipping_method_id")
        raise Refusal(Code.NOT_FOUND, "There is no such shipping method.", path)


async def write_details(cart: CartRow, fields: DetailFields) -> Changes:
    """Write the details of a locked cart that differ, and return them for the record."""
    columns: dict[str, Any] = {
        name: after for name, after in fields.items() if getattr(cart.details, name) != after
    }
    if columns:
        await Cart.filter(id=cart.id).update(**columns)
    return {
        name: [_recorded(name, getattr(cart.details, name)), _recorded(name, after)]
        for name, after in columns.items()
    }


def _recorded(name: str, value: Any) -> str | None:
    """Hide what is personal: of two values the record tells only whether they are the same."""
    if value is None:
        return None
    if name in _PERSONAL:
        return secrets.keyring().fingerprint(value)
    return str(value)
