"""Searching: whatever a product is called, it is found by it; what is hidden stays hidden."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import catalog
from db.access import Caller
from db.base import fetch, fetch_value
from db.catalog import Listing, Match, ProductFilter, ProductSort, words
from db.config import Database
from db.errors import BadRequest
from tests.conftest import NOW
from tests.goods import a_variant, add_product, make_shop

CLERK = Caller.system("tests")
SHOPPER = Caller.anonymous()


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def search(
    query: str,
    *,
    caller: Caller = SHOPPER,
    sort: ProductSort = ProductSort.RELEVANCE,
    after: catalog.Key | None = None,
    limit: int = 100,
) -> Listing:
    return await catalog.list_products(
        caller=caller,
        now=NOW,
        query=query,
        filter=ProductFilter(),
        sort=sort,
        after=after,
        limit=limit,
    )


async def titles(query: str, caller: Caller = SHOPPER) -> list[str]:
    return [found.title for found in (await search(query, caller=caller)).products]


class TestSearch:
    async def test_ranks_the_title_above_the_rest(self) -> None:
        await add_product("Vase", description="for a lamp")
        await add_product("Shade", attributes=[{"name": "for", "value": "lamp"}])
        await add_product("Lamp")
        assert await titles("lamps") == ["Lamp", "Shade", "Vase"]

    async def test_needs_all_the_words_wherever_they_are(self) -> None:
        red = [{"name": "color", "value": "red"}]
        await add_product("Mug", variants=[a_variant(options=red)])
        await add_product("Mug, blue")
        assert await titles("red mug") == ["Mug"]

    async def test_knows_quotes_and_minus(self) -> None:
        await add_product("Red glass vase")
        await add_product("Glass vase, red")
        await add_product("Red glass T-light")
        assert sorted(await titles('"red glass"')) == ["Red glass T-light", "Red glass vase"]
        assert sorted(await titles("glass -vase")) == ["Red glass T-light"]
        assert await titles("glass -t-light -red") == []

    @pytest.mark.parametrize("query", ["cafe", "CAFÉ", "set", "6", "SET/6", "creme 6", "50's"])
    async def test_folds_case_accents_and_punctuation(self, query: str) -> None:
        await add_product("Café crème SET/6 50'S style")
        assert len(await titles(query)) == 1

    @pytest.mark.parametrize(
        "sku", ["85123A", "AB/12.5", "it", "O'Neil-7", "--", "a\\b", "www.x.com", "x" * 100]
    )
    async def test_src_1_finds_any_sku_in_any_case(self, sku: str) -> None:
        await add_product("Other", variants=[a_variant()])
        await add_product("Wanted", variants=[a_variant(), a_variant(sku)])
        assert await titles(sku) == ["Wanted"]
        assert await titles(sku.upper()) == ["Wanted"]
        assert await titles(f"  {sku.lower()} ") == ["Wanted"]

    async def test_follows_every_change_at_once(self, now: datetime) -> None:
        product_id = await add_product("Lamp", variants=[a_variant("OLD")], published_at=NOW)
        await catalog.update_product(
            caller=CLERK, now=now, id=product_id, fields={"title": "Torch"}, if_version=2
        )
        ((variant,),) = await catalog.variants_by_product([product_id])
        await catalog.update_variant(
            caller=CLERK, now=now, id=variant.id, fields={"sku": "NEW"}, if_version=1
        )
        found = [bool(await titles(query)) for query in ("torch", "new", "lamp", "old")]
        assert found == [True, True, False, False]

    async def test_falls_back_to_what_looks_alike(self) -> None:
        await add_product("Bakelike alarm clock", variants=[a_variant("22727")])
        await add_product("Paper chain kit", variants=[a_variant("85123A")])
        assert await titles("alram clock") == ["Bakelike alarm clock"]
        assert await titles("8512A") == ["Paper chain kit"]
        assert (await search("alram clock")).match is Match.LIKENESS

    @pytest.mark.parametrize(
        ("query", "title"),
        [("hart", "HEART of wood"), ("lantren", "Red lantern"), ("doormt", "Doormat home")],
    )
    async def test_forgives_a_slip(self, query: str, title: str) -> None:
        await add_product("Zinc bucket")
        await add_product(title)
        assert await titles(query) == [title]

    @pytest.mark.parametrize("query", ["'", '"', "-", "!&|", "\\", "((", ":*", "''::", "%_", '-"a'])
    async def test_takes_any_text_for_words(self, query: str) -> None:
        await add_product("Lamp")
        assert await titles(query) == []
        counted = await catalog.count_products(
            caller=SHOPPER, now=NOW, query=query, filter=ProductFilter()
        )
        assert counted == 0

    async def test_refuses_a_query_that_is_too_long(self) -> None:
        with pytest.raises(BadRequest, match="query"):
            await search("x" * 201)

    async def test_without_a_word_lists_everything(self) -> None:
        await add_product("Lamp")
        assert await titles("   ") == ["Lamp"]

    async def test_counts_what_it_finds_by_words_or_by_likeness(self) -> None:
        await add_product("Alarm clock")
        await add_product("Door clock")

        async def count(query: str, match: Match | None = None) -> int | None:
            return await catalog.count_products(
                caller=SHOPPER, now=NOW, query=query, filter=ProductFilter(), match=match
            )

        assert await count("clock") == 2
        assert await count("zebra") == 0
        assert await count("alrm") == await count("alrm", Match.LIKENESS) == 1

    async def test_refuses_a_cursor_of_another_query(self) -> None:
        product_id = await add_product("Lamp")
        for query, match in (("lamp", Match.ALL), ("", Match.WORDS)):
            with pytest.raises(BadRequest, match="cursor"):
                await search(query, after=(match, 1, product_id))


ALPHABET = st.characters(categories=("L", "N", "P", "S", "Zs", "M"))
TITLES = st.lists(
    st.one_of(
        st.sampled_from(["SET/6", "T-light", "50's", "the", "www.x.com", "a@b.c", "3.5mm", "C++"]),
        st.text(ALPHABET, min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
SKUS = st.text(ALPHABET, min_size=1, max_size=40).map(str.strip).filter(bool)


class TestSRC1:
    @settings(
        max_examples=100,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(title=TITLES, sku=SKUS, is_visible=st.booleans())
    async def test_src_1_every_word_and_the_sku_find_what_is_visible_and_nothing_else(
        self, title: str, sku: str, is_visible: bool
    ) -> None:
        product_id = await add_product(
            title,
            variants=[a_variant(sku)],
            published_at=NOW if is_visible else NOW + timedelta(microseconds=1),
        )
        try:
            for word in [*await _words_to_find(title), sku]:
                found = await _ids(word, SHOPPER)
                assert (product_id in found) == is_visible, word
                assert product_id in await _ids(word, CLERK), word
            for text in (title, title[:7], sku[::-1]):
                assert is_visible or product_id not in await _ids(text, SHOPPER), text
        finally:
            await _forget(product_id)


async def _words_to_find(title: str) -> list[str]:
    """Split a title where people would; leave out what PostgreSQL takes for no word at all."""
    candidates = [word for word in title.split() if not word.startswith("-")]
    rows = await fetch(
        "SELECT word FROM unnest($1::text[], $2::text[]) AS given(word, plain)"
        " WHERE numnode(plainto_tsquery('english', plain)) > 0",
        candidates,
        [" ".join(words.words(word)) for word in candidates],
    )
    return [row[0] for row in rows]


async def _ids(query: str, caller: Caller) -> set[UUID]:
    return {found.id for found in (await search(query[:200], caller=caller)).products}


async def _forget(product_id: UUID) -> None:
    await fetch("DELETE FROM variant WHERE product_id = $1", product_id)
    await fetch("DELETE FROM product WHERE id = $1", product_id)


class TestSRC2:
    @pytest.mark.parametrize("sort", [ProductSort.RELEVANCE, ProductSort.NEWEST, ProductSort.TITLE])
    async def test_src_2_paging_while_writers_insert_repeats_nothing_and_skips_nothing(
        self, sort: ProductSort
    ) -> None:
        for number in range(12):
            await add_product(f"Lamp {'lamp ' * (number % 3)}{number}", published_at=NOW)
        there = await _ids("lamp", SHOPPER)

        seen: list[UUID] = []
        after = None
        while (found := await search("lamp", sort=sort, after=after, limit=5)).products:
            seen += [row.id for row in found.products]
            after = found.key(found.products[-1])
            if len(seen) < len(there):
                await add_product("Lamp lamp, new", published_at=NOW)
                await add_product("A lamp that came late", published_at=NOW - timedelta(days=1))

        assert len(seen) == len(set(seen))
        assert there <= set(seen)


async def test_refresh_fills_what_a_bulk_load_left_empty() -> None:
    first, second = await add_product("Lamp"), await add_product("Torch")
    await fetch("UPDATE product SET search = NULL, price_min = 0, price_max = 0")
    await catalog.refresh([first, second])

    assert await titles("torch") == ["Torch"]
    assert await fetch_value("SELECT min(price_min) FROM product") == 1000
