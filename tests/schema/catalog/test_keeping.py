"""What staff do to the catalog over HTTP: every fault at once, and nothing changed by any."""

import asyncio
from typing import Any

import pytest

from db import ids
from db.access import Role
from db.base import fetch_value
from db.config import Database
from tests import factories
from tests.client import Client
from tests.goods import add_product, make_shop
from tests.snapshot import unchanged

ERRORS = """userErrors { __typename code path message
  ... on VersionError { currentVersion } ... on StateError { current allowed } }"""
PRODUCT = "product { id slug title status publishedAt version variants { id sku title } }"
CREATE = f"""mutation($input: ProductInput!, $variants: [VariantInput!]!, $key: String) {{
  productCreate(input: $input, variants: $variants, idempotencyKey: $key) {{
    {PRODUCT} {ERRORS} }} }}"""
UPDATE = f"""mutation($id: ID!, $input: ProductInput!, $version: Int!) {{
  productUpdate(id: $id, input: $input, ifVersion: $version) {{ {PRODUCT} {ERRORS} }} }}"""
STATUS = f"""mutation($id: ID!, $status: ProductStatus!, $at: DateTime, $version: Int!) {{
  productStatusUpdate(id: $id, status: $status, publishAt: $at, ifVersion: $version) {{
    {PRODUCT} {ERRORS} }} }}"""
VARIANT_CREATE = f"""mutation($id: ID!, $input: VariantInput!, $key: String) {{
  variantCreate(productId: $id, input: $input, idempotencyKey: $key) {{ {PRODUCT} {ERRORS} }} }}"""
VARIANT_UPDATE = f"""mutation($id: ID!, $input: VariantInput!, $version: Int!) {{
  variantUpdate(id: $id, input: $input, ifVersion: $version) {{ {PRODUCT} {ERRORS} }} }}"""
CATEGORY = "category { id slug title version parent { slug } }"
CATEGORY_CREATE = f"""mutation($input: CategoryInput!) {{
  categoryCreate(input: $input) {{ {CATEGORY} {ERRORS} }} }}"""
CATEGORY_UPDATE = f"""mutation($id: ID!, $input: CategoryInput!, $version: Int!) {{
  categoryUpdate(id: $id, input: $input, ifVersion: $version) {{ {CATEGORY} {ERRORS} }} }}"""
CATEGORY_DELETE = f"""mutation($id: ID!, $version: Int!) {{
  categoryDelete(id: $id, ifVersion: $version) {{ {CATEGORY} {ERRORS} }} }}"""


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "EUR"}


@pytest.fixture
async def clerk(client: Client, database: Database) -> Client:
    await make_shop()
    return client.taking(factories.caller(await factories.user(role=Role.CATALOG)))


async def make(clerk: Client, title: str = "Lamp", sku: str = "L-1") -> dict[str, Any]:
    made = await clerk.ask(
        CREATE, input={"title": title}, variants=[{"sku": sku, "price": euro("9.90")}]
    )
    product: dict[str, Any] = made["productCreate"]["product"]
    return product


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["code"], ".".join(each["path"] or ())) for each in payload["userErrors"]]


