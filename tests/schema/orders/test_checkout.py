"""Checking out over HTTP: what clients send, and what they hear back."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from db import ids
from db.access import ActorKind, Caller, Permission, Role
from db.base import execute, fetch_value
from tests import factories
from tests.client import Client
from tests.goods import JSON_ADDRESS, make_method, make_shop, make_variant
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("oracle")

ERRORS: Final = """
userErrors {
  __typename code message path
  ... on StockError { requested available variant { sku } }
  ... on TotalChangedError { expected { amount } total { amount currencyCode } }
  ... on PaymentError { declineCode payment { id } }
  ... on StateError { current allowed }
  ... on RetryError { retryAfterSeconds }
}"""
SHOWN: Final = f"""
order {{ id number status paymentStatus expiresAt email allowedActions }}
payment {{ id status failureCode failureMessage }} guestToken {ERRORS}"""
BUY: Final = f"""
mutation Buy($input: CheckoutInput!, $key: String!) {{
  checkoutComplete(input: $input, idempotencyKey: $key) {{ {SHOWN} }}
}}"""
PAY: Final = f"""
mutation Pay($id: ID!, $input: CheckoutPaymentInput!, $key: String!) {{
  paymentCreate(orderId: $id, input: $input, idempotencyKey: $key) {{ {SHOWN} }}
}}"""
CANCEL: Final = f"""
mutation Cancel($id: ID!, $key: String!) {{
  orderCancel(id: $id, reason: CUSTOMER, idempotencyKey: $key) {{
    order {{
      id status paymentStatus cancelReason refunds {{ status amount {{ amount }} }}
    }}
    {ERRORS}
  }}
}}"""


@pytest.fixture
async def lantern(app: Any) -> UUID:
    """A variant at 10.00 EUR, of which there are 100, in a shop that ships for nothing."""
    await make_shop()
    return await make_variant(title="Lantern", sku="LANTERN")


@pytest.fixture
async def method(lantern: UUID) -> str:
    return ids.encode("ship", await make_method(price=0))


def checkout(
    variant: UUID, method: str, *, quantity: int = 1, token: str = "tok_ok", **others: Any
) -> dict[str, Any]:
    """Say what to buy."""
    return {
        "source": {"lines": [{"variantId": ids.encode("var", variant), "quantity": quantity}]},
        "details": {
            "email": "ada@example.com",
            "shippingAddress": JSON_ADDRESS,
            "shippingMethodId": method,
        },
        "expectedTotal": {"amount": f"{10 * quantity}.00", "currencyCode": "EUR"},
        "payment": {"gateway": "fake", "token": token},
        **others,
    }


def key() -> str:
    return str(uuid4())


async def buy(client: Client, input: Mapping[str, Any], key_: str | None = None) -> Any:
    data = await client.ask(BUY, input=input, key=key_ or key())
    return data["checkoutComplete"]


class TestCheckoutComplete:
    async def test_gives_a_stranger_an_order_and_the_token_that_opens_it(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        bought = await buy(client, checkout(lantern, method, quantity=2))

        order = bought["order"]
        assert bought["userErrors"] == []
        assert (order["status"], order["paymentStatus"], order["number"]) == (
            "PLACED",
            "PAID",
            "1001",
        )
        assert (order["email"], order["expiresAt"]) == ("ada@example.com", None)
        assert order["allowedActions"] == ["CANCEL"]
        assert bought["payment"]["status"] == "CAPTURED"
        guest = client.holding(guest_token=bought["guestToken"])
        seen = await guest.ask(
            "query Q($id: ID!) { order(by: {id: $id}) { number } }", id=order["id"]
        )
        assert seen["order"]["number"] == "1001"

    async def test_idm_4_a_replay_may_select_other_fields(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        wanted, same = checkout(lantern, method), key()
        first = await buy(client, wanted, same)

        response = await client.send(
            """mutation M($input: CheckoutInput!, $key: String!) {
                 checkoutComplete(input: $input, idempotencyKey: $key) {
                   order { id lines { sku quantity } } guestToken } }""",
            input=wanted,
            key=same,
        )

        body = response.json()
        again = body["data"]["checkoutComplete"]
        assert again["order"]["id"] == first["order"]["id"]
        assert again["order"]["lines"] == [{"sku": "LANTERN", "quantity": 1}]
        assert again["guestToken"] == first["guestToken"]
        assert body["extensions"]["idempotency"]["replayed"] is True
        assert await fetch_value("SELECT count(*) FROM orders") == 1

    async def test_is_the_same_call_when_it_is_sent_again_with_the_guests_token(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        wanted, same = checkout(lantern, method), key()
        first = await buy(client, wanted, same)

        guest = client.holding(guest_token=first["guestToken"])
        again = await buy(guest, wanted, same)
        other = await buy(guest, wanted, key())

        assert again["order"]["id"] == first["order"]["id"]
        assert other["order"]["id"] != first["order"]["id"]
        assert other["guestToken"] is None
        assert await fetch_value("SELECT count(DISTINCT guest_id) FROM orders") == 1

    async def test_idm_3_other_arguments_under_the_same_key_are_refused(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        same = key()
        await buy(client, checkout(lantern, method), same)

        async with unchanged():
            again = await buy(client, checkout(lantern, method, quantity=2), same)

        assert again["order"] is None
        assert [(each["code"], each["path"]) for each in again["userErrors"]] == [
            ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
        ]

    async def test_a_strangers_key_cannot_be_guessed(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        async with unchanged():
            refused = await buy(client, checkout(lantern, method), "order-1")

        assert refused["userErrors"][0]["path"] == ["idempotencyKey"]

    async def test_a_decline_leaves_an_order_to_be_paid_and_is_replayed(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        wanted, same = checkout(lantern, method, token="tok_declined"), key()

        declined = await buy(client, wanted, same)
        again = await buy(client, wanted, same)

        assert (declined["order"]["status"], declined["payment"]["status"]) == ("PENDING", "FAILED")
        assert declined["order"]["expiresAt"] == "2026-11-23T12:15:00.000000Z"
        assert declined["order"]["allowedActions"] == ["PAY", "CANCEL"]
        (error,) = declined["userErrors"]
        assert error == {
            "__typename": "PaymentError",
            "code": "PAYMENT_DECLINED",
            "message": "The card was declined.",
            "path": None,
            "declineCode": "card_declined",
            "payment": {"id": declined["payment"]["id"]},
        }
        assert again == declined

    async def test_names_what_cannot_be_had_with_its_place(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        async with unchanged():
            refused = await buy(client, checkout(lantern, method, quantity=101))

        (error,) = refused["userErrors"]
        assert error["__typename"] == "StockError"
        assert error["path"] == ["input", "source", "lines", "0", "quantity"]
        assert (error["requested"], error["variant"]["sku"]) == (101, "LANTERN")
        assert error["available"] == 10, "the public is not told how much there is"

    async def test_crt_2_tells_the_new_total_and_does_nothing(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        await execute("UPDATE variant SET price = 1100")

        async with unchanged():
            refused = await buy(client, checkout(lantern, method))

        (error,) = refused["userErrors"]
        assert (error["__typename"], error["path"]) == (
            "TotalChangedError",
            ["input", "expectedTotal"],
        )
        assert error["expected"] == {"amount": "10.00"}
        assert error["total"] == {"amount": "11.00", "currencyCode": "EUR"}

    async def test_checks_the_whole_input_before_anything_else(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        wanted = checkout(lantern, method) | {
            "source": {"lines": [{"variantId": "prod_1", "quantity": 1000}]},
            "details": {"email": "nobody", "shippingAddress": JSON_ADDRESS | {"countryCode": "XX"}},
            "expectedTotal": {"amount": "10.001", "currencyCode": "EUR"},
            "payment": {"gateway": "fake", "returnUrl": "nowhere"},
        }

        async with unchanged():
            refused = await buy(client, wanted)

        assert {".".join(each["path"]) for each in refused["userErrors"]} == {
            "input.source.lines.0.variantId",
            "input.source.lines.0.quantity",
            "input.details.email",
            "input.details.shippingAddress.countryCode",
            "input.expectedTotal.amount",
            "input.payment.returnUrl",
        }

    async def test_an_integration_orders_on_its_own_account(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        robot = Caller(
            kind=ActorKind.API_KEY,
            label="ERP",
            api_key_id=ids.new(),
            permissions=frozenset({Permission.ORDERS_READ}),
        )

        bought = await buy(client.taking(robot), checkout(lantern, method), "import-1")

        assert (bought["order"]["status"], bought["guestToken"]) == ("PLACED", None)


class TestPaymentCreate:
    async def test_pays_after_a_decline(self, client: Client, lantern: UUID, method: str) -> None:
        declined = await buy(client, checkout(lantern, method, token="tok_declined"))
        guest = client.holding(guest_token=declined["guestToken"])

        data = await guest.ask(
            PAY,
            id=declined["order"]["id"],
            input={"gateway": "fake", "token": "tok_ok"},
            key=key(),
        )

        paid = data["paymentCreate"]
        assert paid["userErrors"] == []
        assert (paid["order"]["status"], paid["payment"]["status"]) == ("PLACED", "CAPTURED")

    async def test_is_refused_by_state_and_shows_the_order(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        bought = await buy(client, checkout(lantern, method))
        guest = client.holding(guest_token=bought["guestToken"])

        async with unchanged():
            data = await guest.ask(
                PAY, id=bought["order"]["id"], input={"gateway": "fake"}, key=key()
            )

        refused = data["paymentCreate"]
        assert refused["order"]["status"] == "PLACED"
        (error,) = refused["userErrors"]
        assert (error["code"], error["current"], error["allowed"]) == (
            "INVALID_STATE",
            "PLACED",
            ["CANCEL"],
        )

    async def test_is_not_for_another_one(self, client: Client, lantern: UUID, method: str) -> None:
        declined = await buy(client, checkout(lantern, method, token="tok_declined"))
        other = await buy(client, checkout(lantern, method))
        eve = client.holding(guest_token=other["guestToken"])

        async with unchanged():
            data = await eve.ask(
                PAY, id=declined["order"]["id"], input={"gateway": "fake"}, key=key()
            )

        assert data["paymentCreate"]["order"] is None
        assert data["paymentCreate"]["userErrors"][0]["code"] == "NOT_FOUND"


class TestOrderCancel:
    async def test_gives_the_money_back(self, client: Client, lantern: UUID, method: str) -> None:
        bought = await buy(client, checkout(lantern, method, quantity=3))
        guest = client.holding(guest_token=bought["guestToken"])

        data = await guest.ask(CANCEL, id=bought["order"]["id"], key=key())

        assert data["orderCancel"] == {
            "order": {
                "id": bought["order"]["id"],
                "status": "CANCELLED",
                "paymentStatus": "REFUNDED",
                "cancelReason": "CUSTOMER",
                "refunds": [{"status": "SUCCEEDED", "amount": {"amount": "30.00"}}],
            },
            "userErrors": [],
        }

    async def test_staff_may_and_those_without_the_permission_may_not(
        self, client: Client, lantern: UUID, method: str
    ) -> None:
        order_id = (await buy(client, checkout(lantern, method)))["order"]["id"]
        finance = factories.caller(await factories.user(role=Role.FINANCE))
        support = factories.caller(await factories.user(role=Role.SUPPORT))

        assert await client.codes(CANCEL, id=order_id, key=key()) == ["UNAUTHENTICATED"]
        assert await client.taking(finance).codes(CANCEL, id=order_id, key=key()) == ["FORBIDDEN"]
        data = await client.taking(support).ask(CANCEL, id=order_id, key=key())

        assert data["orderCancel"]["order"]["status"] == "CANCELLED"
