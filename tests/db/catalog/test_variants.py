"""Variants are made and changed: one per SKU, at prices of this shop."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from db import catalog, ids
from db.access import Caller
from db.base import fetch_one, fetch_value
from db.catalog import MOST_VARIANTS, ProductStatus, VariantRow
from db.config import Database
from db.errors import Code, InvalidState, Path, Refusal, Refusals, VersionConflict
from db.money import LARGEST_PRICE, Money
from tests.goods import a_variant, add_product, make_shop, make_variant
from tests.snapshot import unchanged

CLERK = Caller.system("tests")


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def only_variant_of(product_id: UUID) -> VariantRow:
    ((variant,),) = await catalog.variants_by_product([product_id])
    return variant


async def change(variant: VariantRow, now: datetime, **fields: Any) -> None:
    await catalog.update_variant(
        caller=CLERK,
        now=now,
        id=variant.id,
        fields=fields,  # type: ignore[arg-type]  # as a client sends them
        if_version=variant.version,
    )


async def add(product_id: UUID, now: datetime, **fields: Any) -> UUID:
    outcome = await catalog.create_variant(
        caller=CLERK,
        now=now,
        product_id=product_id,
        fields=fields,  # type: ignore[arg-type]  # as a client sends them
    )
    return UUID(outcome.ids["variant"])


def places(refused: Refusals) -> list[tuple[Code, Path | None]]:
    return [(each.code, each.path) for each in refused.refusals]


class TestCreateVariant:
    async def test_goes_to_the_end_and_widens_the_price_range(self, now: datetime) -> None:
        product_id = await add_product(variants=[a_variant(price=1000)], published_at=None)
        variant_id = await add(product_id, now, **a_variant("B", 250))

        ((_, variant),) = await catalog.variants_by_product([product_id])
        assert (variant.id, variant.position, variant.title) == (variant_id, 1, "Tea light")
        row = await fetch_one("SELECT price_min, price_max, version FROM product")
        assert row is not None
        assert tuple(row) == (250, 1000, 2)

    async def test_needs_a_sku_and_a_price(self, now: datetime) -> None:
        product_id = await add_product()
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await add(product_id, now)
        assert places(refused.value) == [
            (Code.REQUIRED, ("input", "sku")),
            (Code.REQUIRED, ("input", "price")),
        ]

    @pytest.mark.parametrize(
        ("price", "code", "field"),
        [
            (Money(100, "USD"), Code.CURRENCY_MISMATCH, "currency_code"),
            (Money(LARGEST_PRICE + 1, "EUR"), Code.OUT_OF_RANGE, "amount"),
            (Money(-1, "EUR"), Code.OUT_OF_RANGE, "amount"),
        ],
    )
    async def test_refuses_a_price_that_is_none_of_this_shop(
        self, price: Money, code: Code, field: str, now: datetime
    ) -> None:
        product_id = await add_product()
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await add(product_id, now, sku="S", price=price, compare_at_price=price)
        assert places(refused.value) == [
            (code, ("input", "price", field)),
            (code, ("input", "compare_at_price", field)),
        ]

    async def test_refuses_the_251st(self, now: datetime) -> None:
        product_id = await add_product(variants=[a_variant() for _ in range(MOST_VARIANTS)])
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await add(product_id, now, **a_variant())
        assert refused.value.code is Code.TOO_MANY

    async def test_of_no_product_is_not_found(self, now: datetime) -> None:
        with pytest.raises(Refusal) as refused:
            await add(ids.new(), now, **a_variant())
        assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("product_id",))


class TestCAT2:
    async def test_a_sku_is_taken_once_whoever_asks_at_the_same_time(self) -> None:
        async def attempt(number: int) -> Refusals | None:
            try:
                await add_product(
                    f"Mug {number}", variants=[a_variant(), a_variant("MUG")], published_at=None
                )
            except Refusals as refused:
                return refused
            return None

        results = await asyncio.gather(*(attempt(number) for number in range(10)))

        losers = [refused for refused in results if refused]
        assert len(losers) == 9
        for refused in losers:
            assert places(refused) == [(Code.TAKEN, ("variants", 1, "sku"))]
        assert await fetch_value("SELECT count(*) FROM product") == 1, "losers leave nothing"

    async def test_skus_given_in_any_order_never_deadlock(self) -> None:
        skus = [f"S-{number}" for number in range(20)]

        async def attempt(order: list[str]) -> int:
            try:
                await add_product(variants=[a_variant(sku) for sku in order], published_at=None)
            except Refusals as refused:
                return len(refused.refusals)
            return 0

        results = await asyncio.gather(*(attempt(skus[::step]) for step in (1, -1) * 4))
        assert sorted(results) == [0, *[20] * 7]

    async def test_a_sku_given_twice_in_one_call_is_taken(self) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await add_product(variants=[a_variant("A"), a_variant("B"), a_variant("A")])
        assert places(refused.value) == [(Code.TAKEN, ("variants", 2, "sku"))]

    async def test_a_variant_cannot_change_to_a_sku_that_is_taken(self, now: datetime) -> None:
        await add_product(variants=[a_variant("TAKEN")])
        variant = await only_variant_of(await add_product())
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await change(variant, now, sku="TAKEN")
        assert (refused.value.code, refused.value.path) == (Code.TAKEN, ("input", "sku"))


class TestUpdateVariant:
    async def test_counts_the_version_of_the_variant_and_of_its_product(
        self, now: datetime
    ) -> None:
        product_id = await add_product(published_at=None)
        variant = await only_variant_of(product_id)
        await change(variant, now, price=Money(5, "EUR"))

        assert (await only_variant_of(product_id)).version == 2
        row = await fetch_one("SELECT price_min, price_max, version, updated_at FROM product")
        assert row is not None
        assert tuple(row) == (5, 5, 2, now)
        assert (
            await fetch_value("SELECT count(*) FROM audit_event WHERE action = 'variantUpdate'")
            == 1
        )

    async def test_clears_what_is_null_and_makes_the_title_again(self, now: datetime) -> None:
        red = [{"name": "color", "value": "red"}]
        product_id = await add_product(
            variants=[a_variant(title="X", options=red, weight_grams=5)], published_at=None
        )
        await change(
            await only_variant_of(product_id), now, title=None, weight_grams=None, tax_class=None
        )
        variant = await only_variant_of(product_id)
        assert (variant.title, variant.weight_grams, variant.tax_class) == ("red", None, "standard")

        await change(variant, now, options=None, title=None)
        assert (await only_variant_of(product_id)).title == "Tea light"

    @pytest.mark.parametrize("field", ["sku", "price", "active", "track_stock", "position"])
    async def test_never_clears_what_it_needs(self, field: str, now: datetime) -> None:
        variant = await only_variant_of(await add_product())
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await change(variant, now, **{field: None})
        assert places(refused.value) == [(Code.REQUIRED, ("input", field))]

    async def test_that_changes_nothing_writes_nothing(self, now: datetime) -> None:
        variant = await only_variant_of(await add_product())
        async with unchanged():
            await change(variant, now, sku=variant.sku, active=True)

    async def test_ver_1_refuses_an_edit_of_an_older_version(self, now: datetime) -> None:
        variant = await only_variant_of(await add_product())
        await change(variant, now, price=Money(5, "EUR"))
        async with unchanged():
            with pytest.raises(VersionConflict) as conflict:
                await change(variant, now, price=Money(6, "EUR"))
        assert conflict.value.current_version == 2

    async def test_cat_1_never_withdraws_the_last_active_variant_of_what_is_published(
        self, now: datetime
    ) -> None:
        product_id = await add_product(variants=[a_variant("A"), a_variant("B")])
        ((one, other),) = await catalog.variants_by_product([product_id])
        await change(one, now, active=False)
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await change(other, now, active=False)
        assert refused.value.current == ProductStatus.PUBLISHED

    async def test_cat_1_two_who_withdraw_the_last_two_leave_one(self, now: datetime) -> None:
        product_id = await add_product(variants=[a_variant("A"), a_variant("B")])
        ((one, other),) = await catalog.variants_by_product([product_id])
        results = await asyncio.gather(
            change(one, now, active=False),
            change(other, now, active=False),
            return_exceptions=True,
        )
        assert [type(result) for result in results if result] == [InvalidState]

    async def test_tracks_or_does_not_until_stock_has_moved(self, now: datetime) -> None:
        still = await only_variant_of(await add_product(published_at=None))
        await change(still, now, track_stock=False)
        assert not (await only_variant_of(still.product_id)).track_stock

        (moved,) = await catalog.variants_by_id([await make_variant(on_hand=3)])
        assert moved is not None
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await change(moved, now, track_stock=False)
        assert (refused.value.code, refused.value.path) == (Code.IN_USE, ("input", "track_stock"))