class TestProductCreate:
    async def test_makes_a_draft_with_its_opening_stock_once_per_key(self, clerk: Client) -> None:
        call: dict[str, Any] = {
            "input": {"title": "Lamp"},
            "variants": [{"sku": "L-1", "price": euro("9.9"), "initialOnHand": 7}],
            "key": "5f0c7a52-9d0e-4c33-8f6a-0d9a3c1c7a10",
        }
        first, again = [(await clerk.send(CREATE, **call)).json() for _ in range(2)]

        payload = first["data"]["productCreate"]
        assert payload["userErrors"] == []
        assert (payload["product"]["slug"], payload["product"]["status"]) == ("lamp", "DRAFT")
        assert again["data"] == first["data"]
        assert again["extensions"]["idempotency"]["replayed"] is True
        assert await fetch_value("SELECT sum(on_hand) FROM stock") == 7
        assert await fetch_value("SELECT count(*) FROM stock_movement") == 1

    async def test_names_every_fault_at_once(self, clerk: Client) -> None:
        pair = {"name": "n", "value": "v"}
        async with unchanged():
            made = await clerk.ask(
                CREATE,
                input={
                    "title": "x" * 201,
                    "slug": "Not a slug",
                    "description": "x" * 20_001,
                    "categoryIds": ["cat_x"] * 21,
                    "media": [{"url": "http://x.test/a.jpg"}],
                    "attributes": [pair] * 51,
                },
                variants=[
                    {"sku": "", "price": euro("1.999")},
                    {"sku": "A", "price": euro("x"), "options": [pair] * 6, "weightGrams": -1},
                    {"sku": "B", "price": {"amount": "1", "currencyCode": "EURO"}},
                ],
            )
        assert set(faults(made["productCreate"])) == {
            ("TOO_LONG", "input.title"),
            ("INVALID", "input.slug"),
            ("TOO_LONG", "input.description"),
            ("TOO_MANY", "input.categoryIds"),
            ("INVALID", "input.media.0.url"),
            ("TOO_MANY", "input.attributes"),
            ("REQUIRED", "variants.0.sku"),
            ("INVALID", "variants.0.price.amount"),
            ("INVALID", "variants.1.price.amount"),
            ("TOO_MANY", "variants.1.options"),
            ("OUT_OF_RANGE", "variants.1.weightGrams"),
            ("INVALID", "variants.2.price.currencyCode"),
        }
        assert made["productCreate"]["product"] is None

    @pytest.mark.parametrize(
        ("input", "variants", "expected"),
        [
            ({}, [{}], {("REQUIRED", "input.title")}),
            ({"title": "X"}, [], {("REQUIRED", "variants")}),
            (
                {"title": "X"},
                [{"sku": "A", "price": {"amount": "1", "currencyCode": "USD"}}],
                {("CURRENCY_MISMATCH", "variants.0.price.currencyCode")},
            ),
            (
                {"title": "X", "categoryIds": ["cat_x"]},
                [{"sku": "A", "price": euro("1")}],
                {("NOT_FOUND", "input.categoryIds.0")},
            ),
            (
                {"title": "X"},
                [{"sku": "A", "price": euro("1")}] * 251,
                {("TOO_MANY", "variants")},
            ),
        ],
        ids=["title", "variants", "currency", "category", "251"],
    )
    async def test_refuses(
        self,
        clerk: Client,
        input: dict[str, Any],
        variants: list[dict[str, Any]],
        expected: set[tuple[str, str]],
    ) -> None:
        async with unchanged():
            made = await clerk.ask(CREATE, input=input, variants=variants)
        assert expected <= set(faults(made["productCreate"]))

    async def test_cat_2_tells_where_a_sku_is_taken(self, clerk: Client) -> None:
        await make(clerk, sku="L-1")
        async with unchanged():
            made = await clerk.ask(
                CREATE,
                input={"title": "Other"},
                variants=[{"sku": sku, "price": euro("1")} for sku in ("NEW", "L-1")],
            )
        assert faults(made["productCreate"]) == [("TAKEN", "variants.1.sku")]


class TestProductUpdate:
    async def test_ver_1_the_loser_is_told_and_shown_what_is_there(self, clerk: Client) -> None:
        product = await make(clerk)

        async def edit(title: str, version: int) -> dict[str, Any]:
            data = await clerk.ask(
                UPDATE, id=product["id"], input={"title": title}, version=version
            )
            payload: dict[str, Any] = data["productUpdate"]
            return payload

        both = await asyncio.gather(edit("First", 1), edit("Second", 1))
        ((lost, title),) = [
            (each, title)
            for each, title in zip(both, ("First", "Second"), strict=True)
            if each["userErrors"]
        ]
        (error,) = lost["userErrors"]
        assert (error["__typename"], error["code"]) == ("VersionError", "VERSION_CONFLICT")
        assert error["currentVersion"] == 2
        assert lost["product"]["version"] == 2, "the payload shows what is there now"
        assert lost["product"]["title"] != title

        won = await edit(title, lost["product"]["version"])
        assert (won["userErrors"], won["product"]["title"]) == ([], title)

    async def test_of_nothing_is_not_found(self, clerk: Client) -> None:
        for product_id in ("prod_x", ids.encode("prod", ids.new())):
            data = await clerk.ask(UPDATE, id=product_id, input={}, version=1)
            assert faults(data["productUpdate"]) == [("NOT_FOUND", "id")]


