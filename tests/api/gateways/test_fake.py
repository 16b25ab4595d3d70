"""The fake gateway behaves like a real one: one verdict per key, and never more back than taken."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from api.gateways import FakeGateway, ManualGateway, signatures
from api.gateways import fake as fake_module
from api.gateways.fake import SIGNATURE
from db import ids
from db.payments import Answer, Forged, Gateway, GatewayUnknown, Op, OperationKind, Verdict
from tests.conftest import NOW


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


async def time_goes_by(gateway: FakeGateway, interval: str = "2 seconds") -> None:
    """Let time go by at the gateway."""
    pool = await gateway._ledger._opened()
    await pool.execute(
        "UPDATE fake_gateway.operation SET later_at = later_at - $1::text::interval,"
        " created_at = created_at - $1::text::interval",
        interval,
    )


class TestTokens:
    @pytest.mark.parametrize(
        ("token", "first", "later"),
        [
            ("tok_action", Verdict.ACTION, Verdict.SUCCEEDED),
            ("tok_action_in_client", Verdict.ACTION, Verdict.SUCCEEDED),
            ("tok_action_declined", Verdict.ACTION, Verdict.DECLINED),
            ("tok_action_abandoned", Verdict.ACTION, Verdict.ACTION),
            ("tok_processing", Verdict.PROCESSING, Verdict.SUCCEEDED),
            ("tok_processing_declined", Verdict.PROCESSING, Verdict.DECLINED),
            ("tok_late_success", Verdict.DECLINED, Verdict.SUCCEEDED),
        ],
    )
    async def test_some_are_decided_later(
        self, gateway: FakeGateway, token: str, first: Verdict, later: Verdict
    ) -> None:
        asked = op()

        assert (await authorize(gateway, asked, token)).verdict is first
        assert (await gateway.find(asked)).verdict is first
        await time_goes_by(gateway)
        answer = await gateway.find(asked)
        assert answer.verdict is later
        assert answer.captured is (later is Verdict.SUCCEEDED)
        assert await authorize(gateway, asked, token) == answer

    async def test_what_the_buyer_has_to_do(self, gateway: FakeGateway) -> None:
        asked = op()
        there = await gateway.authorize(
            asked, token="tok_action", capture=True, return_url="https://shop.example/back"
        )
        here = await authorize(gateway, op(), "tok_action_in_client")

        assert there.action == {"kind": "REDIRECT", "url": "https://shop.example/back"}
        assert here.action
        assert here.action["kind"] == "CONFIRM_IN_CLIENT"
        assert here.action["client_secret"]

    @pytest.mark.parametrize(
        ("token", "found"),
        [("tok_request_lost", Verdict.NOT_FOUND), ("tok_reply_lost", Verdict.SUCCEEDED)],
    )
    async def test_some_are_lost_once(
        self, gateway: FakeGateway, token: str, found: Verdict
    ) -> None:
        asked = op()

        with pytest.raises(GatewayUnknown):
            await authorize(gateway, asked, token)

        assert (await gateway.find(asked)).verdict is found
        assert (await authorize(gateway, asked, token)).verdict is Verdict.SUCCEEDED

    async def test_an_error_never_becomes_a_charge(self, gateway: FakeGateway) -> None:
        asked = op()
        for _ in range(2):
            with pytest.raises(GatewayUnknown):
                await authorize(gateway, asked, "tok_error")

        assert (await gateway.fence(asked)).verdict is Verdict.CANCELLED

    @pytest.mark.parametrize(
        ("token", "found"),
        [("tok_timeout", Verdict.SUCCEEDED), ("tok_timeout_before", Verdict.NOT_FOUND)],
    )
    async def test_some_take_longer_than_anyone_waits(
        self, gateway: FakeGateway, token: str, found: Verdict
    ) -> None:
        asked = op()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(authorize(gateway, asked, token), 0.3)

        assert (await gateway.find(asked)).verdict is found

    async def test_one_cannot_be_asked_anything_for_an_hour(self, gateway: FakeGateway) -> None:
        asked = op()
        for question in (
            authorize(gateway, asked, "tok_away"),
            authorize(gateway, asked, "tok_away"),
            gateway.find(asked),
            gateway.fence(asked),
        ):
            with pytest.raises(GatewayUnknown):
                await question

        await time_goes_by(gateway, "61 minutes")
        assert (await gateway.find(asked)).captured

    @pytest.mark.parametrize("kind", [OperationKind.CAPTURE, OperationKind.VOID])
    async def test_moves_of_money_that_fail_and_answers_that_are_lost(
        self, gateway: FakeGateway, kind: OperationKind
    ) -> None:
        move = gateway.capture if kind is OperationKind.CAPTURE else gateway.void
        fails, lost = f"tok_{kind.lower()}_fails", f"tok_{kind.lower()}_lost"
        held = await authorize(gateway, op(), fails, capture=False)
        assert (await move(op(kind, reference=held.reference))).verdict is Verdict.DECLINED

        held = await authorize(gateway, op(), lost, capture=False)
        moved = op(kind, reference=held.reference)
        with pytest.raises(GatewayUnknown):
            await move(moved)
        assert (await gateway.find(moved)).verdict is Verdict.SUCCEEDED
        assert (await move(moved)).verdict is Verdict.SUCCEEDED

    async def test_refunds_that_fail_are_lost_or_come_back(self, gateway: FakeGateway) -> None:
        async def refund_of(token: str) -> Op:
            paid = await authorize(gateway, op(), token)
            return op(OperationKind.REFUND, 300, paid.reference)

        assert (await gateway.refund(await refund_of("tok_refund_fails"))).code == "refund_refused"
        for token, found in (
            ("tok_refund_lost", Verdict.SUCCEEDED),
            ("tok_refund_unsent", Verdict.NOT_FOUND),
        ):
            refund = await refund_of(token)
            with pytest.raises(GatewayUnknown):
                await gateway.refund(refund)
            assert (await gateway.find(refund)).verdict is found
            assert (await gateway.refund(refund)).verdict is Verdict.SUCCEEDED
        returned = await refund_of("tok_refund_returned")
        assert (await gateway.refund(returned)).verdict is Verdict.SUCCEEDED
        await time_goes_by(gateway)
        assert (await gateway.find(returned)).code == "returned_by_bank"


class TestMessages:
    async def test_are_believed_as_they_were_written(self, gateway: FakeGateway) -> None:
        asked = op()
        paid = await authorize(gateway, asked)
        headers, body = await gateway.event(asked, at=NOW)

        gateway.verify(headers, body, now=NOW)

        told = gateway.read_event(body)
        assert (told.key, told.kind, told.answer) == (asked.key, asked.kind, paid)

    async def test_pay_7_are_not_believed_otherwise(self, gateway: FakeGateway) -> None:
        asked = op()
        await authorize(gateway, asked)
        headers, body = await gateway.event(asked, at=NOW)
        other_key = {SIGNATURE: signatures.sign(body, key=b"another", at=NOW)}
        other_time = {SIGNATURE: headers[SIGNATURE].replace("t=1", "t=2", 1)}

        for given, text, at in (
            ({}, body, NOW),
            ({SIGNATURE: "t=,v1="}, body, NOW),
            (other_key, body, NOW),
            (other_time, body, NOW),
            (headers, body[:-1], NOW),
            (headers, body.replace(b"SUCCEEDED", b"DECLINED_"), NOW),
            (headers, body, NOW + timedelta(minutes=6)),
            (headers, body, NOW - timedelta(minutes=6)),
        ):
            with pytest.raises(Forged):
                gateway.verify(given, text, now=at)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"verdict": "RICH"}'])
    async def test_are_no_messages_whatever_is_signed(
        self, gateway: FakeGateway, body: bytes
    ) -> None:
        with pytest.raises(Forged):
            gateway.read_event(body)


class TestFence:
    async def test_calls_off_what_is_not_decided(self, gateway: FakeGateway) -> None:
        asked = op()
        await authorize(gateway, asked, "tok_action")

        assert (await gateway.fence(asked)).verdict is Verdict.CANCELLED
        await time_goes_by(gateway)
        assert (await gateway.find(asked)).verdict is Verdict.CANCELLED

    async def test_cannot_promise_everything(self, gateway: FakeGateway) -> None:
        asked = op()
        await authorize(gateway, asked, "tok_no_fence")

        assert (await gateway.fence(asked)).verdict is Verdict.CANNOT
        await time_goes_by(gateway, "1 hour")
        assert (await gateway.fence(asked)).verdict is Verdict.SUCCEEDED

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
