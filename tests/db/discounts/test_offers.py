"""What a code takes off, for whom and when: as a quote shows it, before anything is ordered."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from db import carts, discounts
from db.access import Caller
from db.base import execute
from db.carts import Details, Quote
from db.config import Database
from db.errors import Code
from db.stock import Units
from tests.conftest import NOW
from tests.goods import ADDRESS, make_discount, make_method, make_shop, make_variant
from tests.statements import statements

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def quoted(*units: Units, code: str | None = "SPRING", now: datetime = NOW) -> Quote:
    """Ask what units come to with a code, shipping at 4.90 EUR."""
    details = Details(
        email="ada@example.com",
        shipping_address=ADDRESS,
        shipping_method_id=await make_method(),
        discount_code=code,
    )
    return await carts.quote(lines=units, details=details, caller=Caller.anonymous(), now=now)


async def of_lantern(quantity: int = 2, **more: Any) -> Quote:
    """Ask the same for a few of what costs 10.00 EUR."""
    return await quoted(Units(await make_variant(), quantity), **more)


def wrong_with(quote: Quote) -> list[tuple[Code, str]]:
    return [(problem.code, problem.message) for problem in quote.problems]


class TestValue:
    async def test_of_a_percentage_is_split_over_the_lines_and_adds_up(self) -> None:
        await make_discount(percent=100_000)
        units = [Units(await make_variant(price=price), 1) for price in (333, 333, 334)]

        quote = await quoted(*units)

        assert [line.discount for line in quote.lines] == [33, 33, 34]
        assert quote.totals.discount == 100
        assert quote.totals.total == 1000 - 100 + 490
        assert quote.discount
        assert quote.problems == ()

    async def test_of_an_amount_is_never_more_than_the_goods(self) -> None:
        await make_discount(amount=5000)
        quote = await of_lantern(2)
        assert (quote.totals.discount, quote.totals.total) == (2000, 490)

    async def test_of_free_shipping_is_the_price_of_the_method(self) -> None:
        await make_discount()
        quote = await of_lantern(1)
        assert (quote.totals.discount, quote.totals.shipping, quote.totals.total) == (0, 0, 1000)

    async def test_is_found_however_the_code_is_written(self) -> None:
        await make_discount(amount=100)
        assert (await of_lantern(code=" spring ")).totals.discount == 100


class TestObjection:
    @pytest.mark.parametrize(
        "fields",
        [
            {"active": False},
            {"starts_at": NOW + MICROSECOND},
            {"ends_at": NOW},
            {"code": "AUTUMN"},
        ],
    )
    async def test_a_code_that_is_not_on_offer_sounds_like_one_that_there_is_not(
        self, fields: dict[str, Any]
    ) -> None:
        await make_discount(**{"code": "SPRING", "amount": 100, **fields})

        quote = await of_lantern()

        assert wrong_with(quote) == [
            (
                Code.DISCOUNT_NOT_VALID,
                "The discount code SPRING is not valid, or not at this time.",
            )
        ]
        assert (quote.discount, quote.totals.discount) == (None, 0)

    async def test_says_from_which_subtotal_on_a_code_counts(self) -> None:
        await make_discount(amount=100, min_subtotal=2001)

        assert wrong_with(await of_lantern(2)) == [
            (
                Code.DISCOUNT_NOT_VALID,
                "The discount code SPRING is for goods of 20.01 EUR or more.",
            )
        ]
        assert (await of_lantern(3)).totals.discount == 100

    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
    @pytest.mark.parametrize("day", [(2026, 3, 8), (2026, 3, 29), (2026, 10, 25), (2026, 11, 1)])
    async def test_tim_1_an_end_at_local_midnight_is_an_instant(
        self, zone: str, day: tuple[int, int, int]
    ) -> None:
        midnight = datetime(*day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
        await make_discount(amount=100, ends_at=midnight)
        end = midnight.astimezone(UTC)
        lantern = Units(await make_variant(), 1)
        await execute("UPDATE product SET published_at = '2026-01-01Z'")

        assert (await quoted(lantern, now=end - MICROSECOND)).totals.discount == 100
        assert (await quoted(lantern, now=end)).totals.discount == 0


class TestOffers:
    async def test_are_read_in_one_statement_however_many(self) -> None:
        await make_discount(amount=100, usage_limit=1, usage_limit_per_customer=1)
        asks = [discounts.Ask("spring", None, UUID(int=1)), discounts.Ask("NONE", "user:1")]

        with statements() as sent:
            first, second, third = await discounts.offers([*asks, asks[0]])

        assert len(sent) == 1
        assert second is None
        assert first
        assert third
        assert first.discount.id == third.discount.id
        assert (first.discount.currency, first.used) == ("EUR", 0)

    async def test_a_customer_is_named_without_saying_who_it_is(self) -> None:
        by_email = discounts.customer_of(None, " Ada@Example.com ")
        assert by_email == discounts.customer_of(None, "ada@example.com")
        assert by_email
        assert "ada" not in by_email
        assert discounts.customer_of(UUID(int=1), "ada@example.com") == f"user:{UUID(int=1)}"
        assert discounts.customer_of(None, None) is None
