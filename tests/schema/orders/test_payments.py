"""What is asked of payments over HTTP: in two steps, after a redirect, and by staff."""

from typing import Any, Final
from uuid import uuid4

import pytest

from db import ids
from db.access import Role
from db.base import execute
from tests import factories
from tests.client import Client
from tests.goods import make_method, make_shop, make_variant
from tests.schema.orders.test_checkout import ERRORS, PAY, SHOWN, checkout

pytestmark = pytest.mark.usefixtures("oracle")

BEGIN: Final = f"""
mutation Begin($input: CheckoutBeginInput!, $key: String!) {{
  checkoutBegin(input: $input, idempotencyKey: $key) {{ {SHOWN} }}
}}"""
SYNC: Final = f"""
mutation Sync($id: ID!) {{
  paymentSync(paymentId: $id) {{
    order {{ status }} payment {{ status nextAction {{ kind url clientSecret }} }} {ERRORS}
  }}
}}"""
CAPTURE: Final = f"""
mutation Capture($id: ID!, $amount: MoneyInput, $key: String!) {{
  paymentCapture(paymentId: $id, amount: $amount, idempotencyKey: $key) {{
    order {{ status paymentStatus paid {{ amount }} allowedActions }} {ERRORS}
  }}
}}"""
VOID: Final = f"""
mutation Void($id: ID!, $key: String!) {{
  paymentVoid(paymentId: $id, idempotencyKey: $key) {{
    order {{ status paymentStatus allowedActions }} {ERRORS}
  }}
}}"""


class Till:
    """A buyer who has begun a checkout, and staff who look after money."""

    def __init__(self, client: Client, begun: Any) -> None:
        self.order_id = begun["order"]["id"]
        self.buyer = client.holding(guest_token=begun["guestToken"])
        self.staff = client.taking(factories.staff(Role.FINANCE))

    async def pay(self, token: str) -> Any:
        """Pay the order, and return the payload."""
        data = await self.buyer.ask(
            PAY,
            id=self.order_id,
            input={"gateway": "fake", "token": token, "returnUrl": "https://shop.example/back"},
            key=str(uuid4()),
        )
        return data["paymentCreate"]


@pytest.fixture
async def till(client: Client) -> Till:
    """An order over 10.00 EUR that waits for its payment."""
    await make_shop()
    lantern = await make_variant(title="Lantern")
    wanted = checkout(lantern, ids.encode("ship", await make_method(price=0)))
    del wanted["payment"]
    begun = (await client.ask(BEGIN, input=wanted, key=str(uuid4())))["checkoutBegin"]
    assert begun["userErrors"] == []
    return Till(client, begun)


class TestTwoSteps:
    async def test_an_order_is_begun_and_paid(self, till: Till) -> None:
        paid = await till.pay("tok_ok")

        assert (paid["order"]["status"], paid["payment"]["status"]) == ("PLACED", "CAPTURED")
        assert paid["userErrors"] == []

    async def test_a_redirect_is_told_and_asked_about_when_the_buyer_is_back(
        self, till: Till
    ) -> None:
        paid = await till.pay("tok_action")
        assert (paid["order"]["status"], paid["payment"]["status"]) == (
            "PENDING",
            "REQUIRES_ACTION",
        )

        waiting = (await till.buyer.ask(SYNC, id=paid["payment"]["id"]))["paymentSync"]
        assert waiting["payment"]["nextAction"] == {
            "kind": "REDIRECT",
            "url": "https://shop.example/back",
            "clientSecret": None,
        }
        await execute(
            "UPDATE fake_gateway.operation SET later_at = later_at - interval '2 seconds'"
        )
        back = (await till.buyer.ask(SYNC, id=paid["payment"]["id"]))["paymentSync"]

        assert back == {
            "order": {"status": "PLACED"},
            "payment": {"status": "CAPTURED", "nextAction": None},
            "userErrors": [],
        }

    async def test_a_payment_that_is_declined_in_the_end_is_an_error(self, till: Till) -> None:
        paid = await till.pay("tok_processing_declined")
        assert paid["userErrors"] == []
        await execute(
            "UPDATE fake_gateway.operation SET later_at = later_at - interval '2 seconds'"
        )

        back = (await till.buyer.ask(SYNC, id=paid["payment"]["id"]))["paymentSync"]

        (error,) = back["userErrors"]
        assert (error["code"], error["declineCode"]) == ("PAYMENT_DECLINED", "insufficient_funds")

    async def test_a_strangers_payment_is_not_found(self, till: Till, client: Client) -> None:
        paid = await till.pay("tok_action")

        stranger = client.taking(factories.staff(Role.CATALOG))
        told = (await stranger.ask(SYNC, id=paid["payment"]["id"]))["paymentSync"]

        assert told["order"] is told["payment"] is None
        assert [each["code"] for each in told["userErrors"]] == ["NOT_FOUND"]


class TestStaff:
    async def test_take_a_part_of_what_is_held(self, till: Till) -> None:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        payment_id = (await till.pay("tok_ok"))["payment"]["id"]
        part = {"amount": "4.00", "currencyCode": "EUR"}

        taken = await till.staff.ask(CAPTURE, id=payment_id, amount=part, key="take-1")
        again = await till.staff.ask(CAPTURE, id=payment_id, amount=part, key="take-1")
        more = await till.staff.ask(CAPTURE, id=payment_id, amount=part, key="take-2")

        assert taken == again
        payload = taken["paymentCapture"]
        assert payload["userErrors"] == []
        assert (payload["order"]["paymentStatus"], payload["order"]["paid"]["amount"]) == (
            "PAID",
            "4.00",
        )
        (error,) = more["paymentCapture"]["userErrors"]
        assert (error["__typename"], error["current"]) == ("StateError", "PLACED")
        assert more["paymentCapture"]["order"]["paymentStatus"] == "PAID"

    @pytest.mark.parametrize(
        ("token", "code", "decline"),
        [
            ("tok_capture_fails", "PAYMENT_FAILED", "capture_refused"),
            ("tok_capture_lost", "PAYMENT_UNKNOWN", None),
        ],
    )
    async def test_hear_when_the_gateway_has_not_taken_it(
        self, till: Till, token: str, code: str, decline: str | None
    ) -> None:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        payment_id = (await till.pay(token))["payment"]["id"]

        told = (await till.staff.ask(CAPTURE, id=payment_id, key="take-1"))["paymentCapture"]

        (error,) = told["userErrors"]
        assert (error["code"], error["declineCode"]) == (code, decline)
        assert error["payment"] == {"id": payment_id}
        assert told["order"]["paymentStatus"] == "AUTHORIZED"

    async def test_call_off_what_the_buyer_does_not_confirm(self, till: Till) -> None:
        payment_id = (await till.pay("tok_action_abandoned"))["payment"]["id"]

        told = (await till.staff.ask(VOID, id=payment_id, key="void-1"))["paymentVoid"]

        assert told["userErrors"] == []
        assert told["order"]["status"] == "PENDING"
        assert (await till.pay("tok_ok"))["order"]["status"] == "PLACED"

    async def test_are_the_only_ones(self, till: Till) -> None:
        payment_id = (await till.pay("tok_ok"))["payment"]["id"]

        assert await till.buyer.codes(CAPTURE, id=payment_id, key="k") == ["FORBIDDEN"]
        assert await till.buyer.codes(VOID, id=payment_id, key="k") == ["FORBIDDEN"]
