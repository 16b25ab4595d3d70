"""The fake gateway behaves like a real one: one verdict per key, and never more back than taken."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.gateways import FakeGateway, ManualGateway
from api.gateways import fake as fake_module
from db import ids
from db.payments import Answer, Gateway, GatewayUnknown, Op, OperationKind, Verdict


@pytest.fixture
async def gateway(database_url: str) -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway(database_url)
    yield gateway
    await gateway.close()


def op(
    kind: OperationKind = OperationKind.AUTHORIZE, amount: int = 1000, reference: str | None = None
) -> Op:
    return Op(
        key=ids.encode("op", ids.new()),
        kind=kind,
        amount=amount,
        currency="EUR",
        reference=reference,
    )


async def authorize(
    gateway: Gateway, asked: Op, token: str | None = "tok_ok", *, capture: bool = True
) -> Answer:
    return await gateway.authorize(asked, token=token, capture=capture, return_url=None)


class TestAuthorize:
    async def test_charges_once_however_often_it_is_asked(self, gateway: FakeGateway) -> None:
        asked = op()

        answers = await asyncio.gather(*(authorize(gateway, asked) for _ in range(20)))

        assert len(set(answers)) == 1
        assert answers[0].verdict is Verdict.SUCCEEDED
        assert answers[0].captured

    @pytest.mark.parametrize(
        ("token", "code"),
        [
            ("tok_declined", "card_declined"),
            (None, "token_missing"),
            ("4242424242424242", "token_unknown"),
        ],
    )
    async def test_says_why_it_declines(
        self, gateway: FakeGateway, token: str | None, code: str
    ) -> None:
        answer = await authorize(gateway, op(), token)

        assert (answer.verdict, answer.code) == (Verdict.DECLINED, code)
        assert not answer.captured

    async def test_its_ledger_is_the_same_for_every_process(
        self, gateway: FakeGateway, database_url: str
    ) -> None:
        asked = op()
        first = await authorize(gateway, asked)
        other = FakeGateway(database_url)

        assert await other.find(asked) == first
        assert await authorize(other, asked, "tok_declined") == first
        await other.close()

    async def test_an_unreachable_ledger_leaves_the_outcome_open(self) -> None:
        with pytest.raises(GatewayUnknown):
            await authorize(FakeGateway("postgresql://nobody@127.0.0.1:1/nowhere"), op())


class TestFence:
    async def test_no_charge_comes_after_it(self, gateway: FakeGateway) -> None:
        asked = op()

        assert (await gateway.find(asked)).verdict is Verdict.NOT_FOUND
        assert (await gateway.fence(asked)).verdict is Verdict.CANCELLED
        assert (await authorize(gateway, asked)).verdict is Verdict.CANCELLED

    async def test_says_what_came_before_it(self, gateway: FakeGateway) -> None:
        charged, declined = op(), op()
        await authorize(gateway, charged)
        await authorize(gateway, declined, "tok_declined")

        assert (await gateway.fence(charged)).verdict is Verdict.SUCCEEDED
        assert (await gateway.fence(declined)).verdict is Verdict.DECLINED

    async def test_wins_against_a_charge_that_is_still_on_its_way(
        self, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fake_module, "SLOW_SECONDS", 0.05)
        asked = op()
        charge = asyncio.create_task(authorize(gateway, asked, "tok_slow"))
        await asyncio.sleep(0)

        assert (await gateway.fence(asked)).verdict is Verdict.CANCELLED
        assert (await charge).verdict is Verdict.CANCELLED


class TestMoves:
    async def test_a_hold_is_captured_once_or_voided_once(self, gateway: FakeGateway) -> None:
        held = await authorize(gateway, op(), capture=False)
        capture = op(OperationKind.CAPTURE, reference=held.reference)
        void = op(OperationKind.VOID, reference=held.reference)

        answers = await asyncio.gather(gateway.capture(capture), gateway.void(void))

        assert not held.captured
        verdicts = {answer.verdict for answer in answers}
        assert verdicts == {Verdict.SUCCEEDED, Verdict.DECLINED}

    async def test_refunds_never_exceed_what_was_taken(self, gateway: FakeGateway) -> None:
        paid = await authorize(gateway, op(amount=1000))
        refunds = [op(OperationKind.REFUND, 300, paid.reference) for _ in range(5)]

        answers = await asyncio.gather(*(gateway.refund(refund) for refund in refunds))
        again = await asyncio.gather(*(gateway.refund(refund) for refund in refunds))

        assert sum(answer.verdict is Verdict.SUCCEEDED for answer in answers) == 3
        assert again == answers

    async def test_nothing_comes_back_of_a_hold(self, gateway: FakeGateway) -> None:
        held = await authorize(gateway, op(), capture=False)

        answer = await gateway.refund(op(OperationKind.REFUND, reference=held.reference))

        assert (answer.verdict, answer.code) == (Verdict.DECLINED, "not_possible")


class TestManual:
    async def test_takes_a_promise_and_never_money_at_once(self) -> None:
        gateway = ManualGateway()
        asked = op()

        promised = await authorize(gateway, asked, None)

        assert promised.verdict is Verdict.SUCCEEDED
        assert not promised.captured
        assert await gateway.find(asked) == await gateway.fence(asked) == promised

    async def test_its_money_is_taken_when_staff_say_so(self) -> None:
        answer = await ManualGateway().capture(op(OperationKind.CAPTURE, reference="manual_1"))

        assert answer.captured
