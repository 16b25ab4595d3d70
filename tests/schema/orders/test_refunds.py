"""Giving goods and money back over HTTP."""

from typing import Any, Final
from uuid import uuid4

import pytest

from db.access import Role
from db.base import execute
from db.orders import Order
from tests import factories
from tests.client import Client
from tests.schema.orders.people import sent_parcel, staff
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("oracle")

REFUND: Final = """
mutation($input: RefundInput!, $key: String!) {
  refundCreate(input: $input, idempotencyKey: $key) {
    refund { id amount { amount currencyCode } status reason note settledAt
             actor { kind label } payment { id refunded { amount } } order { id }
             lines { quantity restocked orderLine { id quantityRefunded } } }
    order { id status paymentStatus refunded { amount } allowedActions refunds { id } }
    userErrors { __typename code path message ... on StateError { current allowed } } } }"""


@pytest.fixture
async def fiona(client: Client) -> Client:
    """Someone who looks after the money."""
    return await staff(client, Role.FINANCE)


async def paid(**fields: Any) -> Order:
    """Add an order of 2 and 1 at 10.00 EUR and 4.90 shipping; staff send its money back."""
    order = await factories.order(units=(2, 1), **fields)
    await execute("UPDATE payment SET gateway = 'manual'")
    return order


async def refund(someone: Client, order: Order, key: str | None = None, **asked: Any) -> Any:
    asked = {"orderId": order.typeid, "reason": "OTHER", **asked}
    payload = await someone.ask(REFUND, input=asked, key=key or str(uuid4()))
    return payload["refundCreate"]


async def line_ids(someone: Client, order: Order) -> list[str]:
    shown = await someone.ask(
        "query($id: ID!) { order(by: {id: $id}) { lines { id } } }", id=order.typeid
    )
    return [line["id"] for line in shown["order"]["lines"]]


class TestRefundCreate:
    async def test_gives_units_and_an_amount_back(self, fiona: Client) -> None:
        order = await paid()
        await sent_parcel(order)
        first, _ = await line_ids(fiona, order)

        payload = await refund(
            fiona,
            order,
            lines=[{"orderLineId": first, "quantity": 1, "restock": True}],
            extraAmount={"amount": "4.90", "currencyCode": "EUR"},
            reason="RETURNED",
            note="Too small.",
        )

        assert payload["userErrors"] == []
        shown = payload["refund"]
        assert shown["amount"] == {"amount": "14.90", "currencyCode": "EUR"}
        assert (shown["status"], shown["reason"], shown["note"]) == (
            "SUCCEEDED",
            "RETURNED",
            "Too small.",
        )
        assert shown["actor"] == {"kind": "STAFF", "label": "Ada Lovelace"}
        assert shown["payment"]["refunded"] == {"amount": "14.90"}
        assert shown["lines"] == [
            {"quantity": 1, "restocked": True, "orderLine": {"id": first, "quantityRefunded": 1}}
        ]
        assert payload["order"] == {
            "id": order.typeid,
            "status": "COMPLETED",
            "paymentStatus": "PARTIALLY_REFUNDED",
            "refunded": {"amount": "14.90"},
            "allowedActions": ["REFUND"],
            "refunds": [{"id": shown["id"]}],
        }

    async def test_is_done_once_under_one_key(self, fiona: Client) -> None:
        order, key = await paid(), str(uuid4())
        amount = {"amount": "1.00", "currencyCode": "EUR"}
        first = await refund(fiona, order, key, extraAmount=amount)
        assert await refund(fiona, order, key, extraAmount=amount) == first
        assert first["order"]["refunded"] == {"amount": "1.00"}

    async def test_says_what_cannot_be_and_shows_the_order_as_it_is(self, fiona: Client) -> None:
        order = await paid()
        first, _ = await line_ids(fiona, order)
        async with unchanged():
            much = await refund(
                fiona, order, extraAmount={"amount": "34.91", "currencyCode": "EUR"}
            )
            wrong = await refund(
                fiona,
                order,
                lines=[
                    {"orderLineId": first, "quantity": 3},
                    {"orderLineId": order.typeid, "quantity": 0},
                ],
            )
            many = await refund(fiona, order, lines=[{"orderLineId": first, "quantity": 3}])
            nothing = await refund(fiona, order)
        (error,) = much["userErrors"]
        assert (error["code"], error["path"]) == ("AMOUNT_TOO_LARGE", ["input", "extraAmount"])
        assert much["order"]["id"] == order.typeid
        assert [(each["code"], each["path"]) for each in wrong["userErrors"]] == [
            ("NOT_FOUND", ["input", "lines", "1", "orderLineId"]),
            ("OUT_OF_RANGE", ["input", "lines", "1", "quantity"]),
        ]
        assert [(each["code"], each["path"]) for each in many["userErrors"]] == [
            ("OUT_OF_RANGE", ["input", "lines", "0", "quantity"])
        ]
        assert [each["code"] for each in nothing["userErrors"]] == ["REQUIRED"]

    async def test_is_a_state_error_once_nothing_is_left(self, fiona: Client) -> None:
        order = await paid(refunded=3490)
        async with unchanged():
            payload = await refund(
                fiona, order, extraAmount={"amount": "0.01", "currencyCode": "EUR"}
            )
        (error,) = payload["userErrors"]
        assert (error["__typename"], error["current"]) == ("StateError", "PLACED")
        assert "REFUND" not in error["allowed"]

    async def test_is_for_those_who_look_after_the_money(self, client: Client) -> None:
        order = await paid()
        sam = await staff(client, Role.SUPPORT)
        async with unchanged():
            reply = (
                await sam.send(
                    REFUND, input={"orderId": order.typeid, "reason": "OTHER"}, key=str(uuid4())
                )
            ).json()
        assert reply["errors"][0]["extensions"]["code"] == "FORBIDDEN"
