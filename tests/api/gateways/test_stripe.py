"""What happens at Stripe only, over HTTP to the stand-in; what all gateways do is in PAY-8."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import pytest

from api.gateways.stripe import StripeGateway
from api.gateways.stripe_stand_in import StandIn, Trouble
from db.payments import Answer, GatewayUnknown, Op, OperationKind, Verdict
from tests.api.gateways.stripe_served import stripe_served
from tests.api.gateways.subjects import op
from tests.conftest import NOW

AUTHORIZE, CAPTURE, VOID, REFUND = OperationKind
CARD: Final = "pm_card_visa"


class Stripe:
    """A gateway, and what it talks to."""

    def __init__(self, gateway: StripeGateway, stand_in: StandIn) -> None:
        self.gateway = gateway
        self.stand_in = stand_in

    async def authorize(
        self, asked: Op, token: str = CARD, *, capture: bool = False, back: str | None = None
    ) -> Answer:
        return await self.gateway.authorize(asked, token=token, capture=capture, return_url=back)

    def intent(self) -> dict[str, Any]:
        """The only PaymentIntent that there is."""
        (intent,) = self.stand_in.books.intents.values()
        return intent


@pytest.fixture
async def stripe() -> AsyncIterator[Stripe]:
    async with stripe_served(lambda: NOW) as (gateway, stand_in):
        yield Stripe(gateway, stand_in)


class TestAmounts:
    @pytest.mark.parametrize(
        ("amount", "currency", "sent"),
        [(1990, "EUR", 1990), (500, "JPY", 500), (500, "ISK", 50_000), (1990, "KWD", 1990)],
    )
    async def test_are_counted_as_stripe_counts_and_a_part_that_was_taken_as_we_do(
        self, stripe: Stripe, amount: int, currency: str, sent: int
    ) -> None:
        asked = replace(op(amount=amount), currency=currency)
        held = await stripe.authorize(asked)
        assert (stripe.intent()["amount"], stripe.intent()["currency"]) == (sent, currency.lower())

        stripe.stand_in.books.capture(str(held.reference), {"amount_to_capture": str(sent // 2)})
        found = await stripe.gateway.find(asked)

        assert (found.captured, found.taken) == (True, amount // 2)

    @pytest.mark.parametrize(("amount", "currency"), [(1991, "KWD"), (1990, "MGA")])
    async def test_that_it_does_not_take_are_declined_and_never_rounded(
        self, stripe: Stripe, amount: int, currency: str
    ) -> None:
        answer = await stripe.authorize(replace(op(amount=amount), currency=currency))

        assert (answer.verdict, answer.code) == (Verdict.DECLINED, "not_possible")
        assert not stripe.stand_in.books.intents


class TestAction:
    async def test_without_a_page_to_come_back_to_is_for_the_clients_own_script(
        self, stripe: Stripe
    ) -> None:
        waiting = await stripe.authorize(op(), "pm_card_authenticationRequired")

        assert waiting.action == {
            "kind": "CONFIRM_IN_CLIENT",
            "client_secret": stripe.intent()["client_secret"],
        }
        assert str(stripe.intent()["client_secret"]).startswith(stripe.intent()["id"])

    async def test_that_the_bank_refuses_is_a_decline(self, stripe: Stripe) -> None:
        asked = op()
        await stripe.authorize(asked, "pm_card_authenticationRequired")
        stripe.stand_in.books.answer_bank(stripe.intent()["id"], confirms=False)

        found = await stripe.gateway.find(asked)

        assert (found.verdict, found.code) == (Verdict.DECLINED, "authentication_failed")


class TestNo:
    """What Stripe says no to has not happened, and will not under the same key."""

    @pytest.mark.parametrize("kind", [CAPTURE, REFUND])
    async def test_of_the_cards_bank_ends_a_capture_and_a_refund(
        self, stripe: Stripe, kind: OperationKind
    ) -> None:
        held = await stripe.authorize(op(), capture=kind is REFUND)
        asked = op(kind, held.reference)
        call, name = {
            CAPTURE: (stripe.gateway.capture, "capture"),
            REFUND: (stripe.gateway.refund, "refund"),
        }[kind]
        stripe.stand_in.faults.befall(name, Trouble.DECLINED)

        answers = [await call(asked) for _ in range(2)]

        assert [each.verdict for each in answers] == [Verdict.DECLINED] * 2
        assert {each.code for each in answers} == {"insufficient_funds"}

    async def test_that_says_nothing_of_the_card_leaves_the_outcome_open(
        self, stripe: Stripe
    ) -> None:
        """A key that stands for another request, a wrong secret key: our own fault, not a no."""
        asked = op()
        await stripe.authorize(asked)

        with pytest.raises(GatewayUnknown, match="IdempotencyError"):
            await stripe.authorize(replace(asked, amount=2000))


class TestProcessing:
    async def test_is_neither_yes_nor_no_and_cannot_be_fenced(self, stripe: Stripe) -> None:
        asked = op()
        await stripe.authorize(asked, "pm_card_authenticationRequired")
        stripe.intent()["status"] = "processing"

        assert (await stripe.gateway.find(asked)).verdict is Verdict.PROCESSING
        assert (await stripe.gateway.fence(asked)).verdict is Verdict.CANNOT


class TestRefund:
    @pytest.mark.parametrize(
        ("status", "verdict"),
        [
            ("succeeded", Verdict.SUCCEEDED),
            ("failed", Verdict.DECLINED),
            ("canceled", Verdict.DECLINED),
        ],
    )
    async def test_that_takes_its_time_is_open_until_the_bank_has_decided(
        self, stripe: Stripe, status: str, verdict: Verdict
    ) -> None:
        paid = await stripe.authorize(op(), "pm_card_pendingRefund", capture=True)
        asked = op(REFUND, paid.reference)
        assert (await stripe.gateway.refund(asked)).verdict is Verdict.PROCESSING
        assert (await stripe.gateway.find(asked)).verdict is Verdict.PROCESSING

        (refund_id,) = stripe.stand_in.books.refunds
        stripe.stand_in.books.decide_refund(refund_id, status)

        answers = [await stripe.gateway.find(asked), await stripe.gateway.refund(asked)]
        _, body = stripe.stand_in.webhooks.signed(stripe.stand_in.webhooks.events[-1])
        told = stripe.gateway.read_event(body)
        assert [each.verdict for each in answers] == [verdict] * 2
        assert (told.key, told.kind, told.answer) == (asked.key, REFUND, answers[0])
