"""What a cart comes to, and what still stands between it and an order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from db import carts
from db.access import Caller
from db.base import fetch
from db.carts import Details, Quote
from db.carts.queries import carts_of
from db.catalog import Product, ProductStatus, Variant
from db.errors import Code
from db.stock import Units
from tests.goods import ADDRESS, make_method, make_product, make_shop, make_variant
from tests.statements import statements

GUEST = Caller.anonymous()
pytestmark = pytest.mark.usefixtures("database")


async def ready(**others: Any) -> Details:
    """Make details that lack nothing."""
    known: dict[str, Any] = {"email": "ada@example.com", "shipping_address": ADDRESS}
    if "shipping_method_id" not in others:
        known["shipping_method_id"] = await make_method()
    return Details(**{**known, **others})


async def quote(lines: Sequence[Units], details: Details, now: datetime) -> Quote:
    return await carts.quote(lines=lines, details=details, caller=GUEST, now=now)


def codes(quote: Quote) -> list[Code]:
    return [problem.code for problem in quote.problems]


class TestQuote:
    async def test_adds_up_lines_tax_and_shipping(self, now: datetime) -> None:
        await make_shop()
        two, one = await make_variant(price=1190), await make_variant(price=500)
        priced = await quote([Units(two, 2), Units(one, 1)], await ready(), now)
        totals = priced.totals
        assert (totals.subtotal, totals.shipping, totals.total) == (2880, 490, 3370)
        assert [line.tax for line in priced.lines] == [380, 80]
        assert totals.tax == 380 + 80 + 78
        assert priced.problems == ()

    async def test_takes_the_price_of_now_and_never_an_earlier_one(self, now: datetime) -> None:
        """CRT-2, as far as it is the cart's: a checkout compares this total with the agreed one."""
        await make_shop()
        variant = await make_variant(price=1000)
        details = await ready()
        before = await quote([Units(variant, 1)], details, now)
        await Variant.filter(id=variant).update(price=1100)
        after = await quote([Units(variant, 1)], details, now)
        assert (before.totals.total, after.totals.total) == (1490, 1590)

    @pytest.mark.parametrize(
        ("address", "rate"),
        [
            ({"country_code": "US", "region": "CA"}, 72_500),
            ({"country_code": "US", "region": "ca"}, 72_500),
            ({"country_code": "US", "region": "OR"}, 10_000),
            ({"country_code": "US"}, 10_000),
            ({"country_code": "FR"}, 0),
            (None, 190_000),
        ],
    )
    async def test_taxes_by_region_then_country_then_not_at_all(
        self, now: datetime, address: dict[str, str] | None, rate: int
    ) -> None:
        await make_shop(
            rates=[
                ("DE", None, "standard", 190_000),
                ("US", None, "standard", 10_000),
                ("US", "CA", "standard", 72_500),
                ("US", "CA", "reduced", 20_000),
            ]
        )
        variant = await make_variant()
        priced = await quote([Units(variant, 1)], await ready(shipping_address=address), now)
        assert priced.lines[0].tax_rate == rate

    async def test_ships_free_from_the_given_subtotal_on(self, now: datetime) -> None:
        await make_shop()
        variant = await make_variant(price=1000)
        details = await ready(shipping_method_id=await make_method(price=490, free_from=2000))
        one, two = [await quote([Units(variant, many)], details, now) for many in (1, 2)]
        assert (one.totals.shipping, two.totals.shipping) == (490, 0)

    async def test_offers_active_methods_that_serve_the_country(self, now: datetime) -> None:
        await make_shop()
        everywhere = await make_method(price=900)
        german = await make_method(price=300, countries=["DE"])
        await make_method(countries=["FR"])
        await make_method(active=False)
        priced = await quote([], Details(), now)
        assert [method.id for method in priced.available_shipping_methods] == [german, everywhere]

    async def test_crt_3_prices_100_lines_of_999(self, now: datetime) -> None:
        await make_shop()
        product = await make_product()
        variants = [
            await make_variant(product_id=product, price=10**12, track_stock=False)
            for _ in range(100)
        ]
        priced = await quote([Units(variant, 999) for variant in variants], await ready(), now)
        assert priced.totals.total == 100 * 999 * 10**12 + 490
        assert priced.problems == ()


