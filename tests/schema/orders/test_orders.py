"""Orders over HTTP: the whole of one, a page of them, and to whom they are shown."""

from typing import Any, Final
from uuid import UUID

import pytest

from db import ids, orders
from db.access import ActorKind, Caller, Role
from db.base import execute, fetch, fetch_value
from db.config import Database
from db.orders import Order, OrderAction, OrderEventKind, OrderStatus, Visibility, timeline
from db.payments.models import PaymentStatus
from db.users import Guest, User
from tests import factories
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_shop, make_variant
from tests.statements import statements

MAKER: Final = Caller.system("tests")
WHOLE: Final = """query($by: OrderBy!) { order(by: $by) {
  id number status paymentStatus fulfillmentStatus email customerNote
  customer { id }
  lines { id sku title options { name value } quantity quantityFulfilled quantityRefunded
    unitPrice { amount } subtotal { amount } discount { amount } taxRate tax { amount }
    total { amount currencyCode } variant { sku } }
  totals { subtotal { amount } discount { amount } shipping { amount } tax { amount }
    total { amount } taxLines { name rate base { amount } amount { amount } } }
  paid { amount } refunded { amount }
  shippingAddress { name line1 postalCode countryCode } billingAddress { name }
  shippingMethodName discountCode expiresAt createdAt placedAt cancelledAt cancelReason
  updatedAt version allowedActions
  payments { id gateway status amount { amount } captured { amount } refunded { amount }
    failureCode failureMessage createdAt order { number } }
  refunds { id amount { amount } status reason payment { id } order { number }
    lines { quantity } actor { kind label } settledAt }
  fulfillments { id status order { number } lines { quantity orderLine { sku } }
    tracking { carrier number url } shippedAt deliveredAt version }
  events { nodes { id kind visibility message actor { kind label } data createdAt }
    totalCount pageInfo { hasNextPage } }
} }"""
ORDERS: Final = """query($query: String, $filter: OrderFilter, $first: Int, $after: String) {
  orders(query: $query, filter: $filter, first: $first, after: $after) {
    nodes { number } totalCount pageInfo { hasNextPage endCursor } } }"""
ACTIONS: Final = "query($id: ID!) { order(by: {id: $id}) { allowedActions } }"
NODE: Final = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def staff(client: Client, role: Role) -> Client:
    return client.taking(factories.caller(await factories.user(role=role)))


def taking(client: Client, user: User) -> Client:
    return client.taking(factories.caller(user))


async def sent_parcel(order: Order) -> None:
    packed = await orders.create_fulfillment(caller=MAKER, now=NOW, order_id=order.id)
    await orders.ship_fulfillment(
        caller=MAKER,
        now=NOW,
        id=UUID(packed.ids["fulfillment"]),
        tracking={"carrier": "Post", "number": "RR1", "url": "https://post.test/RR1"},
    )


