"""What a cart comes to now, and what still stands between it and an order.

The one way to price lines: a cart that is shown and a checkout that is paid ask the same function.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from db import catalog, discounts, shop
from db.access import Caller
from db.base import fetch
from db.carts.problems import find_problems
from db.carts.quotes import Goods, Quote, QuoteLine
from db.carts.rows import CartRow, Details
from db.carts.totals import Line, LineTotals, Shipping, Tax, compute
from db.discounts import Ask, Offer
from db.errors import Refusal
from db.shop import ShippingMethodRow, Terms
from db.stock import Units


class Basket(NamedTuple):
    """Lines, one for each variant, the details of their order, and the cart that they lie in."""

    lines: Sequence[Units]
    details: Details
    cart_id: UUID | None = None


async def quote(
    *, lines: Sequence[Units], details: Details, caller: Caller, now: datetime
) -> Quote:
    """Price lines, one for each variant, in two statements whatever their number.

    A third finds out what a discount code stands for.
    """
    return (await _quotes([Basket(lines, details)], caller, now))[0]


async def quotes_by_cart(carts: Sequence[CartRow], *, caller: Caller, now: datetime) -> list[Quote]:
    """Price carts, in order, in as many statements as :func:`quote` for all of them."""
    return await _quotes([Basket(cart.lines, cart.details, cart.id) for cart in carts], caller, now)


async def _quotes(baskets: Sequence[Basket], caller: Caller, now: datetime) -> list[Quote]:
    chosen = {basket.details.shipping_method_id for basket in baskets}
    places = {basket.details.address for basket in baskets}
    terms = await shop.terms([*filter(None, chosen)], [*filter(None, places)])
    variants = {line.variant_id for basket in baskets for line in basket.lines}
    goods = await _read_goods(variants, now)
    offers = await _read_offers(baskets, caller)
    return [
        _price(basket, goods, terms, offer=offer, caller=caller, now=now)
        for basket, offer in zip(baskets, offers, strict=True)
    ]


async def _read_offers(baskets: Sequence[Basket], caller: Caller) -> list[Offer | None]:
    if not any(basket.details.discount_code for basket in baskets):
        return [None for _ in baskets]
    return await discounts.offers(
        [
            Ask(
                basket.details.discount_code or "",
                discounts.customer_of(caller.user_id, basket.details.email),
                basket.cart_id,
            )
            for basket in baskets
        ]
    )


async def _read_goods(variant_ids: set[UUID], now: datetime) -> dict[UUID, Goods]:
    for_sale = catalog.for_sale(now)
    rows = await fetch(
        f"""
        SELECT variant.id, variant.product_id, variant.sku, product.title, variant.title,
               variant.options, variant.price, variant.tax_class, variant.track_stock,
               stock.on_hand - stock.reserved, {for_sale.numbered(2)}
          FROM variant
          JOIN product ON product.id = variant.product_id
          JOIN stock ON stock.variant_id = variant.id
         WHERE variant.id = ANY($1)
        """,
        list(variant_ids),
        *for_sale.parameters,
    )
    goods = {}
    for variant_id, product_id, sku, product, variant, options, *rest in rows:
        title = line_title(product, variant)
        goods[variant_id] = Goods(variant_id, product_id, sku, title, orjson.loads(options), *rest)
    return goods


def line_title(product: str, variant: str) -> str:
    """Name a variant for people who do not see its product beside it.

    >>> line_title("Tea light", "Red"), line_title("Tea light", "Tea light, red")
    ('Tea light, Red', 'Tea light, red')
    """
    if product in variant:
        return variant
    return f"{product}, {variant}" if variant else product


def _price(
    basket: Basket,
    goods: Mapping[UUID, Goods],
    terms: Terms,
    *,
    offer: Offer | None,
    caller: Caller,
    now: datetime,
) -> Quote:
    lines, details, _ = basket
    wanted = [(goods[line.variant_id], line.quantity) for line in lines if line.variant_id in goods]
    unknown = [line.variant_id for line in lines if line.variant_id not in goods]
    chosen = terms.method(details.shipping_method_id)
    place = details.destination(terms.shop)
    available = terms.methods_to(place.country_code)
    counted = chosen if chosen in available else None
    objection = _objection(details.discount_code, offer, wanted, now)
    discount = offer.discount if offer and not objection else None
    totals = compute(
        [Line(goods.price, quantity, goods.tax_class) for goods, quantity in wanted],
        discount=discount.value if discount else None,
        shipping=_shipping(counted),
        rates={name: Tax(rate.name, rate.rate) for name, rate in terms.rates_at(place).items()},
        prices_include_tax=terms.shop.prices_include_tax,
        currency=terms.shop.currency,
    )
    return Quote(
        shop=terms.shop,
        currency=terms.shop.currency,
        prices_include_tax=terms.shop.prices_include_tax,
        lines=tuple(
            _line(goods, quantity, line, terms.shop.currency)
            for (goods, quantity), line in zip(wanted, totals.lines, strict=True)
        ),
        totals=totals,
        discount=discount,
        shipping_method=chosen,
        available_shipping_methods=tuple(available),
        problems=tuple(
            find_problems(wanted, unknown, details, terms, objection=objection, caller=caller)
        ),
    )


def _objection(
    code: str | None, offer: Offer | None, wanted: Sequence[tuple[Goods, int]], now: datetime
) -> Refusal | None:
    if code is None:
        return None
    subtotal = sum(goods.price * quantity for goods, quantity in wanted)
    return discounts.objection(code, offer, subtotal=subtotal, now=now)


def _shipping(method: ShippingMethodRow | None) -> Shipping | None:
    if method is None:
        return None
    return Shipping(method.price, method.tax_class, method.free_from)


def _line(goods: Goods, quantity: int, totals: LineTotals, currency: str) -> QuoteLine:
    return QuoteLine(
        variant_id=goods.variant_id,
        product_id=goods.product_id,
        sku=goods.sku,
        title=goods.title,
        options=goods.options,
        quantity=quantity,
        currency=currency,
        unit_price=goods.price,
        tax_name=totals.tax_name,
        tax_rate=totals.tax_rate,
        subtotal=totals.subtotal,
        discount=totals.discount,
        tax=totals.tax,
        total=totals.total,
        track_stock=goods.track_stock,
        available=goods.available,
    )
