"""Stock over HTTP: what those do who look after it."""

from typing import Any, Final
from uuid import UUID

import pytest

from db import ids, stock
from db.access import Caller, Role
from db.base import atomically
from db.stock import Units
from tests import factories
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_order, make_shop, make_variant
from tests.snapshot import unchanged
from tests.statements import statements

ERRORS: Final = """userErrors { code path message
  ... on StockError { variant { sku } requested available }
  ... on VersionError { currentVersion } }"""
STOCK: Final = "variants { sku stock { onHand reserved available } }"
ADJUST: Final = f"""mutation($changes: [StockAdjustInput!]!, $key: String! = "k") {{
  stockAdjust(changes: $changes, idempotencyKey: $key) {{ {STOCK} {ERRORS} }} }}"""
COUNT: Final = f"""mutation($counts: [StockCountInput!]!, $key: String! = "k") {{
  stockCount(counts: $counts, idempotencyKey: $key) {{ {STOCK} {ERRORS} }} }}"""
VARIANTS: Final = """query($filter: VariantFilter, $query: String, $first: Int, $after: String) {
  variants(filter: $filter, query: $query, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { sku stock { onHand available lowAt updatedAt movements(first: 1) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes { id kind reason onHandDelta reservedDelta onHand reserved note createdAt
              variant { sku } actor { kind label } } } } } } }"""

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
async def clerk(client: Client) -> Client:
    """Someone of the warehouse."""
    await make_shop()
    return client.taking(
        factories.caller(await factories.user(role=Role.FULFILLMENT, name="Clara"))
    )


def change(variant: UUID, delta: int, **others: Any) -> dict[str, Any]:
    return {"variantId": ids.encode("var", variant), "delta": delta, "reason": "RECEIVED", **others}


def counted(variant: UUID, on_hand: int, if_on_hand: int) -> dict[str, Any]:
    return {
        "variantId": ids.encode("var", variant),
        "onHand": on_hand,
        "ifOnHand": if_on_hand,
    }


async def reserve(variant: UUID, many: int) -> None:
    order_id = await make_order()
    system = Caller.system("tests")
    units = [Units(variant, many)]
    await atomically(
        lambda: stock.reserve(
            units, order_id=order_id, caller=system, now=NOW, labels={variant: "it"}
        )
    )


class TestStockAdjust:
    async def test_changes_the_stock_once_for_one_key(self, clerk: Client) -> None:
        one, two = await make_variant(sku="A", on_hand=5), await make_variant(sku="B", on_hand=5)
        changes = [change(two, -2), change(one, 3)]
        first, again = [(await clerk.ask(ADJUST, changes=changes))["stockAdjust"] for _ in range(2)]
        assert again == first
        assert first["userErrors"] == []
        assert first["variants"] == [
            {"sku": "B", "stock": {"onHand": 3, "reserved": 0, "available": 3}},
            {"sku": "A", "stock": {"onHand": 8, "reserved": 0, "available": 8}},
        ]

    async def test_leaves_what_is_promised_to_orders(self, clerk: Client) -> None:
        variant = await make_variant(sku="A", on_hand=50)
        await reserve(variant, 30)
        async with unchanged():
            refused = (await clerk.ask(ADJUST, changes=[change(variant, -30)]))["stockAdjust"]
        assert refused["userErrors"] == [
            {
                "code": "OUT_OF_STOCK",
                "path": ["changes", "0", "delta"],
                "message": "30 of the 50 on hand of A are promised to orders: 20 would be too few.",
                "variant": {"sku": "A"},
                "requested": 30,
                "available": 20,
            }
        ]
        assert refused["variants"][0]["stock"]["onHand"] == 50

    @pytest.mark.parametrize(
        ("changes", "code", "path"),
        [
            ([], "REQUIRED", ["changes"]),
            ([change(ids.new(), 1)] * 251, "TOO_MANY", ["changes"]),
            ([change(ids.new(), 1)], "NOT_FOUND", ["changes", "0", "variantId"]),
            ([change(ids.new(), 1, note="x" * 2001)], "TOO_LONG", ["changes", "0", "note"]),
        ],
    )
    async def test_checks_what_is_sent(
        self, clerk: Client, changes: list[Any], code: str, path: list[str]
    ) -> None:
        async with unchanged():
            refused = (await clerk.ask(ADJUST, changes=changes))["stockAdjust"]
        assert [(one["code"], one["path"]) for one in refused["userErrors"]] == [(code, path)]


