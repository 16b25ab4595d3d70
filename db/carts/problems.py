"""All that stands between a cart and an order, told at once."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from db import stock
from db.access import Caller
from db.carts.quotes import Goods, Problem
from db.carts.rows import Details
from db.errors import Code, Refusal
from db.shop import Terms
from db.stock import Units


def find_problems(
    wanted: Sequence[tuple[Goods, int]],
    unknown: Sequence[UUID],
    details: Details,
    terms: Terms,
    *,
    objection: Refusal | None,
    caller: Caller,
) -> Iterator[Problem]:
    """Find everything that is missing or cannot be: the lines first, then the details.

    ``objection`` is why the discount code takes nothing off, if it does not.
    """
    if not wanted and not unknown:
        yield Problem(Code.CART_EMPTY, "The cart is empty.")
    for variant_id in unknown:
        yield Problem(Code.NOT_FOUND, "There is no such variant.", variant_id)
    for goods, quantity in wanted:
        yield from _with_line(goods, quantity, caller)
    if details.email is None:
        yield Problem(Code.EMAIL_REQUIRED, "An email address is required.")
    if details.shipping_address is None:
        yield Problem(Code.ADDRESS_REQUIRED, "A shipping address is required.")
    yield from _with_shipping(details, terms)
    if objection is not None:
        yield Problem(objection.code, objection.message)


def _with_line(goods: Goods, quantity: int, caller: Caller) -> Iterator[Problem]:
    if not goods.is_for_sale:
        message = f"{goods.title} is not for sale any more."
        yield Problem(Code.NOT_FOR_SALE, message, goods.variant_id)
    elif goods.track_stock and goods.available < quantity:
        asked = Units(goods.variant_id, quantity)
        short = stock.shortage(asked, available=goods.available, caller=caller, label=goods.title)
        yield Problem(short.code, short.message, goods.variant_id)


def _with_shipping(details: Details, terms: Terms) -> Iterator[Problem]:
    country = details.destination(terms.shop).country_code
    chosen = terms.method(details.shipping_method_id)
    if chosen is None:
        yield Problem(Code.SHIPPING_METHOD_REQUIRED, "A shipping method is required.")
    if country and not terms.shop.ships_to(country):
        message = f"This shop does not ship to {country}."
        yield Problem(Code.SHIPPING_NOT_AVAILABLE, message)
    elif chosen and chosen not in terms.methods_to(country):
        message = f"{chosen.name} is not available for {country}."
        yield Problem(Code.SHIPPING_NOT_AVAILABLE, message)