class TestOrder:
    async def test_shows_all_of_it_to_its_buyer(self, client: Client) -> None:
        ada = await factories.user(name="Ada")
        lantern = await make_variant(sku="LANTERN")
        order = await factories.order(
            owner=ada, units=(3,), variants=[lantern], number="1042", refunded=490
        )
        await sent_parcel(order)
        note = timeline.Entry(OrderEventKind.NOTE, "Fragile.", visibility=Visibility.STAFF)
        await timeline.add(order.id, note, caller=MAKER, now=NOW)

        shown = (await taking(client, ada).ask(WHOLE, by={"number": "1042"}))["order"]

        (line,) = shown.pop("lines")
        line.pop("id")
        assert line == {
            "sku": "LANTERN",
            "title": "Tea light",
            "options": [{"name": "color", "value": "red"}],
            "quantity": 3,
            "quantityFulfilled": 3,
            "quantityRefunded": 0,
            "unitPrice": {"amount": "10.00"},
            "subtotal": {"amount": "30.00"},
            "discount": {"amount": "0.00"},
            "taxRate": "19",
            "tax": {"amount": "4.79"},
            "total": {"amount": "30.00", "currencyCode": "EUR"},
            "variant": {"sku": "LANTERN"},
        }
        assert shown.pop("totals") == {
            "subtotal": {"amount": "30.00"},
            "discount": {"amount": "0.00"},
            "shipping": {"amount": "4.90"},
            "tax": {"amount": "5.57"},
            "total": {"amount": "34.90"},
            "taxLines": [
                {
                    "name": "VAT",
                    "rate": "19",
                    "base": {"amount": "29.33"},
                    "amount": {"amount": "5.57"},
                }
            ],
        }
        (payment,) = shown.pop("payments")
        payment_id = payment.pop("id")
        assert payment == {
            "gateway": "fake",
            "status": "CAPTURED",
            "amount": {"amount": "34.90"},
            "captured": {"amount": "34.90"},
            "refunded": {"amount": "4.90"},
            "failureCode": None,
            "failureMessage": None,
            "createdAt": "2026-11-23T12:00:00.000000Z",
            "order": {"number": "1042"},
        }
        (refund,) = shown.pop("refunds")
        refund.pop("id")
        assert refund == {
            "amount": {"amount": "4.90"},
            "status": "SUCCEEDED",
            "reason": "GOODWILL",
            "payment": {"id": payment_id},
            "order": {"number": "1042"},
            "lines": [],
            "actor": {"kind": "STAFF", "label": "Fiona"},
            "settledAt": "2026-11-23T12:00:00.000000Z",
        }
        (parcel,) = shown.pop("fulfillments")
        parcel.pop("id")
        assert parcel == {
            "status": "SHIPPED",
            "order": {"number": "1042"},
            "lines": [{"quantity": 3, "orderLine": {"sku": "LANTERN"}}],
            "tracking": {"carrier": "Post", "number": "RR1", "url": "https://post.test/RR1"},
            "shippedAt": "2026-11-23T12:00:00.000000Z",
            "deliveredAt": None,
            "version": 2,
        }
        events = shown.pop("events")
        assert [event["kind"] for event in events["nodes"]] == [
            "CREATED",
            "FULFILLMENT_CREATED",
            "FULFILLMENT_SHIPPED",
            "COMPLETED",
        ]
        assert events["totalCount"] == 4
        assert shown == {
            "id": order.typeid,
            "number": "1042",
            "status": "COMPLETED",
            "paymentStatus": "PARTIALLY_REFUNDED",
            "fulfillmentStatus": "FULFILLED",
            "email": "ada@example.com",
            "customerNote": None,
            "customer": {"id": ada.typeid},
            "paid": {"amount": "34.90"},
            "refunded": {"amount": "4.90"},
            "shippingAddress": {
                "name": "Ada Lovelace",
                "line1": "1 Analytical Way",
                "postalCode": "10115",
                "countryCode": "DE",
            },
            "billingAddress": None,
            "shippingMethodName": "Parcel",
            "discountCode": None,
            "expiresAt": None,
            "createdAt": "2026-11-23T12:00:00.000000Z",
            "placedAt": "2026-11-23T12:00:00.000000Z",
            "cancelledAt": None,
            "cancelReason": None,
            "updatedAt": "2026-11-23T12:00:00.000000Z",
            "version": 3,
            "allowedActions": [],
        }

    async def test_says_until_when_the_stock_is_held(self, client: Client) -> None:
        ada = await factories.user()
        order = await factories.order(status=OrderStatus.PENDING, owner=ada)
        shown = await taking(client, ada).ask(
            "query($id: ID!) { order(by: {id: $id}) { expiresAt allowedActions } }",
            id=order.typeid,
        )
        assert shown["order"] == {
            "expiresAt": "2026-11-23T12:15:00.000000Z",
            "allowedActions": ["PAY", "CANCEL"],
        }

    async def test_is_shown_to_the_guest_who_bought_it(self, client: Client) -> None:
        guest = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=ids.new())
        await Guest.create(id=guest.guest_id, created_at=NOW)
        order = await factories.order(guest_id=guest.guest_id)
        shown = await client.taking(guest).ask(WHOLE, by={"id": order.typeid})
        assert shown["order"]["email"] == "ada@example.com"
        assert shown["order"]["customer"] is None

    async def test_aut_2_is_nothing_to_others_by_id_and_by_number(self, client: Client) -> None:
        order = await factories.order(owner=await factories.user(), number="1042")
        eve = taking(client, await factories.user())
        for by in ({"id": order.typeid}, {"number": "1042"}, {"id": "order_x"}, {"id": ""}):
            assert await eve.ask(WHOLE, by=by) == {"order": None}

    async def test_shows_payment_details_to_staff_and_hides_them_from_the_buyer(
        self, client: Client
    ) -> None:
        ada = await factories.user()
        order = await factories.order(owner=ada, refunded=100)
        query = """query($id: ID!) { order(by: {id: $id}) {
          payments { reference operations { kind status amount { amount } settledAt } }
          refunds { note } } }"""

        for_staff = await (await staff(client, Role.FINANCE)).ask(query, id=order.typeid)
        for_buyer = (await taking(client, ada).send(query, id=order.typeid)).json()

        (payment,) = for_staff["order"]["payments"]
        assert payment["reference"] == "ch_1"
        assert [each["kind"] for each in payment["operations"]] == ["AUTHORIZE", "REFUND"]
        assert for_staff["order"]["refunds"] == [{"note": "Sorry."}]
        assert for_buyer["data"]["order"]["payments"] == [{"reference": None, "operations": None}]
        assert for_buyer["data"]["order"]["refunds"] == [{"note": None}]
        assert {error["extensions"]["code"] for error in for_buyer["errors"]} == {"FORBIDDEN"}

    async def test_shows_what_the_buyer_has_to_do_next_to_the_buyer_only(
        self, client: Client
    ) -> None:
        ada = await factories.user()
        order = await factories.order(
            owner=ada, status=OrderStatus.PENDING, payment=PaymentStatus.REQUIRES_ACTION
        )
        await execute(
            """UPDATE payment SET next_action = '{"kind": "REDIRECT", "url": "https://3ds.test/"}'"""
        )
        query = """query($id: ID!) { order(by: {id: $id}) { payments {
          nextAction { kind url clientSecret } } } }"""

        shown = await taking(client, ada).ask(query, id=order.typeid)
        hidden = (await (await staff(client, Role.SUPPORT)).send(query, id=order.typeid)).json()

        assert shown["order"]["payments"] == [
            {"nextAction": {"kind": "REDIRECT", "url": "https://3ds.test/", "clientSecret": None}}
        ]
        assert hidden["data"]["order"]["payments"] == [{"nextAction": None}]


