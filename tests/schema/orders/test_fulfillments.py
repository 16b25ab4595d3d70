"""Packing, shipping, delivering and unpacking over HTTP."""

from typing import Any, Final
from uuid import uuid4

import pytest

from db.access import Role
from db.base import fetch_value
from db.orders import Order
from tests import factories
from tests.client import Client
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("oracle")

SHOWN: Final = """
fulfillment { id status version tracking { carrier number url }
  lines { quantity orderLine { id quantityFulfilled } } }
order { status fulfillmentStatus version allowedActions }
userErrors { __typename code path message ... on StateError { current allowed } }"""
CREATE: Final = f"""
mutation($orderId: ID!, $lines: [OrderLineQuantityInput!], $key: String!) {{
  fulfillmentCreate(orderId: $orderId, lines: $lines, idempotencyKey: $key) {{ {SHOWN} }} }}"""
SHIP: Final = f"""
mutation($id: ID!, $tracking: TrackingInput, $key: String!) {{
  fulfillmentShip(id: $id, tracking: $tracking, idempotencyKey: $key) {{ {SHOWN} }} }}"""
DELIVER: Final = f"""
mutation($id: ID!, $key: String!) {{
  fulfillmentDeliver(id: $id, idempotencyKey: $key) {{ {SHOWN} }} }}"""
CANCEL: Final = f"""
mutation($id: ID!, $key: String!) {{
  fulfillmentCancel(id: $id, idempotencyKey: $key) {{ {SHOWN} }} }}"""


@pytest.fixture
async def packer(client: Client) -> Client:
    """Someone who packs."""
    return client.taking(factories.caller(await factories.user(role=Role.FULFILLMENT)))


async def do(someone: Client, mutation: str, **variables: Any) -> dict[str, Any]:
    """Run a mutation and return its payload."""
    (payload,) = (await someone.ask(mutation, **{"key": str(uuid4()), **variables})).values()
    return dict(payload)


async def pack(packer: Client, order: Order) -> str:
    payload = await do(packer, CREATE, orderId=order.typeid)
    return str(payload["fulfillment"]["id"])


async def line_ids(packer: Client, order: Order) -> list[str]:
    shown = await packer.ask(
        "query($id: ID!) { order(by: {id: $id}) { lines { id } } }", id=order.typeid
    )
    return [line["id"] for line in shown["order"]["lines"]]


class TestFulfillmentCreate:
    async def test_packs_all_that_is_left(self, packer: Client) -> None:
        order = await factories.order(units=(2, 1))

        payload = await do(packer, CREATE, orderId=order.typeid)

        assert payload["userErrors"] == []
        assert [line["quantity"] for line in payload["fulfillment"]["lines"]] == [2, 1]
        assert payload["fulfillment"]["status"] == "PACKING"
        assert payload["order"] == {
            "status": "PLACED",
            "fulfillmentStatus": "UNFULFILLED",
            "version": 2,
            "allowedActions": [],
        }

    async def test_names_what_cannot_be_packed_with_its_place(self, packer: Client) -> None:
        order = await factories.order(units=(2, 1))
        first, second = await line_ids(packer, order)
        lines = [
            {"orderLineId": first, "quantity": 3},
            {"orderLineId": first.replace("line_", "order_"), "quantity": 1},
            {"orderLineId": second, "quantity": 0},
        ]
        async with unchanged():
            malformed = await do(packer, CREATE, orderId=order.typeid, lines=lines)
            too_many = await do(packer, CREATE, orderId=order.typeid, lines=lines[:1])
            empty = await do(packer, CREATE, orderId=order.typeid, lines=[])

        assert [(error["code"], error["path"]) for error in malformed["userErrors"]] == [
            ("NOT_FOUND", ["lines", "1", "orderLineId"]),
            ("OUT_OF_RANGE", ["lines", "2", "quantity"]),
        ]
        assert [(error["code"], error["path"]) for error in too_many["userErrors"]] == [
            ("OUT_OF_RANGE", ["lines", "0", "quantity"])
        ]
        assert [error["path"] for error in empty["userErrors"]] == [["lines"]]

    async def test_refuses_in_the_wrong_state_and_shows_the_order(self, packer: Client) -> None:
        order = await factories.order()
        await pack(packer, order)
        async with unchanged():
            payload = await do(packer, CREATE, orderId=order.typeid)

        assert payload["userErrors"] == [
            {
                "__typename": "StateError",
                "code": "INVALID_STATE",
                "path": None,
                "message": "There is nothing to pack for this order.",
                "current": "PLACED",
                "allowed": [],
            }
        ]
        assert payload["fulfillment"] is None
        assert payload["order"]["status"] == "PLACED"

    async def test_replays_under_the_same_key(self, packer: Client) -> None:
        order = await factories.order()
        first = await do(packer, CREATE, orderId=order.typeid, key="k")
        again = await do(packer, CREATE, orderId=order.typeid, key="k")

        assert again == first
        assert await fetch_value("SELECT count(*) FROM fulfillment") == 1

    async def test_knows_no_order_that_is_not_there(self, packer: Client) -> None:
        for unknown in ("order_01jd9z6k3e8v7t0x2m4q5r6s7t", "nonsense"):
            payload = await do(packer, CREATE, orderId=unknown)
            (error,) = payload["userErrors"]
            assert (error["code"], error["path"]) == ("NOT_FOUND", ["orderId"])


