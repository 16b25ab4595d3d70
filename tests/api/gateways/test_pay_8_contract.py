"""PAY-8: what the shop relies on, whichever gateway it is paid through.

A new gateway is added to ``SUBJECTS``. Where one declares that something cannot happen to it, the
test that needs it is skipped, and says so.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from db.payments import Forged, GatewayUnknown, Op, OperationKind, Verdict
from tests.api.gateways.subjects import SUBJECTS, Moved, Side, Subject, op
from tests.conftest import NOW

AUTHORIZE, CAPTURE, VOID, REFUND = OperationKind


@pytest.fixture(params=SUBJECTS)
async def subject(
    request: pytest.FixtureRequest, database_url: str, database: object
) -> AsyncIterator[Subject]:
    """Each gateway in turn."""
    async with SUBJECTS[request.param](database_url) as subject:
        yield subject


def need(subject: Subject, *, token: str = "pays", world: str = "gateway") -> None:
    """Skip what a gateway declares that never happens to it."""
    if token not in subject.tokens or getattr(subject, world) is None:
        pytest.skip(f"{subject.gateway.name} declares that this never happens")


async def held(subject: Subject, *, token: str | None = None) -> str:
    """Hold ten euros; return the gateway's reference."""
    answer = await subject.authorize(op(), token=token)
    assert (answer.verdict, answer.captured) == (Verdict.SUCCEEDED, False)
    assert answer.reference
    return answer.reference


async def paid(subject: Subject, *, token: str | None = None) -> str:
    """Take ten euros; return the gateway's reference."""
    reference = await held(subject, token=token)
    assert (await subject.gateway.capture(op(CAPTURE, reference))).captured
    return reference


async def move(subject: Subject, asked: Op) -> Verdict:
    """Make a call that moves money of an earlier payment."""
    calls = {
        CAPTURE: subject.gateway.capture,
        VOID: subject.gateway.void,
        REFUND: subject.gateway.refund,
    }
    return (await calls[asked.kind](asked)).verdict


class TestPAY8Authorize:
    async def test_gives_one_answer_under_one_key(self, subject: Subject) -> None:
        asked = op()
        answers = [await subject.authorize(asked) for _ in range(3)]

        assert answers[0].verdict is Verdict.SUCCEEDED
        assert answers[0].reference
        assert answers == [answers[0]] * 3
        assert await subject.gateway.find(asked) == answers[0]

    async def test_at_once_it_charges_once(self, subject: Subject) -> None:
        need(subject, world="books")
        asked = op()

        answers = await asyncio.gather(
            *(subject.authorize(asked, capture=True) for _ in range(5)), return_exceptions=True
        )

        unknown = [answer for answer in answers if isinstance(answer, BaseException)]
        assert all(isinstance(answer, GatewayUnknown) for answer in unknown)
        found = await subject.gateway.find(asked)
        assert found.captured
        assert await subject.moved(found.reference) == Moved(taken=1000)

    async def test_takes_at_once_where_it_can(self, subject: Subject) -> None:
        answer = await subject.authorize(op(), capture=True)

        assert answer.captured is subject.gateway.takes_at_once

    async def test_says_why_it_declines_and_stays_with_it(self, subject: Subject) -> None:
        need(subject, token="declines", world="books")
        asked = op()

        answers = [await subject.authorize(asked, "declines", capture=True) for _ in range(2)]

        assert answers[0] == answers[1] == await subject.gateway.find(asked)
        assert (answers[0].verdict, answers[0].code) == (Verdict.DECLINED, "insufficient_funds")
        assert answers[0].message
        assert await subject.moved(answers[0].reference) == Moved()

    async def test_sends_the_buyer_to_the_bank_and_hears_what_it_decides(
        self, subject: Subject
    ) -> None:
        need(subject, token="asks", world="decide")
        asked = op()
        waiting = await subject.authorize(asked, "asks", capture=True)

        assert waiting.verdict is Verdict.ACTION
        assert waiting.action
        assert set(waiting.action) == {"kind", "url"}
        assert subject.decide
        await subject.decide()
        assert (await subject.gateway.find(asked)).captured
        assert (await subject.authorize(asked, "asks", capture=True)).captured

    @pytest.mark.parametrize("side", ["before", "after"])
    async def test_pay_4_what_nobody_saw_answered_is_found_and_never_taken_twice(
        self, subject: Subject, side: Side
    ) -> None:
        need(subject, world="lose")
        assert subject.lose
        asked, token = op(), subject.lose(AUTHORIZE, side)

        with pytest.raises(GatewayUnknown):
            await subject.authorize(asked, token=token, capture=True)

        found = await subject.gateway.find(asked)
        assert found.verdict is (Verdict.NOT_FOUND if side == "before" else Verdict.SUCCEEDED)
        again = await subject.authorize(asked, token=token, capture=True)
        assert again.captured
        assert await subject.moved(again.reference) == Moved(taken=1000)

    async def test_tells_of_an_operation_that_it_never_saw_nothing_that_binds(
        self, subject: Subject
    ) -> None:
        found = await subject.gateway.find(op())

        assert found.verdict in {Verdict.NOT_FOUND, Verdict.SUCCEEDED}
        assert subject.gateway.holds_for is None or subject.gateway.holds_for.days >= 1