class TestEvents:
    QUERY = """query($id: ID!, $first: Int, $after: String) { order(by: {id: $id}) {
      events(first: $first, after: $after) {
        edges { cursor node { kind visibility } } totalCount
        pageInfo { hasNextPage endCursor } } } }"""

    async def test_are_read_page_by_page(self, client: Client) -> None:
        order = await factories.order()
        await sent_parcel(order)
        support = await staff(client, Role.SUPPORT)
        kinds: list[str] = []
        after = None
        while True:
            shown = await support.ask(self.QUERY, id=order.typeid, first=3, after=after)
            page = shown["order"]["events"]
            kinds += [edge["node"]["kind"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert kinds == ["CREATED", "FULFILLMENT_CREATED", "FULFILLMENT_SHIPPED", "COMPLETED"]
        assert page["totalCount"] == 4

    async def test_refuse_a_cursor_of_another_list(self, client: Client) -> None:
        order = await factories.order()
        support = await staff(client, Role.SUPPORT)
        codes = await support.codes(self.QUERY, id=order.typeid, after="bm9uZQ")
        assert codes == ["BAD_REQUEST"]


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


class TestORD1:
    async def test_later_changes_of_the_catalog_do_not_touch_an_order(self, client: Client) -> None:
        lantern = await make_variant(sku="LANTERN")
        order = await factories.order(variants=[lantern])
        support = await staff(client, Role.SUPPORT)
        before = await support.ask(WHOLE, by={"id": order.typeid})

        await execute(
            "UPDATE variant SET sku = 'NEW', title = 'New', price = 1, options = '[]',"
            " tax_class = 'reduced', active = false"
        )
        await execute("UPDATE product SET title = 'New', status = 'ARCHIVED'")
        after = await support.ask(WHOLE, by={"id": order.typeid})

        for shown in (before, after):
            for line in shown["order"]["lines"]:
                line.pop("variant")
        assert after == before

    async def test_the_database_refuses_to_change_what_was_bought(self, client: Client) -> None:
        await factories.order()
        for column in ("unit_price", "quantity", "total", "tax"):
            with pytest.raises(Exception, match="never change"):
                await execute(f"UPDATE order_line SET {column} = {column} + 1")


class TestORD5:
    async def test_allowed_actions_are_the_callers(self, client: Client) -> None:
        ada = await factories.user()
        order = await factories.order(owner=ada)

        async def may(someone: Client) -> list[str]:
            allowed: list[str] = (await someone.ask(ACTIONS, id=order.typeid))["order"][
                "allowedActions"
            ]
            return allowed

        assert await may(taking(client, ada)) == [OrderAction.CANCEL]
        assert await may(await staff(client, Role.SUPPORT)) == ["CANCEL", "EDIT"]
        assert await may(await staff(client, Role.FULFILLMENT)) == ["FULFILL"]
        assert await may(await staff(client, Role.FINANCE)) == ["REFUND"]
        assert await may(await staff(client, Role.OWNER)) == ["CANCEL", "REFUND", "FULFILL", "EDIT"]