class TestFulfillmentShip:
    async def test_ships_and_completes(self, packer: Client) -> None:
        parcel = await pack(packer, await factories.order())
        tracking = {"carrier": "Post", "number": "RR1", "url": "https://post.test/RR1"}

        payload = await do(packer, SHIP, id=parcel, tracking=tracking)

        assert payload["userErrors"] == []
        assert payload["fulfillment"]["status"] == "SHIPPED"
        assert payload["fulfillment"]["tracking"] == tracking
        assert payload["order"]["status"] == "COMPLETED"
        assert payload["order"]["fulfillmentStatus"] == "FULFILLED"

    async def test_refuses_an_address_that_is_none(self, packer: Client) -> None:
        parcel = await pack(packer, await factories.order())
        tracking = {"carrier": "", "number": "RR1", "url": "javascript:alert(1)"}
        async with unchanged():
            payload = await do(packer, SHIP, id=parcel, tracking=tracking)

        assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [
            ("REQUIRED", ["tracking", "carrier"]),
            ("INVALID", ["tracking", "url"]),
        ]

    async def test_refuses_a_parcel_that_has_left(self, packer: Client) -> None:
        parcel = await pack(packer, await factories.order())
        await do(packer, SHIP, id=parcel)
        async with unchanged():
            payload = await do(packer, SHIP, id=parcel)

        (error,) = payload["userErrors"]
        assert (error["current"], error["allowed"]) == ("SHIPPED", ["DELIVER"])
        assert payload["fulfillment"]["status"] == "SHIPPED"
        assert payload["order"]["status"] == "COMPLETED"


class TestFulfillmentDeliver:
    async def test_writes_down_that_it_has_arrived(self, packer: Client) -> None:
        parcel = await pack(packer, await factories.order())
        await do(packer, SHIP, id=parcel)

        payload = await do(packer, DELIVER, id=parcel)

        assert payload["fulfillment"]["status"] == "DELIVERED"
        assert payload["order"]["fulfillmentStatus"] == "DELIVERED"


class TestFulfillmentCancel:
    async def test_ful_3_frees_the_units(self, packer: Client) -> None:
        order = await factories.order()
        payload = await do(packer, CANCEL, id=await pack(packer, order))

        assert payload["fulfillment"]["status"] == "CANCELLED"
        assert payload["order"]["allowedActions"] == ["FULFILL"]
        assert await pack(packer, order)

    async def test_is_for_those_with_the_permission(self, packer: Client, client: Client) -> None:
        parcel = await pack(packer, await factories.order())
        support = client.taking(factories.caller(await factories.user(role=Role.SUPPORT)))
        async with unchanged():
            assert await support.codes(CANCEL, id=parcel, key="k") == ["FORBIDDEN"]
            assert await client.codes(CANCEL, id=parcel, key="k") == ["UNAUTHENTICATED"]
