"""Carts, as clients see them: always at the prices of now."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import strawberry

from db import carts, catalog
from db.errors import Code
from db.stock import Units
from schema.catalog.types import Variant
from schema.context import Context
from schema.ids import Node, identity
from schema.money import Money, amount
from schema.shop.types import ShippingMethod
from schema.totals import Totals
from schema.users.types import PostalAddress
from schema.views import View, edge, shown, view


@view(carts.QuoteLine)
class CartLine(View[carts.QuoteLine]):
    quantity: int
    unit_price: Money = amount("unit_price")
    subtotal: Money = amount("subtotal", "unitPrice times quantity.")
    discount: Money = amount("discount")
    total: Money = amount("total")
    variant: Variant = edge(catalog.variants_by_id, by="variant_id")


@view(carts.Problem)
class CartProblem(View[carts.Problem]):
    code: Code
    message: str
    variant: Variant | None = edge(catalog.variants_by_id, by="variant_id")


def _units(lines: Sequence[Units]) -> int:
    return sum(line.quantity for line in lines)


def _detail(name: str) -> Any:
    return shown(attrgetter(name), "details")


def _address(name: str) -> Any:
    def show(details: carts.Details) -> PostalAddress | None:
        kept = getattr(details, name)
        return PostalAddress.of(kept) if kept else None

    return shown(show, "details")


def _as_seen_by(context: Context) -> Mapping[str, Any]:
    return {"caller": context.caller, "now": context.now}


def _quoted(show: Callable[[carts.Quote], Any], description: str | None = None) -> Any:
    """Declare a field of the cart's quote: it is priced once for all of them."""

    def read(_cart: carts.CartRow, quote: carts.Quote, _context: Context) -> Any:
        return show(quote)

    return edge(carts.quotes_by_cart, given=_as_seen_by, show=read, description=description)


def _lines(quote: carts.Quote) -> list[CartLine]:
    return [CartLine.of(line) for line in quote.lines]


def _method(quote: carts.Quote) -> ShippingMethod | None:
    return ShippingMethod.of(quote.shipping_method) if quote.shipping_method else None


def _methods(quote: carts.Quote) -> list[ShippingMethod]:
    return [ShippingMethod.of(method) for method in quote.available_shipping_methods]


def _totals(quote: carts.Quote) -> Totals:
    return Totals.of(quote.totals)


def _problems(quote: carts.Quote) -> list[CartProblem]:
    return [CartProblem.of(problem) for problem in quote.problems]


@view(carts.CartRow)
class Cart(Node, View[carts.CartRow]):
    """Belongs to a user, or to whoever holds the guest token. Holds no stock. Deleted 30 days after
    its last change.
    """

    id: strawberry.ID = identity(carts.Cart.prefix)
    lines: list[CartLine] = _quoted(_lines, "At most 100.")
    total_quantity: int = shown(_units, "lines")
    email: str | None = _detail("email")
    shipping_address: PostalAddress | None = _address("shipping_address")
    billing_address: PostalAddress | None = _address("billing_address")
    shipping_method: ShippingMethod | None = _quoted(_method)
    available_shipping_methods: list[ShippingMethod] = _quoted(
        _methods,
        "Those that serve the shipping address (or, without one, the shop's first country).",
    )
    discount_code: str | None = _detail("discount_code")
    note: str | None = _detail("note")
    totals: Totals = _quoted(
        _totals,
        "Prices as of now, never as of when the line was added. total is what checkoutComplete "
        "expects.",
    )
    problems: list[CartProblem] = _quoted(
        _problems, "All that stands between this cart and an order. Empty: ready."
    )
    updated_at: datetime
    expires_at: datetime
