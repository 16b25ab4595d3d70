"""What the shop charges besides its goods."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from db import ids, shop
from db.access import Caller
from db.base import fetch_value
from db.config import Database
from db.errors import Code, Path, Refusal, Refusals, VersionConflict
from db.money import LARGEST_PRICE, Money
from db.shop import (
    MOST_ACTIVE_METHODS,
    MOST_TAX_RATES,
    Destination,
    ShippingMethodRow,
    TaxRateRow,
)
from tests.goods import make_method, make_shop
from tests.snapshot import unchanged

OWNER = Caller.system("tests")


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop(rates=())


def rate(
    country: str = "DE", region: str | None = None, tax_class: str = "standard", rate: int = 190_000
) -> TaxRateRow:
    return TaxRateRow("VAT", country, region, tax_class, rate)


class TestSetTaxRates:
    async def test_replaces_the_whole_table(self, now: datetime) -> None:
        await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate("FR"), rate()], if_version=1)
        row = await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate("US")], if_version=2)
        assert (row.version, await shop.tax_rates()) == (3, [rate("US")])

    async def test_that_changes_nothing_writes_nothing(self, now: datetime) -> None:
        await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate()], if_version=1)
        await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate()], if_version=2)
        assert (await shop.settings()).version == 2
        audits = "SELECT count(*) FROM audit_event WHERE action = 'taxRatesSet'"
        assert await fetch_value(audits) == 1

    async def test_refuses_two_for_one_place_and_class(self, now: datetime) -> None:
        rates = [rate("US", "CA"), rate("US"), rate("US", "ca"), rate("US")]
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await shop.set_tax_rates(caller=OWNER, now=now, rates=rates, if_version=1)
        places = [(each.code, each.path) for each in refused.value.refusals]
        assert places == [(Code.TAKEN, ("rates", 2)), (Code.TAKEN, ("rates", 3))]

    async def test_refuses_the_501st(self, now: datetime) -> None:
        rates = [rate("US", str(number)) for number in range(MOST_TAX_RATES + 1)]
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await shop.set_tax_rates(caller=OWNER, now=now, rates=rates, if_version=1)
        assert refused.value.refusals[0].code is Code.TOO_MANY

    async def test_ver_1_refuses_an_edit_of_an_older_version(self, now: datetime) -> None:
        await shop.update(caller=OWNER, now=now, fields={"name": "Other"}, if_version=1)
        async with unchanged():
            with pytest.raises(VersionConflict):
                await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate()], if_version=1)


async def rates_at(country: str, region: str | None = None) -> dict[str, TaxRateRow]:
    place = Destination(country, region)
    return (await shop.terms(places=[place])).rates_at(place)


class TestRatesAt:
    async def test_takes_the_region_before_the_country_and_nothing_for_0(
        self, now: datetime
    ) -> None:
        california = rate("US", "CA", rate=72_500)
        country, books = rate("US", rate=0), rate("US", tax_class="books", rate=10_000)
        await shop.set_tax_rates(
            caller=OWNER, now=now, rates=[country, california, books, rate()], if_version=1
        )
        assert await rates_at("US", "ca") == {"standard": california, "books": books}
        assert await rates_at("US", "TX") == {"standard": country, "books": books}
        assert await rates_at("US") == {"standard": country, "books": books}
        assert await rates_at("FR") == {}
        assert await rates_at("") == {}

    async def test_has_each_place_by_its_own_rates(self, now: datetime) -> None:
        california, france = rate("US", "CA", rate=72_500), rate("FR", rate=200_000)
        await shop.set_tax_rates(
            caller=OWNER, now=now, rates=[california, france, rate("FR", "CA")], if_version=1
        )
        terms = await shop.terms(places=[Destination("US", "CA"), Destination("FR")])
        assert terms.rates_at(Destination("US", "CA")) == {"standard": california}
        assert terms.rates_at(Destination("FR")) == {"standard": france}

    async def test_has_the_first_country_for_what_has_no_address(self, now: datetime) -> None:
        await shop.set_tax_rates(caller=OWNER, now=now, rates=[rate()], if_version=1)
        assert (await shop.terms()).rates_at(Destination("DE")) == {"standard": rate()}


async def create(now: datetime, **fields: Any) -> ShippingMethodRow:
    outcome = await shop.create_shipping_method(
        caller=OWNER,
        now=now,
        fields=fields,  # type: ignore[arg-type]  # as a client sends them
    )
    (row,) = await shop.shipping_methods_by_id([UUID(outcome.ids["shipping_method"])])
    assert row is not None
    return row


async def change(method: ShippingMethodRow, now: datetime, **fields: Any) -> None:
    await shop.update_shipping_method(
        caller=OWNER,
        now=now,
        id=method.id,
        fields=fields,  # type: ignore[arg-type]  # as a client sends them
        if_version=method.version,
    )


PARCEL: dict[str, Any] = {"name": "Parcel", "price": Money(490, "EUR")}


class TestShippingMethods:
    async def test_are_active_and_serve_every_country_unless_told_otherwise(
        self, now: datetime
    ) -> None:
        method = await create(now, **PARCEL)
        assert (method.active, method.tax_class, method.free_from) == (True, "standard", None)
        assert method.currency == "EUR"
        assert method.serves("JP")
        assert not (await create(now, **PARCEL, countries=["DE"])).serves("JP")
        assert (await shop.settings()).version == 3, "they are parts of the shop"

    @pytest.mark.parametrize(
        ("fields", "faults"),
        [
            (
                {},
                [(Code.REQUIRED, ("input", "name")), (Code.REQUIRED, ("input", "price"))],
            ),
            (
                PARCEL | {"price": Money(1, "USD"), "free_from": Money(LARGEST_PRICE + 1, "EUR")},
                [
                    (Code.CURRENCY_MISMATCH, ("input", "price", "currency_code")),
                    (Code.OUT_OF_RANGE, ("input", "free_from", "amount")),
                ],
            ),
            (PARCEL | {"active": None}, [(Code.REQUIRED, ("input", "active"))]),
        ],
    )
    async def test_are_refused_with_every_fault_at_once(
        self, fields: dict[str, Any], faults: list[tuple[Code, Path]], now: datetime
    ) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await create(now, **fields)
        assert [(each.code, each.path) for each in refused.value.refusals] == faults

    async def test_change_one_version_at_a_time(self, now: datetime) -> None:
        method = await create(now, **PARCEL, free_from=Money(5000, "EUR"))
        await change(method, now, price=Money(590, "EUR"), free_from=None)
        (row,) = await shop.shipping_methods(active_only=True)
        assert (row.price, row.free_from, row.version) == (590, None, 2)
        async with unchanged():
            with pytest.raises(VersionConflict) as conflict:
                await change(method, now, price=Money(1, "EUR"))
        assert conflict.value.current_version == 2

    async def test_that_are_not_there_are_not_found(self, now: datetime) -> None:
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await shop.update_shipping_method(
                    caller=OWNER, now=now, id=ids.new(), fields={}, if_version=1
                )
        assert refused.value.code is Code.NOT_FOUND

    async def test_at_most_50_are_active(self, now: datetime) -> None:
        for _ in range(MOST_ACTIVE_METHODS):
            await make_method()
        resting = await create(now, **PARCEL, active=False)
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await change(resting, now, active=True)
            with pytest.raises(Refusal):
                await create(now, **PARCEL)
        assert (refused.value.code, refused.value.path) == (Code.TOO_MANY, ("input", "active"))
        assert len(await shop.shipping_methods(active_only=True)) == 50
        assert len(await shop.shipping_methods(active_only=False)) == 51
