"""What shoppers see of the catalog, over HTTP, and how few statements it costs."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db import catalog, ids
from db.access import Caller, Role
from db.base import execute
from db.config import Database
from tests import factories
from tests.client import Client, StoppedClock
from tests.conftest import NOW
from tests.goods import a_variant, add_product, make_shop, make_variant
from tests.statements import statements

CLERK = Caller.system("tests")
PRODUCTS = """query($query: String, $filter: ProductFilter, $sort: ProductSort! = RELEVANCE,
                    $first: Int, $after: String) {
  products(query: $query, filter: $filter, sort: $sort, first: $first, after: $after) {
    nodes { title } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }"""
FULL_PAGE = """{ products(first: 24) { edges { cursor node {
  id slug title description status publishedAt createdAt updatedAt version
  priceMin { amount currencyCode } priceMax { amount } media { url alt kind }
  attributes { name value } categories { id title }
  variants { id sku title options { name value } price { amount } compareAtPrice { amount }
             taxClass weightGrams active inStock availableQuantity version } } } } }"""


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def a_clerk(client: Client, role: Role = Role.CATALOG) -> Client:
    return client.taking(factories.caller(await factories.user(role=role)))


async def grow(title: str, parent_id: UUID | None = None) -> UUID:
    outcome = await catalog.create_category(
        caller=CLERK, now=NOW, fields={"title": title, "parent_id": parent_id}
    )
    return UUID(outcome.ids["category"])


async def a_full_product(title: str) -> UUID:
    return await add_product(
        title,
        description="*Bright*",
        category_ids=[await grow("Light")],
        media=[{"url": "https://x.test/1.jpg", "alt": "Front", "kind": "IMAGE"}],
        attributes=[{"name": "material", "value": "brass"}],
        variants=[
            a_variant(f"{title}-S", 900, options=[{"name": "size", "value": "S"}]),
            a_variant(f"{title}-L", 1200, compare_at_price=None, weight_grams=700),
            a_variant(f"{title}-X", 1, active=False),
        ],
    )


class TestProduct:
    @pytest.mark.parametrize("by", ["id", "slug"])
    async def test_is_shown_whole(self, client: Client, by: str) -> None:
        product_id = await a_full_product("Lamp")
        await execute("UPDATE stock SET on_hand = 11 FROM variant WHERE id = variant_id")
        value = {"id": ids.encode("prod", product_id), "slug": "lamp"}[by]
        shown = await client.ask(
            """query($by: ProductBy!) { product(by: $by) { id slug description status version
                 publishedAt priceMin { amount currencyCode } priceMax { amount }
                 media { url alt kind } attributes { name value } categories { slug }
                 variants { sku title options { name value } inStock availableQuantity
                            product { slug } } } }""",
            by={by: value},
        )
        assert shown["product"] == {
            "id": ids.encode("prod", product_id),
            "slug": "lamp",
            "description": "*Bright*",
            "status": "PUBLISHED",
            "version": 2,
            "publishedAt": "2026-11-01T00:00:00.000000Z",
            "priceMin": {"amount": "9.00", "currencyCode": "EUR"},
            "priceMax": {"amount": "12.00"},
            "media": [{"url": "https://x.test/1.jpg", "alt": "Front", "kind": "IMAGE"}],
            "attributes": [{"name": "material", "value": "brass"}],
            "categories": [{"slug": "light"}],
            "variants": [
                {
                    "sku": "Lamp-S",
                    "title": "S",
                    "options": [{"name": "size", "value": "S"}],
                    "inStock": True,
                    "availableQuantity": 10,
                    "product": {"slug": "lamp"},
                },
                {
                    "sku": "Lamp-L",
                    "title": "Lamp",
                    "options": [],
                    "inStock": True,
                    "availableQuantity": 10,
                    "product": {"slug": "lamp"},
                },
            ],
        }

    async def test_that_is_not_visible_looks_like_none(
        self, client: Client, clock: StoppedClock
    ) -> None:
        coming = await add_product("Coming", published_at=NOW + timedelta(hours=1))
        ((variant,),) = await catalog.variants_by_product([coming])
        query = """query($id: ID!, $ids: [ID!]!) { product(by: {id: $id}) { title }
                     node(id: $id) { id } nodes(ids: $ids) { id } }"""
        named = ids.encode("prod", coming)
        sought: dict[str, Any] = {"id": named, "ids": [named, ids.encode("var", variant.id), "x"]}
        nothing = {"product": None, "node": None, "nodes": [None, None, None]}

        assert await client.ask(query, **sought) == nothing
        shown = await (await a_clerk(client)).ask(query, **sought)
        assert shown["product"] == {"title": "Coming"}
        assert [each and each["id"] for each in shown["nodes"]] == [*sought["ids"][:2], None]

        clock.instant = NOW + timedelta(hours=1)
        assert (await client.ask(query, **sought))["node"] == {"id": named}

    async def test_says_what_can_be_had_exactly_to_those_who_may_know(self, client: Client) -> None:
        product_id = await add_product(variants=[a_variant("A"), a_variant("B", track_stock=False)])
        await execute(
            "UPDATE stock SET on_hand = 37, reserved = 5 FROM variant"
            " WHERE id = variant_id AND sku = 'A'"
        )
        query = """query($id: ID!) { product(by: {id: $id}) {
                     variants { sku inStock availableQuantity } } }"""

        async def quantities(by: Client) -> list[tuple[str, bool, int | None]]:
            shown = await by.ask(query, id=ids.encode("prod", product_id))
            return [tuple(each.values()) for each in shown["product"]["variants"]]

        assert await quantities(client) == [("A", True, 10), ("B", True, None)]
        clerk = await a_clerk(client, Role.SUPPORT)
        assert await quantities(clerk) == [("A", True, 32), ("B", True, None)]

        await execute("UPDATE stock SET reserved = on_hand")
        assert (await quantities(client))[0] == ("A", False, 0)

    @pytest.mark.parametrize("microseconds", [0, 1, 123_457, 999_999])
    async def test_is_in_stock_from_the_very_instant_on_that_it_is_published(
        self, client: Client, clock: StoppedClock, microseconds: int
    ) -> None:
        opening = NOW + timedelta(days=1, microseconds=microseconds)
        product_id = await add_product(variants=[a_variant(track_stock=False)])
        await execute("UPDATE product SET published_at = $1 WHERE id = $2", opening, product_id)
        clerk = await a_clerk(client)
        query = "query($id: ID!) { product(by: {id: $id}) { variants { inStock } } }"
        seen = []
        for before in (1, 0):
            clock.instant = opening - timedelta(microseconds=before)
            shown = await clerk.ask(query, id=ids.encode("prod", product_id))
            seen += [each["inStock"] for each in shown["product"]["variants"]]
        assert seen == [False, True]

    async def test_staff_see_the_variants_that_are_not_active(self, client: Client) -> None:
        await a_full_product("Lamp")
        query = '{ product(by: {slug: "lamp"}) { variants { sku active inStock } } }'
        assert len((await client.ask(query))["product"]["variants"]) == 2
        shown = await (await a_clerk(client)).ask(query)
        assert shown["product"]["variants"][2] == {
            "sku": "Lamp-X",
            "active": False,
            "inStock": False,
        }


class TestProducts:
    async def test_pages_with_a_count(self, client: Client) -> None:
        for title in ("C", "A", "B"):
            await add_product(title)
        first = (await client.ask(PRODUCTS, sort="TITLE", first=2))["products"]
        assert [each["title"] for each in first["nodes"]] == ["A", "B"]
        assert first["totalCount"] == 3
        assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (
            True,
            False,
        )
        after = first["pageInfo"]["endCursor"]
        second = (await client.ask(PRODUCTS, sort="TITLE", first=2, after=after))["products"]
        assert [each["title"] for each in second["nodes"]] == ["C"]
        assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (
            False,
            True,
        )

    @pytest.mark.parametrize("sort", ["RELEVANCE", "NEWEST", "PRICE_ASC", "PRICE_DESC", "TITLE"])
    @pytest.mark.parametrize("query", [None, "lantern", "lantren"])
    async def test_pages_in_every_order_however_found(
        self, client: Client, sort: str, query: str | None
    ) -> None:
        longest = "Ω" * 150
        for number in range(5):
            await add_product(f"Lantern {longest} {number}", variants=[a_variant(price=number)])
        seen: list[str] = []
        after = None
        while True:
            data = await client.ask(PRODUCTS, query=query, sort=sort, first=2, after=after)
            found = data["products"]
            seen += [each["title"] for each in found["nodes"]]
            assert found["totalCount"] == 5
            after = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
        assert len(seen) == len(set(seen)) == 5

    async def test_narrows_by_all_at_once(self, client: Client) -> None:
        lamps = await grow("Lamps", await grow("Home"))
        wanted = await add_product(
            "Wanted", category_ids=[lamps], variants=[a_variant("W", 1500, track_stock=False)]
        )
        await add_product("Elsewhere", variants=[a_variant(price=1500, track_stock=False)])
        await add_product("Sold out", category_ids=[lamps], variants=[a_variant(price=1500)])
        await add_product("Dear", category_ids=[lamps], variants=[a_variant(track_stock=False)])
        found = await client.ask(
            PRODUCTS,
            filter={
                "categoryId": ids.encode("cat", lamps),
                "priceMin": {"amount": "15", "currencyCode": "EUR"},
                "priceMax": {"amount": "15.00", "currencyCode": "EUR"},
                "inStock": True,
                "statuses": ["DRAFT"],
            },
        )
        assert found["products"]["nodes"] == [{"title": "Wanted"}], wanted

    @pytest.mark.parametrize(
        ("variables", "named"),
        [
            ({"first": 101}, "first"),
            ({"after": "x"}, "after"),
            ({"query": "x" * 201}, "query"),
            ({"filter": {"priceMin": {"amount": "1", "currencyCode": "USD"}}}, "filter.priceMin"),
            ({"filter": {"priceMin": {"amount": "x", "currencyCode": "EUR"}}}, "filter.priceMin"),
        ],
    )
    async def test_refuses_bad_arguments_by_name(
        self, client: Client, variables: dict[str, Any], named: str
    ) -> None:
        body = (await client.send(PRODUCTS, **variables)).json()
        (error,) = body["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert error["message"].startswith(named)

    async def test_refuses_a_cursor_of_another_order(self, client: Client) -> None:
        await add_product("A")
        page = (await client.ask(PRODUCTS, sort="TITLE"))["products"]
        cursor = page["pageInfo"]["endCursor"]
        assert await client.codes(PRODUCTS, sort="PRICE_ASC", after=cursor) == ["BAD_REQUEST"]
        assert await client.codes(PRODUCTS, query="a", sort="TITLE", after=cursor) == [
            "BAD_REQUEST"
        ]

    async def test_of_an_unknown_category_are_none(self, client: Client) -> None:
        await add_product("A")
        for category in ("cat_x", ids.encode("cat", ids.new())):
            found = await client.ask(PRODUCTS, filter={"categoryId": category})
            assert found["products"]["nodes"] == []


class TestCategories:
    async def test_are_a_tree(self, client: Client) -> None:
        home = await grow("Home")
        await grow("Lamps", home)
        shown = await client.ask(
            """{ categories { slug position parent { slug } children { slug } }
                 category(slug: "home") { title version children { parent { title } } }
                 none: category(slug: "none") { title } }"""
        )
        assert shown["categories"] == [
            {"slug": "home", "position": 0, "parent": None, "children": [{"slug": "lamps"}]},
            {"slug": "lamps", "position": 0, "parent": {"slug": "home"}, "children": []},
        ]
        assert shown["category"]["children"] == [{"parent": {"title": "Home"}}]
        assert shown["none"] is None

    async def test_list_what_is_published_here_and_below_whoever_asks(self, client: Client) -> None:
        home = await grow("Home")
        lamps = await grow("Lamps", home)
        await add_product("Old", category_ids=[home], published_at=NOW - timedelta(days=1))
        await add_product("New", category_ids=[lamps], published_at=NOW)
        await add_product("Draft", category_ids=[lamps], published_at=None)
        query = '{ category(slug: "home") { products { nodes { title } totalCount } } }'
        for asking in (client, await a_clerk(client)):
            shown = await asking.ask(query)
            assert shown["category"]["products"] == {
                "nodes": [{"title": "New"}, {"title": "Old"}],
                "totalCount": 2,
            }


class TestStatements:
    @pytest.mark.parametrize("is_staff", [False, True])
    async def test_a_full_page_costs_the_same_for_24_products_as_for_1(
        self, client: Client, is_staff: bool
    ) -> None:
        asking = await a_clerk(client) if is_staff else client

        async def cost() -> int:
            with statements() as sent:
                shown = await asking.ask(FULL_PAGE)
            assert shown["products"]["edges"]
            return len(sent)

        await a_full_product("Lamp")
        for_one = await cost()
        for number in range(23):
            await a_full_product(f"Lamp {number}")
        assert await cost() == for_one == 3, "products, categories, variants with their stock"

    async def test_variants_cost_one_statement_more_than_products(self, client: Client) -> None:
        for number in range(24):
            await make_variant(sku=f"S-{number}")
        with statements() as sent:
            await client.ask("{ products(first: 24) { nodes { title variants { sku } } } }")
        assert len(sent) == 2
        with statements() as sent:
            await client.ask('{ products(query: "light", first: 24) { nodes { id } totalCount } }')
        assert len(sent) <= 4

    async def test_products_of_many_categories_cost_the_same_as_those_of_one(
        self, client: Client
    ) -> None:
        async def cost() -> int:
            with statements() as sent:
                await client.ask("{ categories { products(first: 2) { nodes { title } } } }")
            return len(sent)

        await add_product("Lamp", category_ids=[await grow("Lamps")])
        for_one = await cost()
        for number in range(5):
            await add_product(f"Jug {number}", category_ids=[await grow(f"Jugs {number}")])
        assert await cost() == for_one == 2, "categories, products"