class TestPAY8Fence:
    async def test_says_after_a_success_that_there_was_one(self, subject: Subject) -> None:
        asked = op()
        await subject.authorize(asked)

        assert (await subject.gateway.fence(asked)).verdict is Verdict.SUCCEEDED

    async def test_keeps_to_what_it_said(self, subject: Subject) -> None:
        asked = op()
        promised = await subject.gateway.fence(asked)

        assert promised.verdict in {Verdict.SUCCEEDED, Verdict.CANCELLED}
        assert (await subject.authorize(asked)).verdict is promised.verdict
        assert (await subject.gateway.fence(asked)).verdict is promised.verdict

    async def test_no_charge_comes_after_a_decline(self, subject: Subject) -> None:
        need(subject, token="declines", world="books")
        asked = op()
        answer = await subject.authorize(asked, "declines")

        assert (await subject.gateway.fence(asked)).verdict is Verdict.DECLINED
        assert (await subject.authorize(asked, "declines")).verdict is Verdict.DECLINED
        assert await subject.moved(answer.reference) == Moved()

    async def test_calls_off_what_the_bank_has_not_decided(self, subject: Subject) -> None:
        need(subject, token="asks", world="decide")
        asked = op()
        await subject.authorize(asked, "asks", capture=True)

        assert (await subject.gateway.fence(asked)).verdict is Verdict.CANCELLED
        assert subject.decide
        await subject.decide()
        found = await subject.gateway.find(asked)
        assert found.verdict is Verdict.CANCELLED
        assert await subject.moved(found.reference) == Moved()

    @pytest.mark.parametrize("side", ["before", "after"])
    async def test_decides_what_nobody_saw_answered(self, subject: Subject, side: Side) -> None:
        need(subject, world="lose")
        assert subject.lose
        asked, token = op(), subject.lose(AUTHORIZE, side)
        with pytest.raises(GatewayUnknown):
            await subject.authorize(asked, token=token, capture=True)

        promised = await subject.gateway.fence(asked)

        expected = Verdict.CANCELLED if side == "before" else Verdict.SUCCEEDED
        assert promised.verdict is expected
        assert (await subject.authorize(asked, token=token, capture=True)).verdict is expected
        assert await subject.moved(promised.reference) == Moved(1000 * (side == "after"))

    async def test_while_a_charge_happens_what_it_promises_is_what_comes(
        self, subject: Subject
    ) -> None:
        need(subject, world="books")
        for _ in range(5):
            asked = op()

            charged, promised = await asyncio.gather(
                subject.authorize(asked, capture=True),
                subject.gateway.fence(asked),
                return_exceptions=True,
            )

            found = await subject.gateway.find(asked)
            taken = await subject.moved(found.reference)
            if not isinstance(promised, BaseException):
                is_paid = promised.verdict is Verdict.SUCCEEDED
                assert taken == Moved(1000 * is_paid)
            if not isinstance(charged, BaseException):
                assert (charged.verdict is Verdict.SUCCEEDED) is (taken == Moved(1000))