class TestStockCount:
    async def test_sets_what_was_found(self, clerk: Client) -> None:
        variant = await make_variant(on_hand=5)
        done = (await clerk.ask(COUNT, counts=[counted(variant, 7, 5)]))["stockCount"]
        assert done["userErrors"] == []
        assert done["variants"][0]["stock"]["onHand"] == 7

    async def test_ver_3_a_stale_count_is_told_what_is_there_now(self, clerk: Client) -> None:
        variant = await make_variant(on_hand=5)
        await clerk.ask(ADJUST, changes=[change(variant, -1)])
        async with unchanged():
            refused = (await clerk.ask(COUNT, counts=[counted(variant, 5, 5)], key="2"))[
                "stockCount"
            ]
        (error,) = refused["userErrors"]
        assert (error["code"], error["path"], error["currentVersion"]) == (
            "VERSION_CONFLICT",
            ["counts", "0", "ifOnHand"],
            4,
        )
        assert refused["variants"][0]["stock"]["onHand"] == 4


class TestVariants:
    async def test_shows_stock_with_its_movements(self, clerk: Client) -> None:
        variant = await make_variant(sku="A", on_hand=5, low_at=2)
        await clerk.ask(ADJUST, changes=[change(variant, -4, note="wet", reason="DAMAGED")])
        await make_variant(sku="B", on_hand=50)
        shown = (await clerk.ask(VARIANTS, filter={"availableAtMost": 1}))["variants"]
        assert (shown["totalCount"], [one["sku"] for one in shown["nodes"]]) == (1, ["A"])
        level = shown["nodes"][0]["stock"]
        assert (level["onHand"], level["available"], level["lowAt"]) == (1, 1, 2)
        page = level["movements"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (2, True)
        (movement,) = page["nodes"]
        expected = {
            "kind": "ADJUST",
            "reason": "DAMAGED",
            "onHandDelta": -4,
            "reservedDelta": 0,
            "onHand": 1,
            "reserved": 0,
            "note": "wet",
            "createdAt": "2026-11-23T12:00:00.000000Z",
            "variant": {"sku": "A"},
        }
        assert {name: movement[name] for name in expected} == expected
        assert (movement["actor"]["kind"], movement["actor"]["label"]) == ("STAFF", "Clara")

    async def test_pages_by_sku(self, clerk: Client) -> None:
        for sku in ("C", "A", "B"):
            await make_variant(sku=sku)
        first = (await clerk.ask(VARIANTS, first=2))["variants"]
        rest = (await clerk.ask(VARIANTS, first=2, after=first["pageInfo"]["endCursor"]))[
            "variants"
        ]
        assert [[one["sku"] for one in page["nodes"]] for page in (first, rest)] == [
            ["A", "B"],
            ["C"],
        ]
        assert [page["pageInfo"]["hasNextPage"] for page in (first, rest)] == [True, False]

    async def test_costs_as_many_statements_for_ten_as_for_one(self, clerk: Client) -> None:
        counts = []
        for many in (1, 10):
            for _ in range(many):
                await make_variant()
            with statements() as sent:
                await clerk.ask(VARIANTS, first=many)
            counts.append(len(sent))
        assert counts[0] == counts[1]

    async def test_is_not_for_customers(self, clerk: Client, client: Client) -> None:
        ada = client.taking(factories.caller(await factories.user()))
        assert await ada.codes(VARIANTS) == ["FORBIDDEN"]
        assert await client.codes(VARIANTS) == ["UNAUTHENTICATED"]

    async def test_a_movement_is_found_by_its_id_by_staff_alone(
        self, clerk: Client, client: Client
    ) -> None:
        await make_variant()
        shown = (await clerk.ask(VARIANTS))["variants"]["nodes"][0]["stock"]
        movement = shown["movements"]["nodes"][0]["id"]
        node = "query($id: ID!) { node(id: $id) { ... on StockMovement { onHand } } }"
        assert await clerk.ask(node, id=movement) == {"node": {"onHand": 100}}
        assert await client.ask(node, id=movement) == {"node": None}
