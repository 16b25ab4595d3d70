"""What a buyer orders, and what they agree to pay for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from db import carts, stock
from db.access import Caller
from db.base import fetch_one
from db.carts import CartRow, DetailFields, Details, Problem, Quote
from db.errors import Code, InvalidState, Path, Refusal, Refusals, TotalChanged
from db.money import Money
from db.orders.payment import PaymentFields
from db.stock import Units


class SourceFields(TypedDict, total=False):
    """What to order: a cart, or lines without one."""

    cart_id: UUID
    lines: Sequence[Units]


class CheckoutFields(TypedDict, total=False):
    """What a buyer orders, and agrees to pay."""

    source: SourceFields
    details: DetailFields | None
    expected_total: Money
    payment: PaymentFields | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The lines and details of an order to be, and where in the input each line was given."""

    lines: Sequence[Units]
    details: Details
    paths: Mapping[UUID, Path]
    cart: CartRow | None = None

    @property
    def cart_id(self) -> UUID | None:
        return self.cart.id if self.cart else None

    def place_of(self, variant_id: UUID, part: str) -> Path:
        line = self.paths.get(variant_id)
        return (*line, part) if line else _CART_PATH


_CART_PATH: Final = ("input", "source", "cart_id")
_LINES_PATH: Final = ("input", "source", "lines")
_DETAILS_PATH: Final = ("input", "details")
DISCOUNT_PATH: Final = (*_DETAILS_PATH, "discount_code")


async def read(fields: CheckoutFields, *, caller: Caller, now: datetime) -> Basket:
    """Read what is ordered; a cart is locked, so that it becomes one order and no more.

    :raises Refusal: NOT_FOUND, where there is no such cart of the caller's.
    :raises Refusals: lines that nobody can order.
    :raises InvalidState: the cart has become an order.
    """
    source, details = fields["source"], fields.get("details") or DetailFields()
    if "cart_id" in source:
        cart = await _lock_cart(source["cart_id"], caller, now)
        return Basket(lines=cart.lines, details=cart.details.changed(details), paths={}, cart=cart)
    asked = source["lines"]
    paths: dict[UUID, Path] = {}
    for index, line in enumerate(asked):
        paths.setdefault(line.variant_id, (*_LINES_PATH, index))
    lines = await carts.checked(asked, now=now, path=_LINES_PATH)
    return Basket(lines=lines, details=Details().changed(details), paths=paths)


async def _lock_cart(cart_id: UUID, caller: Caller, now: datetime) -> CartRow:
    try:
        return await carts.lock(cart_id, caller=caller, now=now, path=_CART_PATH)
    except Refusal:
        row = await fetch_one(ORDER_OF_CART, cart_id)
        if row and caller.is_owner_of(user_id=row["user_id"], guest_id=row["guest_id"]):
            message = f"This cart has become order {row['number']}."
            raise InvalidState(message, current=row["status"], path=_CART_PATH) from None
        raise


ORDER_OF_CART: Final = """
SELECT number, status, user_id, guest_id FROM orders
 WHERE cart_id = $1 AND placed_at IS NOT NULL ORDER BY id LIMIT 1
"""


def agree(quote: Quote, basket: Basket, fields: CheckoutFields, caller: Caller) -> None:
    """Refuse whatever stands between the basket and an order, and another total than was shown.

    :raises Refusals: the problems, each with its place in the input.
    :raises Refusal: CURRENCY_MISMATCH.
    :raises TotalChanged: the buyer has agreed to another amount.
    """
    if quote.problems:
        raise Refusals([_refusal(problem, quote, basket, caller) for problem in quote.problems])
    expected = fields["expected_total"]
    if expected.currency != quote.currency:
        path = ("input", "expected_total", "currency_code")
        raise Refusal(Code.CURRENCY_MISMATCH, f"This shop sells in {quote.currency}.", path)
    if expected.amount != quote.totals.total:
        raise TotalChanged(expected=expected, total=Money(quote.totals.total, quote.currency))


_DETAIL_OF: Final[Mapping[Code, str]] = {
    Code.EMAIL_REQUIRED: "email",
    Code.ADDRESS_REQUIRED: "shipping_address",
    Code.SHIPPING_METHOD_REQUIRED: "shipping_method_id",
    Code.SHIPPING_NOT_AVAILABLE: "shipping_method_id",
    Code.DISCOUNT_NOT_VALID: "discount_code",
    Code.DISCOUNT_USED_UP: "discount_code",
}


def _refusal(problem: Problem, quote: Quote, basket: Basket, caller: Caller) -> Refusal:
    if problem.variant_id is None:
        detail = _DETAIL_OF.get(problem.code)
        path: Path = (*_DETAILS_PATH, detail) if detail else ("input", "source")
        return Refusal(problem.code, problem.message, path)
    if problem.code is not Code.OUT_OF_STOCK:
        path = basket.place_of(problem.variant_id, "variant_id")
        return Refusal(problem.code, problem.message, path)
    line = next(line for line in quote.lines if line.variant_id == problem.variant_id)
    return stock.shortage(
        Units(line.variant_id, line.quantity),
        available=line.available,
        caller=caller,
        label=line.title,
        path=basket.place_of(line.variant_id, "quantity"),
    )
