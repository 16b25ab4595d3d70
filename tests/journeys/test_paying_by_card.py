"""People pay by card through Stripe: the stand-in over real HTTP, the shop through its API."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api import dependencies
from api.gateways.stripe_stand_in import StandIn, Trouble
from db import ids, orders
from db.access import Role
from db.base import execute, fetch_value
from db.payments import Gateways
from tests.api.gateways.stripe_served import stripe_served
from tests.client import Client, StoppedClock
from tests.goods import make_method, make_shop, make_variant
from tests.journeys.people import LONDON, Person, key, staff

BACK = "https://shop.example/thanks"
PAY = """
mutation Buy($input: CheckoutInput!, $key: String!) {
  checkoutComplete(input: $input, idempotencyKey: $key) {
    order { id status paymentStatus }
    payment { id status failureCode failureMessage nextAction { kind url } }
    guestToken
    userErrors { __typename code message ... on PaymentError { declineCode } } } }"""
AGAIN = """
mutation Again($order: ID!, $input: CheckoutPaymentInput!, $key: String!) {
  paymentCreate(orderId: $order, input: $input, idempotencyKey: $key) {
    payment { status } order { status paymentStatus } userErrors { code message } } }"""
SYNC = """
mutation Sync($id: ID!) {
  paymentSync(paymentId: $id) { payment { status } order { status } userErrors { code } } }"""
REFUND = """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input, idempotencyKey: $key) {
    refund { status amount { amount } } userErrors { code path } } }"""

pytestmark = pytest.mark.usefixtures("oracle")


@dataclass
class Shop:
    """A shop that takes cards, and the Stripe that it takes them through."""

    client: Client
    stripe: StandIn
    gateways: Gateways
    method: str
    lantern: str

    async def buy(self, card: str, *, of: str | None = None) -> Any:
        """Let a guest buy a lantern with this card; return the whole payload."""
        asked = {
            "source": {"lines": [{"variantId": self.lantern, "quantity": 1}]},
            "details": {
                "email": "grace@example.com",
                "shippingAddress": LONDON,
                "shippingMethodId": self.method,
            },
            "expectedTotal": {"amount": "14.90", "currencyCode": "EUR"},
            "payment": {"gateway": "stripe", "token": card, "returnUrl": BACK},
        }
        data = await self.client.ask(PAY, input=asked, key=of or key())
        return data["checkoutComplete"]

    async def hear(self, *events: dict[str, Any]) -> None:
        """Have the shop hear what Stripe tells: everything, or these."""
        transport = httpx.ASGITransport(self.client.app)
        async with httpx.AsyncClient(transport=transport) as http:
            url = "http://shop.test/gateway/stripe"
            statuses = await self.stripe.webhooks.deliver(http, url, events or None)
        assert set(statuses) == {200}

    @property
    def taken(self) -> int:
        """What Stripe has taken from everybody, less what went back."""
        received: int = sum(each["amount_received"] for each in self.stripe.books.intents.values())
        given: int = sum(each["amount"] for each in self.stripe.books.refunds.values())
        return received - given


@pytest.fixture
async def shop(client: Client, clock: StoppedClock) -> AsyncIterator[Shop]:
    await make_shop()
    overrides = client.app.dependency_overrides
    others = overrides[dependencies.gateways]()
    async with stripe_served(clock.now) as (gateway, stand_in):
        gateways = {**others, "stripe": gateway}
        overrides[dependencies.gateways] = lambda: gateways
        method = ids.encode("ship", await make_method())
        lantern = ids.encode("var", await make_variant(price=1000, on_hand=5))
        yield Shop(client, stand_in, gateways, method, lantern)


def guest(shop: Shop, bought: Any) -> Person:
    return Person(shop.client.holding(guest_token=bought["guestToken"]))


async def test_a_card_is_charged_and_its_money_goes_back(shop: Shop) -> None:
    # Given a shop that shows how cards are taken
    offered = await shop.client.ask("{ shop { paymentGateways { name publishableKey } } }")
    assert {"name": "stripe", "publishableKey": "pk_test_standin"} in offered["shop"][
        "paymentGateways"
    ]

    # When someone buys, and their browser sends it all once more
    once = key()
    bought = await shop.buy("pm_card_visa", of=once)
    again = await shop.buy("pm_card_visa", of=once)

    # Then they have paid once, whatever Stripe tells, twice and backwards
    assert bought["order"]["status"] == "PLACED"
    assert again["order"]["id"] == bought["order"]["id"]
    await shop.hear(*shop.stripe.webhooks.events[::-1], *shop.stripe.webhooks.events)
    assert shop.taken == 1490

    # and staff can give a part back
    finance = await staff(shop.client, Role.FINANCE)
    extra = {"amount": "4.90", "currencyCode": "EUR"}
    given = await finance.do(
        REFUND,
        input={"orderId": bought["order"]["id"], "extraAmount": extra, "reason": "OTHER"},
        key=key(),
    )
    assert given["refund"] == {"status": "SUCCEEDED", "amount": {"amount": "4.90"}}
    assert shop.taken == 1000

    # which the bank may send back days later
    (refund_id,) = shop.stripe.books.refunds
    shop.stripe.books.decide_refund(refund_id, "failed")
    await shop.hear()
    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert (seen["paymentStatus"], seen["refunded"]["amount"]) == ("PAID", "0.00")


async def test_a_declined_card_is_followed_by_another(shop: Shop) -> None:
    declined = await shop.buy("pm_card_visa_chargeDeclinedStolenCard")

    assert declined["order"]["status"] == "PENDING"
    assert declined["payment"]["status"] == "FAILED"
    (error,) = declined["userErrors"]
    assert error["declineCode"] == "card_declined"  # that it is stolen is not for its user to know
    assert "stolen" not in str(declined)
    paid = await guest(shop, declined).do(
        AGAIN,
        order=declined["order"]["id"],
        input={"gateway": "stripe", "token": "pm_card_visa"},
        key=key(),
    )
    assert paid["order"]["status"] == "PLACED"
    await shop.hear()
    assert shop.taken == 1490


async def test_a_bank_wants_to_hear_from_its_customer(shop: Shop) -> None:
    # Given a card whose bank asks
    bought = await shop.buy("pm_card_authenticationRequired")
    following = bought["payment"]["nextAction"]
    assert (bought["payment"]["status"], following["kind"]) == ("REQUIRES_ACTION", "REDIRECT")

    # When the buyer confirms there, and is sent back
    async with httpx.AsyncClient() as browser:
        sent = await browser.get(following["url"])
    assert sent.headers["location"] == BACK

    # Then the shop finds out by asking, and hears it too
    synced = await guest(shop, bought).do(SYNC, id=bought["payment"]["id"])
    assert synced["order"]["status"] == "PLACED"
    await shop.hear()
    assert shop.taken == 1490


@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "asked"])
async def test_a_part_that_is_taken_on_stripes_own_pages_is_a_part(
    shop: Shop, *, is_heard: bool
) -> None:
    # Given money that is held, and somebody who takes 5 of 14.90 EUR in Stripe's dashboard
    await execute("UPDATE shop SET capture_policy = 'MANUAL'")
    if not is_heard:
        shop.stripe.faults.befall("confirm", Trouble.CUT_AFTER)
    bought = await shop.buy("pm_card_visa")
    (intent_id,) = shop.stripe.books.intents
    shop.stripe.books.capture(intent_id, {"amount_to_capture": "500"})

    # When the shop hears of it, or asks
    if is_heard:
        await shop.hear()
    else:
        await guest(shop, bought).do(SYNC, id=bought["payment"]["id"])

    # Then that is what was paid, and all that can go back
    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert (seen["status"], seen["paymentStatus"]) == ("PLACED", "PAID")
    assert await fetch_value("SELECT captured FROM payment") == 500
    finance = await staff(shop.client, Role.FINANCE)

    async def give_back(amount: str) -> Any:
        extra = {"amount": amount, "currencyCode": "EUR"}
        asked = {"orderId": bought["order"]["id"], "extraAmount": extra, "reason": "OTHER"}
        return await finance.client.ask(REFUND, input=asked, key=key())

    refused = (await give_back("5.01"))["refundCreate"]["userErrors"]
    assert [each["code"] for each in refused] == ["AMOUNT_TOO_LARGE"]
    assert (await give_back("5.00"))["refundCreate"]["refund"]["status"] == "SUCCEEDED"
    assert shop.taken == 0


async def test_a_hold_that_stripe_lets_go_of_ends_its_order(shop: Shop) -> None:
    await execute("UPDATE shop SET capture_policy = 'MANUAL'")
    bought = await shop.buy("pm_card_visa")
    assert bought["order"] == bought["order"] | {"status": "PLACED", "paymentStatus": "AUTHORIZED"}
    (intent_id,) = shop.stripe.books.intents
    shop.stripe.books.cancel(intent_id)

    await shop.hear(*shop.stripe.webhooks.events[::-1], *shop.stripe.webhooks.events)

    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert (seen["status"], seen["paymentStatus"]) == ("CANCELLED", "VOIDED")
    assert await fetch_value("SELECT reserved FROM stock") == 0


@pytest.mark.parametrize("trouble", [Trouble.SILENT_AFTER, Trouble.CUT_AFTER, Trouble.ERROR_AFTER])
async def test_an_answer_that_never_comes_is_found_out(shop: Shop, trouble: Trouble) -> None:
    shop.stripe.faults.befall("confirm", trouble)

    bought = await shop.buy("pm_card_visa")

    assert (bought["order"]["status"], bought["payment"]["status"]) == ("PENDING", "PROCESSING")
    synced = await guest(shop, bought).do(SYNC, id=bought["payment"]["id"])
    assert synced["order"]["status"] == "PLACED"
    assert shop.taken == 1490


async def test_a_request_that_never_arrived_is_made_again(shop: Shop, clock: StoppedClock) -> None:
    shop.stripe.faults.befall("confirm", Trouble.CUT_BEFORE, Trouble.TOO_MANY)
    bought = await shop.buy("pm_card_visa")
    assert bought["payment"]["status"] == "PROCESSING"

    for _ in range(2):
        clock.instant += timedelta(seconds=61)
        await orders.reconcile_due(gateways=shop.gateways, now=clock.now())

    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert seen["status"] == "PLACED"
    assert shop.taken == 1490


async def test_stripe_tells_before_it_answers(shop: Shop) -> None:
    shop.stripe.faults.befall("confirm", Trouble.SILENT_AFTER)
    buying = asyncio.create_task(shop.buy("pm_card_visa"))
    while not shop.taken:  # noqa: ASYNC110 - it happens elsewhere
        await asyncio.sleep(0.005)

    await shop.hear()
    shop.stripe.release()

    bought = await buying
    assert bought["order"]["status"] == "PLACED"
    assert shop.taken == 1490


async def test_nobody_pays_for_an_order_that_has_expired(shop: Shop, clock: StoppedClock) -> None:
    # Given a buyer who was sent to their bank
    bought = await shop.buy("pm_card_authenticationRequired")

    # When their time is up before they come there
    clock.instant += timedelta(minutes=16)
    await orders.expire_due(gateways=shop.gateways, now=clock.now())
    async with httpx.AsyncClient() as browser:
        await browser.get(bought["payment"]["nextAction"]["url"])

    # Then the order is over, and nothing was taken
    await shop.hear()
    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert seen["status"] == "EXPIRED"
    assert shop.taken == 0


async def test_a_request_that_was_held_up_comes_too_late(shop: Shop, clock: StoppedClock) -> None:
    shop.stripe.faults.befall("confirm", Trouble.SILENT_BEFORE)
    bought = await shop.buy("pm_card_visa")
    assert bought["payment"]["status"] == "PROCESSING"

    clock.instant += timedelta(minutes=16)
    await orders.expire_due(gateways=shop.gateways, now=clock.now())
    shop.stripe.release()
    await asyncio.sleep(0.05)

    seen = await guest(shop, bought).see_order(id=bought["order"]["id"])
    assert seen["status"] == "EXPIRED"
    assert shop.taken == 0