class TestProductStatusUpdate:
    async def test_publishes_schedules_and_puts_away(self, clerk: Client, client: Client) -> None:
        product = await make(clerk)
        seen = "query($id: ID!) { product(by: {id: $id}) { title } }"

        async def to(status: str, version: int, at: str | None = None) -> dict[str, Any]:
            data = await clerk.ask(STATUS, id=product["id"], status=status, at=at, version=version)
            payload: dict[str, Any] = data["productStatusUpdate"]
            assert payload["userErrors"] == []
            shown: dict[str, Any] = payload["product"]
            return shown

        shown = await to("PUBLISHED", 1)
        assert shown["publishedAt"] == "2026-11-23T12:00:00.000000Z"
        assert (await client.ask(seen, id=product["id"]))["product"]
        assert (await to("DRAFT", 2))["publishedAt"] is None
        await to("PUBLISHED", 3, "2027-01-01T00:00:00+01:00")
        assert not (await client.ask(seen, id=product["id"]))["product"]
        assert (await to("ARCHIVED", 4))["version"] == 5

    async def test_tells_what_is_possible_instead(self, clerk: Client) -> None:
        product = await make(clerk)
        async with unchanged():
            data = await clerk.ask(STATUS, id=product["id"], status="DRAFT", version=1)
        (error,) = data["productStatusUpdate"]["userErrors"]
        assert (error["__typename"], error["code"]) == ("StateError", "INVALID_STATE")
        assert (error["current"], error["allowed"]) == ("DRAFT", ["PUBLISHED", "ARCHIVED"])
        assert error["path"] == ["status"]


class TestVariants:
    async def test_are_created_and_updated(self, clerk: Client) -> None:
        product = await make(clerk)
        data = await clerk.ask(
            VARIANT_CREATE,
            id=product["id"],
            input={"sku": "L-2", "price": euro("5"), "title": "Small", "initialOnHand": 2},
        )
        _, variant = data["variantCreate"]["product"]["variants"]
        data = await clerk.ask(
            VARIANT_UPDATE, id=variant["id"], input={"title": None, "sku": "L-3"}, version=1
        )
        shown = data["variantUpdate"]["product"]
        assert shown["version"] == 3
        assert shown["variants"][1] == {"id": variant["id"], "sku": "L-3", "title": "Lamp"}

    async def test_show_their_product_when_an_edit_is_refused(self, clerk: Client) -> None:
        product = await make(clerk)
        (variant,) = product["variants"]
        async with unchanged():
            for version, fields, expected in (
                (9, {"title": "X"}, ("VERSION_CONFLICT", "ifVersion")),
                (1, {"initialOnHand": 1}, ("INVALID", "input.initialOnHand")),
                (1, {"price": None}, ("REQUIRED", "input.price")),
            ):
                data = await clerk.ask(
                    VARIANT_UPDATE, id=variant["id"], input=fields, version=version
                )
                assert faults(data["variantUpdate"]) == [expected]
                assert data["variantUpdate"]["product"]["id"] == product["id"]

    async def test_of_an_unknown_product_are_refused(self, clerk: Client) -> None:
        data = await clerk.ask(
            VARIANT_CREATE,
            id=ids.encode("prod", ids.new()),
            input={"sku": "A", "price": euro("1")},
        )
        assert faults(data["variantCreate"]) == [("NOT_FOUND", "productId")]


class TestCategories:
    async def test_grow_move_and_go(self, clerk: Client) -> None:
        home = (await clerk.ask(CATEGORY_CREATE, input={"title": "Home"}))["categoryCreate"]
        lamps = (await clerk.ask(CATEGORY_CREATE, input={"title": "Lamps"}))["categoryCreate"]
        parent, child = home["category"]["id"], lamps["category"]["id"]

        moved = await clerk.ask(CATEGORY_UPDATE, id=child, input={"parentId": parent}, version=1)
        assert moved["categoryUpdate"]["category"]["parent"] == {"slug": "home"}

        circle = await clerk.ask(CATEGORY_UPDATE, id=parent, input={"parentId": child}, version=1)
        assert faults(circle["categoryUpdate"]) == [("INVALID", "input.parentId")]
        assert circle["categoryUpdate"]["category"]["version"] == 1

        kept = await clerk.ask(CATEGORY_DELETE, id=parent, version=1)
        assert faults(kept["categoryDelete"]) == [("IN_USE", "id")]
        gone = await clerk.ask(CATEGORY_DELETE, id=child, version=2)
        assert gone["categoryDelete"]["category"]["slug"] == "lamps"
        assert gone["categoryDelete"]["userErrors"] == []

    async def test_that_hold_products_leave_them(self, clerk: Client) -> None:
        made = (await clerk.ask(CATEGORY_CREATE, input={"title": "Home"}))["categoryCreate"]
        category = made["category"]["id"]
        await add_product(category_ids=[ids.decode("cat", category)])
        await clerk.ask(CATEGORY_DELETE, id=category, version=1)
        assert await fetch_value("SELECT count(*) FROM product") == 1
