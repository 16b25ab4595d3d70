"""Orders over HTTP: pages of them, and the way to everything by its id."""

from typing import Any, Final

import pytest

from db import ids
from db.access import Role
from db.base import fetch, fetch_value
from db.config import Database
from db.orders import OrderStatus
from tests import factories
from tests.client import Client
from tests.goods import make_shop, make_variant
from tests.schema.orders.people import sent_parcel, staff, taking
from tests.statements import statements

ORDERS: Final = """query($query: String, $filter: OrderFilter, $first: Int, $after: String) {
  orders(query: $query, filter: $filter, first: $first, after: $after) {
    nodes { number } totalCount pageInfo { hasNextPage endCursor } } }"""
NODE: Final = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


class TestOrders:
    async def test_finds_and_narrows_for_staff(self, client: Client) -> None:
        grace = await factories.user()
        await factories.order(number="1042", email="ada@example.com")
        await factories.order(number="1043", email="grace@example.com", owner=grace)
        await factories.order(number="1044", status=OrderStatus.COMPLETED)
        support = await staff(client, Role.SUPPORT)

        async def numbers(**how: Any) -> list[str]:
            page = (await support.ask(ORDERS, **how))["orders"]
            assert page["totalCount"] == len(page["nodes"])
            return [node["number"] for node in page["nodes"]]

        assert await numbers() == ["1044", "1043", "1042"]
        assert await numbers(query="grace@") == ["1043"]
        assert await numbers(filter={"statuses": ["COMPLETED"]}) == ["1044"]
        assert (
            await numbers(filter={"paymentStatuses": ["PAID"], "since": "2026-11-24T00:00:00Z"})
            == []
        )
        assert await numbers(filter={"fulfillmentStatuses": ["DELIVERED"]}) == ["1044"]
        assert await numbers(filter={"customerId": grace.typeid}) == ["1043"]
        assert await numbers(filter={"customerId": "user_x"}) == []
        assert await numbers(filter={"statuses": None}) == ["1044", "1043", "1042"]

    async def test_goes_from_page_to_page(self, client: Client) -> None:
        for number in range(5):
            await factories.order(number=str(number))
        support = await staff(client, Role.SUPPORT)
        seen: list[str] = []
        after = None
        while True:
            page = (await support.ask(ORDERS, first=2, after=after))["orders"]
            seen += [node["number"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == ["4", "3", "2", "1", "0"]

    @pytest.mark.parametrize(
        "how",
        [{"first": 0}, {"first": 101}, {"after": "x"}, {"filter": {"since": "yesterday"}}],
    )
    async def test_names_the_argument_that_cannot_be(
        self, client: Client, how: dict[str, Any]
    ) -> None:
        body = (await (await staff(client, Role.SUPPORT)).send(ORDERS, **how)).json()
        (error,) = body["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert next(iter(how)) in error["message"]

    @pytest.mark.parametrize("lines", [1, 5])
    async def test_twenty_with_their_lines_cost_as_many_statements_as_one(
        self, client: Client, lines: int
    ) -> None:
        query = """query($first: Int) { orders(first: $first) { nodes { number status
          paymentStatus fulfillmentStatus paid { amount } email allowedActions
          totals { total { amount } } lines { sku quantity total { amount } variant { sku } }
        } } }"""
        variants = [await make_variant() for _ in range(lines)]
        for _ in range(20):
            await factories.order(units=[1] * lines, variants=variants)
        support = await staff(client, Role.SUPPORT)

        costs = []
        for first in (1, 20):
            with statements() as sent:
                shown = await support.ask(query, first=first)
            assert len(shown["orders"]["nodes"]) == first
            costs.append(len(sent))

        assert costs[0] == costs[1] <= 4

    async def test_every_edge_of_twenty_costs_as_many_statements_as_of_one(
        self, client: Client
    ) -> None:
        query = """query($first: Int) { orders(first: $first) { nodes {
          customer { id } email customerNote shippingAddress { city }
          payments { operations { kind } order { number } }
          refunds { payment { id } lines { quantity } actor { user { id } } order { number } }
          fulfillments { order { number } lines { orderLine { sku } } }
          events(first: 2) { nodes { kind actor { user { id } } } }
        } } }"""
        for _ in range(20):
            await sent_parcel(await factories.order(owner=await factories.user(), refunded=100))
        support = await staff(client, Role.SUPPORT)

        costs = []
        for first in (1, 20):
            with statements() as sent:
                await support.ask(query, first=first)
            costs.append(len(sent))

        assert costs[0] == costs[1]


class TestUserOrders:
    async def test_are_the_viewers_own(self, client: Client) -> None:
        ada, eve = await factories.user(), await factories.user()
        await factories.order(owner=ada, number="1")
        await factories.order(owner=eve, number="2")
        query = "{ viewer { orders(first: 5) { nodes { number } totalCount } } }"

        shown = await taking(client, ada).ask(query)

        assert shown["viewer"]["orders"] == {"nodes": [{"number": "1"}], "totalCount": 1}

    async def test_with_their_lines_cost_three_statements(self, client: Client) -> None:
        """Who asks, their orders, the lines: nobody is read twice."""
        ada = await factories.user()
        for _ in range(3):
            await factories.order(owner=ada)
        mine = client.holding(token=await factories.sign_in(ada))
        query = "{ viewer { email orders(first: 2) { nodes { number lines { sku } } } } }"

        with statements() as sent:
            shown = await mine.ask(query)

        assert shown["viewer"]["email"] == ada.email
        assert len(shown["viewer"]["orders"]["nodes"]) == 2
        assert len(sent) == 3, sent

    async def test_are_for_staff_who_read_orders(self, client: Client) -> None:
        ada = await factories.user()
        await factories.order(owner=ada, number="1")
        query = "query($id: ID!) { node(id: $id) { ... on User { orders { nodes { number } } } } }"
        shown = await (await staff(client, Role.SUPPORT)).ask(query, id=ada.typeid)
        assert shown["node"]["orders"]["nodes"] == [{"number": "1"}]


class TestNode:
    async def test_finds_everything_of_an_order_for_those_who_may_see_it(
        self, client: Client
    ) -> None:
        ada = await factories.user()
        await sent_parcel(await factories.order(owner=ada, refunded=100))
        tables = {
            "order": ("orders", "Order"),
            "line": ("order_line", "OrderLine"),
            "oev": ("order_event", "OrderEvent"),
            "pay": ("payment", "Payment"),
            "ref": ("refund", "Refund"),
            "ful": ("fulfillment", "Fulfillment"),
        }
        known = {
            ids.encode(prefix, await fetch_value(f"SELECT id FROM {table} LIMIT 1")): type_
            for prefix, (table, type_) in tables.items()
        }
        expected = [{"__typename": type_, "id": typeid} for typeid, type_ in known.items()]

        for someone in (taking(client, ada), await staff(client, Role.FULFILLMENT)):
            assert (await someone.ask(NODE, ids=list(known)))["nodes"] == expected
        for other in (client, taking(client, await factories.user())):
            assert (await other.ask(NODE, ids=list(known)))["nodes"] == [None] * len(known)

    async def test_leads_from_a_movement_to_its_order(self, client: Client) -> None:
        await factories.order(number="1042")
        ((movement,),) = await fetch("SELECT id FROM stock_movement WHERE kind = 'RESERVE'")
        query = "query($id: ID!) { node(id: $id) { ... on StockMovement { order { number } } } }"
        shown = await (await staff(client, Role.FULFILLMENT)).ask(
            query, id=ids.encode("mov", movement)
        )
        assert shown["node"] == {"order": {"number": "1042"}}