class TestPAY8Moves:
    async def test_takes_what_it_holds_and_gives_it_back(self, subject: Subject) -> None:
        reference = await held(subject)
        capture, refund = op(CAPTURE, reference), op(REFUND, reference)

        taken = await subject.gateway.capture(capture)
        assert (taken.verdict, taken.captured) == (Verdict.SUCCEEDED, True)
        assert (
            taken == await subject.gateway.capture(capture) == await subject.gateway.find(capture)
        )
        given = await subject.gateway.refund(refund)
        assert given.verdict is Verdict.SUCCEEDED
        assert given == await subject.gateway.refund(refund) == await subject.gateway.find(refund)
        if subject.books:
            assert await subject.moved(reference) == Moved(taken=1000, given_back=1000)

    async def test_lets_go_of_what_it_holds(self, subject: Subject) -> None:
        reference = await held(subject)
        void = op(VOID, reference)

        let_go = await subject.gateway.void(void)

        assert let_go.verdict is Verdict.SUCCEEDED
        assert let_go == await subject.gateway.void(void) == await subject.gateway.find(void)
        if subject.books:
            assert await move(subject, op(CAPTURE, reference)) is Verdict.DECLINED
            assert await subject.moved(reference) == Moved()

    async def test_takes_a_part_and_no_more_of_it_back(self, subject: Subject) -> None:
        need(subject, world="books")
        reference = await held(subject)

        assert await move(subject, op(CAPTURE, reference, 600)) is Verdict.SUCCEEDED
        assert await move(subject, op(REFUND, reference, 350)) is Verdict.SUCCEEDED
        assert await move(subject, op(REFUND, reference, 251)) is Verdict.DECLINED
        assert await move(subject, op(REFUND, reference, 250)) is Verdict.SUCCEEDED
        assert await subject.moved(reference) == Moved(taken=600, given_back=600)

    async def test_takes_no_more_than_it_holds(self, subject: Subject) -> None:
        need(subject, world="books")
        reference = await held(subject)

        assert await move(subject, op(CAPTURE, reference, 1001)) is Verdict.DECLINED
        assert await move(subject, op(REFUND, reference)) is Verdict.DECLINED
        assert await subject.moved(reference) == Moved()

    async def test_pay_2_takes_or_lets_go_and_never_both(self, subject: Subject) -> None:
        need(subject, world="books")
        reference = await held(subject)
        capture, void = op(CAPTURE, reference), op(VOID, reference)

        verdicts = await asyncio.gather(move(subject, capture), move(subject, void))

        assert set(verdicts) == {Verdict.SUCCEEDED, Verdict.DECLINED}
        is_taken = verdicts[0] is Verdict.SUCCEEDED
        assert await subject.moved(reference) == Moved(1000 * is_taken)

    async def test_rfd_1_many_refunds_at_once_are_never_more_than_was_taken(
        self, subject: Subject
    ) -> None:
        need(subject, world="books")
        reference = await paid(subject)
        refunds = [op(REFUND, reference, 300) for _ in range(5)]

        verdicts = await asyncio.gather(*(move(subject, refund) for refund in refunds))

        assert verdicts.count(Verdict.SUCCEEDED) == 3
        assert await asyncio.gather(*(move(subject, refund) for refund in refunds)) == verdicts
        assert await subject.moved(reference) == Moved(1000, 900)

    @pytest.mark.parametrize(
        ("kind", "side"),
        [(CAPTURE, "after"), (VOID, "after"), (REFUND, "before"), (REFUND, "after")],
    )
    async def test_rfd_3_a_lost_answer_is_found_and_moves_nothing_twice(
        self, subject: Subject, kind: OperationKind, side: Side
    ) -> None:
        need(subject, world="lose")
        assert subject.lose
        token = subject.lose(kind, side)
        reference = await (paid if kind is REFUND else held)(subject, token=token)
        asked = op(kind, reference)

        with pytest.raises(GatewayUnknown):
            await move(subject, asked)

        if side == "after":
            assert (await subject.gateway.find(asked)).verdict is Verdict.SUCCEEDED
        assert await move(subject, asked) is Verdict.SUCCEEDED
        expected = {CAPTURE: Moved(1000), VOID: Moved(), REFUND: Moved(1000, 1000)}
        assert await subject.moved(reference) == expected[kind]


class TestPAY8Messages:
    async def test_are_believed_as_they_were_written_and_name_their_operation(
        self, subject: Subject
    ) -> None:
        need(subject, world="tell")
        assert subject.tell
        asked = op()
        answer = await subject.authorize(asked, capture=True)
        refund = op(REFUND, answer.reference, 400)
        await subject.gateway.refund(refund)

        for told, expected in ((asked, answer), (refund, await subject.gateway.find(refund))):
            headers, body = await subject.tell(told)
            subject.gateway.verify(headers, body, now=NOW)
            event = subject.gateway.read_event(body)
            assert (event.key, event.kind, event.answer) == (told.key, told.kind, expected)

    async def test_pay_7_are_not_believed_otherwise(self, subject: Subject) -> None:
        if subject.tell:
            asked = op()
            await subject.authorize(asked, capture=True)
            headers, body = await subject.tell(asked)
            (name,) = headers.keys() - {"content-type"}
            forged = {name: headers[name].replace("v1=", "v1=0")[:-1]}
            for given, text, at in (
                (forged, body, NOW),
                (headers, body[:-1], NOW),
                (headers, body, NOW + timedelta(minutes=6)),
                (headers, body, NOW - timedelta(minutes=6)),
            ):
                with pytest.raises(Forged):
                    subject.gateway.verify(given, text, now=at)
        for name in ("fake-signature", "stripe-signature"):
            for value in ("", "t=1,v1=0", "t=,v1=", "t=1764547200,v1=\xe9"):
                with pytest.raises(Forged):
                    subject.gateway.verify({name: value}, b"{}", now=NOW)

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"id": 1, "data": null}'])
    async def test_are_no_messages_whatever_is_signed(self, subject: Subject, body: bytes) -> None:
        with pytest.raises(Forged):
            subject.gateway.read_event(body)
