"""One order over HTTP: the whole of it, and what of it is shown to whom."""

from typing import Final

import pytest

from db import ids
from db.access import ActorKind, Caller, Role
from db.base import execute
from db.config import Database
from db.orders import OrderAction, OrderEventKind, OrderStatus, Visibility, timeline
from db.payments.models import PaymentStatus
from db.users import Guest
from tests import factories
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_shop, make_variant
from tests.schema.orders.people import MAKER, sent_parcel, staff, taking

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
ACTIONS: Final = "query($id: ID!) { order(by: {id: $id}) { allowedActions } }"


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


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
        assert await may(await staff(client, Role.OWNER)) == [
            "CANCEL",
            "REFUND",
            "FULFILL",
            "EDIT",
        ]
