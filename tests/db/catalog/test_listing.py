"""Lists of products: in order, narrowed, a page at a time, and by the indexes made for them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db import catalog
from db.access import Caller
from db.base import execute, fetch, fetch_rows
from db.catalog import (
    Key,
    Listing,
    ProductFilter,
    ProductRow,
    ProductSort,
    ProductStatus,
    listing,
)
from db.config import Database
from db.errors import BadRequest
from db.money import Money
from tests.conftest import NOW
from tests.goods import a_variant, add_product, make_shop

CLERK = Caller.system("tests")
SHOPPER = Caller.anonymous()
EVERYTHING = ProductFilter()


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def page(
    *,
    caller: Caller = SHOPPER,
    filter: ProductFilter = EVERYTHING,
    sort: ProductSort = ProductSort.NEWEST,
    query: str | None = None,
    after: Key | None = None,
    limit: int = 100,
) -> Listing:
    return await catalog.list_products(
        caller=caller, now=NOW, query=query, filter=filter, sort=sort, after=after, limit=limit
    )


async def titles(**how: Any) -> list[str]:
    return [product.title for product in (await page(**how)).products]


async def grow(title: str, parent_id: UUID | None = None) -> UUID:
    outcome = await catalog.create_category(
        caller=CLERK, now=NOW, fields={"title": title, "parent_id": parent_id}
    )
    return UUID(outcome.ids["category"])


ORDERS: list[tuple[ProductSort, Callable[[ProductRow], Any], bool]] = [
    (ProductSort.RELEVANCE, lambda row: (row.published_at, row.id), True),
    (ProductSort.NEWEST, lambda row: (row.published_at, row.id), True),
    (ProductSort.PRICE_ASC, lambda row: (row.price_min, row.id), False),
    (ProductSort.PRICE_DESC, lambda row: (row.price_max, row.id), True),
    (ProductSort.TITLE, lambda row: (row.title, row.id), False),
]


class TestOrder:
    @pytest.mark.parametrize(("sort", "key", "falling"), ORDERS, ids=lambda value: str(value)[:9])
    @pytest.mark.parametrize("query", [None, "lamp"])
    async def test_pages_add_up_to_the_whole_list_in_order(
        self,
        sort: ProductSort,
        key: Callable[[ProductRow], Any],
        falling: bool,
        query: str | None,
    ) -> None:
        for number in range(13):
            await add_product(
                f"{'ABC'[number % 3]} lamp",
                variants=[a_variant(price=number % 2), a_variant(price=5 + number % 3)],
                published_at=NOW - timedelta(days=number % 4),
            )
        whole = (await page(sort=sort, query=query)).products
        assert len(whole) == 13
        if not (query and sort is ProductSort.RELEVANCE):
            assert whole == sorted(whole, key=key, reverse=falling)

        read: list[ProductRow] = []
        after = None
        while (part := await page(sort=sort, query=query, limit=3, after=after)).products:
            read += part.products
            after = part.key(read[-1])
        assert read == whole

    @pytest.mark.parametrize("sort", ProductSort)
    async def test_pages_of_several_branches_at_once_are_those_of_each(
        self, sort: ProductSort
    ) -> None:
        home = await grow("Home")
        lamps, empty = await grow("Lamps", home), await grow("Empty")
        for number in range(7):
            chosen = [lamps] if number % 2 else [home, lamps]
            prices = [a_variant(price=number % 3), a_variant(price=5)]
            published_at = NOW - timedelta(days=number % 2)
            await add_product(
                f"Lamp {number}", category_ids=chosen, variants=prices, published_at=published_at
            )
        branches = [lamps, empty, home]
        alone = [
            await page(sort=sort, filter=ProductFilter(category_id=each, on_show=True))
            for each in branches
        ]
        assert [len(each.products) for each in alone] == [7, 0, 7]

        first = await catalog.products_by_category(branches, now=NOW, sort=sort, limit=3)
        assert _places(*first) == [each[:3] for each in _places(*alone)]
        for branch, listed in zip(branches, alone, strict=True):
            after = listed.key(listed.products[2]) if listed.products else None
            (rest,) = await catalog.products_by_category(
                [branch], now=NOW, sort=sort, after=after, limit=100
            )
            assert _places(rest) == [each[3:] for each in _places(listed)]

    async def test_of_staff_mixes_in_what_was_never_published(self) -> None:
        await add_product("New draft", published_at=None, now=NOW)
        await add_product("Old", published_at=NOW - timedelta(days=2))
        await add_product("Old draft", published_at=None, now=NOW - timedelta(days=1))
        assert await titles(caller=CLERK) == ["New draft", "Old draft", "Old"]
        first = await page(caller=CLERK, limit=1)
        place = first.key(first.products[0])
        assert await titles(caller=CLERK, after=place) == ["Old draft", "Old"]


class TestFilter:
    async def test_by_category_takes_what_is_below_it_too_and_each_once(self) -> None:
        home = await grow("Home")
        lamps = await grow("Lamps", await grow("Light", home))
        await add_product("Lamp", category_ids=[lamps, home])
        await add_product("Sofa", category_ids=[home])
        await add_product("Ball")
        assert sorted(await titles(filter=ProductFilter(category_id=home))) == ["Lamp", "Sofa"]
        assert await titles(filter=ProductFilter(category_id=lamps)) == ["Lamp"]
        assert await titles(filter=ProductFilter(category_id=UUID(int=1))) == []

    async def test_by_price_wants_a_variant_that_costs_so_much(self) -> None:
        await add_product("Both ends", variants=[a_variant(price=500), a_variant(price=5000)])
        await add_product("Middle", variants=[a_variant(price=2000)])
        await add_product(
            "Withdrawn", variants=[a_variant(price=1), a_variant(price=2000, active=False)]
        )
        euro = Money(1000, "EUR"), Money(2000, "EUR")
        between = ProductFilter(price_min=euro[0], price_max=euro[1])
        assert await titles(filter=between) == ["Middle"]
        assert "Both ends" in await titles(filter=ProductFilter(price_min=euro[1]))
        assert "Both ends" in await titles(filter=ProductFilter(price_max=euro[0]))

    async def test_by_price_refuses_another_currency(self) -> None:
        with pytest.raises(BadRequest, match=r"filter\.priceMax"):
            await page(filter=ProductFilter(price_max=Money(1, "USD")))

    async def test_by_stock_counts_what_is_not_promised_or_not_tracked(self) -> None:
        await add_product("Full", variants=[a_variant("FULL")])
        await add_product("Promised", variants=[a_variant("PROMISED")])
        await add_product("Endless", variants=[a_variant("ENDLESS", track_stock=False)])
        await add_product("Withdrawn", variants=[a_variant(), a_variant("OFF", active=False)])
        await execute(
            "UPDATE stock SET on_hand = 3, reserved = CASE variant.sku WHEN 'PROMISED' THEN 3"
            " ELSE 2 END FROM variant WHERE variant.id = variant_id"
            " AND sku IN ('FULL', 'PROMISED', 'OFF')"
        )
        assert sorted(await titles(filter=ProductFilter(in_stock=True))) == ["Endless", "Full"]
        assert sorted(await titles(filter=ProductFilter(in_stock=False))) == [
            "Promised",
            "Withdrawn",
        ]

    async def test_by_status_is_heard_from_staff_only(self) -> None:
        await add_product("Draft", published_at=None)
        await add_product("Shown")
        await add_product("Coming", published_at=NOW + timedelta(days=1))
        drafts = ProductFilter(statuses=[ProductStatus.DRAFT])
        assert await titles(caller=CLERK, filter=drafts) == ["Draft"]
        assert await titles(filter=drafts) == ["Shown"]
        assert len(await titles(caller=CLERK)) == 3
        assert await titles(caller=CLERK, filter=ProductFilter(on_show=True)) == ["Shown"]


class TestCountProducts:
    async def test_stops_at_ten_thousand(self) -> None:
        await _add_many(10_000)
        assert await _count() == 10_000
        await add_product("One more")
        assert await _count() is None
        assert await _count(query="more") == 1


async def _count(query: str | None = None) -> int | None:
    return await catalog.count_products(caller=SHOPPER, now=NOW, query=query, filter=EVERYTHING)


def _places(*pages: Listing) -> list[list[Key]]:
    return [[page.key(each) for each in page.products] for page in pages]


async def _add_many(number: int) -> None:
    """Fill the catalog at once, with products as wide as real ones."""
    await execute(
        "INSERT INTO product (id, slug, title, description, status, published_at, price_min,"
        " price_max, created_at, updated_at, search)"
        " SELECT gen_random_uuid(), 's' || n, 'Thing ' || n, repeat('long and wide ', 60),"
        " 'PUBLISHED', $2::timestamptz - n * interval '1 minute', n % 97, n % 89 + 97, $2, $2,"
        " to_tsvector('english', 'thing ' || n) FROM generate_series(1, $1) AS n",
        number,
        NOW,
    )


class TestPlans:
    @pytest.mark.parametrize(
        ("index", "how"),
        [
            ("products_by_newest", {"sort": ProductSort.NEWEST}),
            ("products_by_price", {"sort": ProductSort.PRICE_ASC}),
            ("products_by_highest_price", {"sort": ProductSort.PRICE_DESC}),
            ("products_by_title", {"sort": ProductSort.TITLE}),
            ("products_by_words", {"sort": ProductSort.RELEVANCE, "query": "thing 77"}),
            ("products_by_likeness", {"sort": ProductSort.RELEVANCE, "query": "thingy 77"}),
        ],
    )
    async def test_use_the_index_made_for_the_list(
        self, index: str, how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await _add_many(3_000)
        await execute("VACUUM ANALYZE product")
        plans: list[str] = []

        async def explained(row: type[Any], sql: str, *arguments: Any) -> list[Any]:
            plans.extend(line[0] for line in await fetch(f"EXPLAIN {sql}", *arguments))
            return await fetch_rows(row, sql, *arguments)

        monkeypatch.setattr(listing, "fetch_rows", explained)
        first = await page(limit=25, **how)
        await page(limit=25, after=first.key(first.products[-1]), **how)

        assert sum(f"{index} " in line for line in plans) == 2, "\n".join(plans)
        assert not any("Seq Scan on product" in line for line in plans), "\n".join(plans)
