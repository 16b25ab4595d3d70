"""What the shop relies on, whichever gateway it is paid through. A new one is added to the list."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.gateways import FakeGateway, ManualGateway
from db import ids
from db.payments import Answer, Forged, Gateway, Op, OperationKind, Verdict
from tests.conftest import NOW


@pytest.fixture(params=["fake", "manual"])
async def gateway(request: pytest.FixtureRequest, database_url: str) -> AsyncIterator[Gateway]:
    """Each gateway in turn."""
    if request.param == "manual":
        yield ManualGateway()
        return
    fake = FakeGateway(database_url)
    yield fake
    await fake.close()


def op(kind: OperationKind = OperationKind.AUTHORIZE, reference: str | None = None) -> Op:
    key = ids.encode("op", ids.new())
    return Op(key=key, kind=kind, amount=1000, currency="EUR", reference=reference)


async def authorize(gateway: Gateway, asked: Op) -> Answer:
    return await gateway.authorize(asked, token="tok_ok", capture=False, return_url=None)


class TestEveryGateway:
    async def test_gives_one_answer_under_one_key(self, gateway: Gateway) -> None:
        asked = op()

        answers = await asyncio.gather(*(authorize(gateway, asked) for _ in range(5)))

        assert {answer.verdict for answer in answers} == {Verdict.SUCCEEDED}
        assert len({answer.reference for answer in answers}) == 1
        assert answers[0].reference

    async def test_finds_what_it_answered(self, gateway: Gateway) -> None:
        asked = op()

        assert await authorize(gateway, asked) == await gateway.find(asked)

    async def test_says_after_a_success_that_there_was_one(self, gateway: Gateway) -> None:
        asked = op()
        await authorize(gateway, asked)

        assert (await gateway.fence(asked)).verdict is Verdict.SUCCEEDED

    async def test_keeps_to_what_it_said_at_the_fence(self, gateway: Gateway) -> None:
        asked = op()
        promised = await gateway.fence(asked)

        assert promised.verdict in {Verdict.SUCCEEDED, Verdict.CANCELLED, Verdict.CANNOT}
        if promised.verdict is not Verdict.CANNOT:
            assert (await authorize(gateway, asked)).verdict is promised.verdict

    async def test_takes_what_it_holds_and_gives_it_back(self, gateway: Gateway) -> None:
        held = await authorize(gateway, op())
        capture = op(OperationKind.CAPTURE, held.reference)
        refund = op(OperationKind.REFUND, held.reference)

        taken = await gateway.capture(capture)
        assert taken.verdict is Verdict.SUCCEEDED
        assert taken.captured
        assert await gateway.capture(capture) == taken
        given_back = await gateway.refund(refund)
        assert given_back.verdict is Verdict.SUCCEEDED
        assert await gateway.refund(refund) == given_back

    async def test_lets_go_of_what_it_holds(self, gateway: Gateway) -> None:
        held = await authorize(gateway, op())
        void = op(OperationKind.VOID, held.reference)

        let_go = await gateway.void(void)

        assert let_go.verdict is Verdict.SUCCEEDED
        assert await gateway.void(void) == let_go

    async def test_believes_nothing_that_it_has_not_signed(self, gateway: Gateway) -> None:
        for headers in ({}, {"fake-signature": "t=1,v1=0"}, {"stripe-signature": "t=1,v1=0"}):
            with pytest.raises(Forged):
                gateway.verify(headers, b"{}", now=NOW)
        with pytest.raises(Forged):
            gateway.read_event(b"{}")

    async def test_tells_of_an_operation_that_it_never_saw_nothing_that_binds(
        self, gateway: Gateway
    ) -> None:
        found = await gateway.find(op())

        assert found.verdict in {Verdict.NOT_FOUND, Verdict.SUCCEEDED}
        assert gateway.holds_for is None or gateway.holds_for.days >= 1