class TestStatements:
    async def test_are_two_for_any_number_of_lines_and_carts(self, now: datetime) -> None:
        await make_shop()
        details = await ready()
        lines = [Units(await make_variant(), 1) for _ in range(10)]
        for some in (lines[:1], lines):
            with statements() as sent:
                await quote(some, details, now)
            assert len(sent) == 2
            for one in some:
                await carts.create_cart(caller=GUEST, now=now, lines=[one])
            made = [row[0] for row in await fetch("SELECT id FROM cart")]
            with statements() as sent:
                await carts.quotes_by_cart(await carts_of(made), caller=GUEST, now=now)
            assert len(sent) == 1 + 2


class TestProblems:
    async def test_an_empty_cart_lacks_everything(self, now: datetime) -> None:
        await make_shop()
        priced = await quote([], Details(), now)
        assert codes(priced) == [
            Code.CART_EMPTY,
            Code.EMAIL_REQUIRED,
            Code.ADDRESS_REQUIRED,
            Code.SHIPPING_METHOD_REQUIRED,
        ]

    @pytest.mark.parametrize(
        ("available", "wanted", "message"),
        [
            (3, 4, "Only 3 are left of Tea light, Red; 4 were asked for."),
            (40, 50, "Not that many are left of Tea light, Red; 50 were asked for."),
        ],
    )
    async def test_too_few_are_left(
        self, now: datetime, available: int, wanted: int, message: str
    ) -> None:
        await make_shop()
        variant = await make_variant(on_hand=available)
        (problem,) = (await quote([Units(variant, wanted)], await ready(), now)).problems
        assert (problem.code, problem.message) == (Code.OUT_OF_STOCK, message)
        assert problem.variant_id == variant

    async def test_what_is_not_tracked_never_runs_out(self, now: datetime) -> None:
        await make_shop()
        variant = await make_variant(track_stock=False)
        assert (await quote([Units(variant, 999)], await ready(), now)).problems == ()

    async def test_a_line_is_not_for_sale_any_more(self, now: datetime) -> None:
        await make_shop()
        hidden = await make_product(status=ProductStatus.DRAFT)
        draft, inactive = await make_variant(product_id=hidden), await make_variant(active=False)
        priced = await quote([Units(draft, 1), Units(inactive, 1)], await ready(), now)
        assert codes(priced) == [Code.NOT_FOR_SALE, Code.NOT_FOR_SALE]
        assert [problem.variant_id for problem in priced.problems] == [draft, inactive]

    async def test_a_product_is_scheduled(self, now: datetime) -> None:
        await make_shop()
        variant = await make_variant()
        await Product.all().update(published_at=datetime(2026, 12, 1, tzinfo=now.tzinfo))
        assert codes(await quote([Units(variant, 1)], await ready(), now)) == [Code.NOT_FOR_SALE]

    async def test_the_shop_does_not_ship_there(self, now: datetime) -> None:
        await make_shop()
        variant = await make_variant()
        there = await ready(shipping_address={**ADDRESS, "country_code": "GB"})
        priced = await quote([Units(variant, 1)], there, now)
        assert [(each.code, each.message) for each in priced.problems] == [
            (Code.SHIPPING_NOT_AVAILABLE, "This shop does not ship to GB.")
        ]
        assert priced.totals.shipping == 0

    @pytest.mark.parametrize("method", [{"countries": ["FR"]}, {"active": False}])
    async def test_the_chosen_method_is_not_offered(
        self, now: datetime, method: dict[str, Any]
    ) -> None:
        await make_shop()
        variant = await make_variant()
        chosen = await make_method(**method)
        priced = await quote([Units(variant, 1)], await ready(shipping_method_id=chosen), now)
        assert codes(priced) == [Code.SHIPPING_NOT_AVAILABLE]
        assert priced.shipping_method is not None
        assert priced.totals.shipping == 0

    async def test_a_discount_code_that_is_none(self, now: datetime) -> None:
        await make_shop()
        variant = await make_variant()
        priced = await quote([Units(variant, 1)], await ready(discount_code="SPRING"), now)
        assert codes(priced) == [Code.DISCOUNT_NOT_VALID]
        assert priced.discount is None
