"""What gateways tell: believed where they have signed it, applied once, and kept for later."""

import asyncio
import os
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api import dependencies
from api.gateways import FakeGateway
from api.gateways.fake import SIGNATURE, message
from db import ids, orders, payments
from db.access import ActorKind, Caller
from db.base import execute, fetch_one, fetch_value
from db.payments import Answer, Op, OperationKind, Verdict
from db.stock import Units
from tests.buying import Counter, charges, kinds, new_guest, open_counter, state, topics
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_shop, make_variant
from tests.snapshot import unchanged
from tests.torture.tried import Record

pytestmark = pytest.mark.usefixtures("oracle")


class Bank:
    """The fake gateway, as it writes to the shop."""

    def __init__(self, client: Client, counter: Counter, lantern: UUID) -> None:
        self.client = client
        self.counter = counter
        self.lantern = lantern
        self.clock = NOW

    @property
    def gateway(self) -> FakeGateway:
        found = self.counter.gateways["fake"]
        assert isinstance(found, FakeGateway)
        return found

    async def sell(self, token: str) -> tuple[str, Op]:
        """Sell one unit; return the order's id and the operation that pays it."""
        guest = await new_guest()
        bought = await self.counter.check_out(guest, Units(self.lantern, 1), token=token)
        operation_id = await fetch_value(
            "SELECT id FROM payment_operation WHERE payment_id = $1", UUID(bought.ids["payment"])
        )
        call = await payments.find_call(operation_id)
        assert call
        return bought.ids["order"], call.op

    async def post(
        self, headers: dict[str, str], body: bytes, name: str = "fake"
    ) -> httpx.Response:
        return await self.client.request("POST", f"/gateway/{name}", headers=headers, content=body)

    async def tell(self, op: Op, answer: Answer) -> int:
        """Send a message about an operation, and return the status of its answer."""
        return (await self.post(*message(op, answer, at=self.clock))).status_code


@pytest.fixture
async def bank(client: Client) -> Bank:
    await make_shop()
    overrides = client.app.dependency_overrides
    gateways = overrides[dependencies.gateways]()
    return Bank(client, await open_counter(*gateways.values()), await make_variant(on_hand=10_000))


SYSTEM: dict[str, Any] = {"caller": Caller.system("test"), "action": "system.test", "now": NOW}
PAID = Answer(verdict=Verdict.SUCCEEDED, reference="ch_1", captured=True)
HELD = Answer(verdict=Verdict.SUCCEEDED, reference="ch_1")
DECLINED = Answer(verdict=Verdict.DECLINED, reference="ch_1", code="card_declined")
ACTION = Answer(verdict=Verdict.ACTION, action={"kind": "REDIRECT", "url": "https://bank.example"})


class TestReceive:
    async def test_a_payment_that_nobody_saw_answered_is_told_of(self, bank: Bank) -> None:
        order_id, op = await bank.sell("tok_reply_lost")
        headers, body = await bank.gateway.event(op, at=NOW)

        response = await bank.post(headers, body)

        assert (response.status_code, response.json()) == (200, {"received": True})
        assert await state(order_id) == ("PLACED", "CAPTURED")
        kept = await fetch_one("SELECT gateway, body, applied_at FROM gateway_event")
        assert tuple(kept or ()) == ("fake", None, NOW)
        actor = await fetch_value("SELECT actor_kind FROM order_event WHERE kind = 'PLACED'")
        assert actor == "GATEWAY"

    async def test_what_comes_twice_or_at_once_has_one_effect(self, bank: Bank) -> None:
        order_id, op = await bank.sell("tok_reply_lost")

        told = await asyncio.gather(*(bank.tell(op, PAID) for _ in range(6)))

        assert told == [200] * 6
        assert await fetch_value("SELECT count(*) FROM gateway_event") == 1
        assert (await kinds(order_id)).count("PLACED") == 1
        assert await topics("ORDER_PLACED") == ["ORDER_PLACED"]

    @pytest.mark.parametrize(
        "heard",
        [
            [ACTION, HELD, PAID],
            [PAID, HELD, ACTION],
            [DECLINED, PAID, ACTION, DECLINED],
            [HELD, DECLINED, PAID, HELD],
        ],
    )
    async def test_pay_6_the_order_of_messages_does_not_matter(
        self, bank: Bank, heard: list[Answer]
    ) -> None:
        order_id, op = await bank.sell("tok_error")

        assert [await bank.tell(op, answer) for answer in heard] == [200] * len(heard)

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert (await topics("PAYMENT_CAPTURED"), await topics("ORDER_PLACED")) == (
            ["PAYMENT_CAPTURED"],
            ["ORDER_PLACED"],
        )

    async def test_pay_6_any_history_of_messages_replies_and_questions_ends_alike(
        self, bank: Bank, record_property: Record
    ) -> None:
        """As many histories as the environment's SEEDS says."""
        seeds = int(os.environ.get("SEEDS", "20"))
        record_property("tried", seeds)
        for seed in range(seeds):
            chance = random.Random(seed)  # noqa: S311 - a seed is one history
            order_id, op = await bank.sell("tok_reply_lost")
            found = await bank.gateway.find(op)
            answers = [replace(ACTION, reference=found.reference), HELD, DECLINED, found]
            told = [found, *chance.choices(answers, k=chance.randint(2, 6))]
            chance.shuffle(told)
            for answer in told:
                match chance.randrange(4):
                    case 0:
                        call = await payments.find_call(ids.decode("op", op.key) or ids.new())
                        assert call
                        await orders.settle(call, answer, **SYSTEM)
                    case 1:
                        later = NOW + timedelta(hours=chance.randint(0, 9))
                        await orders.reconcile_due(gateways=bank.counter.gateways, now=later)
                        assert await bank.tell(op, answer) == 200
                    case _:
                        assert await bank.tell(op, answer) == 200

            assert await state(order_id) == ("PLACED", "CAPTURED"), seed
            assert (await kinds(order_id)).count("PLACED") == 1, seed
            assert (await kinds(order_id)).count("PAYMENT_CAPTURED") == 1, seed
            row = await fetch_one(
                "SELECT captured, refund_held, next_action, failure_code FROM payment"
                " WHERE order_id = $1",
                UUID(order_id),
            )
            assert tuple(row or ()) == (op.amount, 0, None, None), seed

    async def test_pay_7_what_cannot_be_believed_is_refused_and_not_kept(self, bank: Bank) -> None:
        _, op = await bank.sell("tok_reply_lost")
        headers, body = await bank.gateway.event(op, at=NOW)
        stale, _ = message(op, PAID, at=NOW - timedelta(minutes=6))
        _, other = message(op, DECLINED, at=NOW)
        forged = {SIGNATURE: "t=1764547200,v1=" + "0" * 64}

        async with unchanged():
            for given, text in (
                (forged, body),
                (stale, message(op, PAID, at=NOW)[1]),
                (headers, other),
                (headers, body[:-7]),
                (headers, b""),
                ({}, body),
            ):
                response = await bank.post(given, text)
                assert response.status_code == 400
                assert "believed" in response.json()["errors"][0]["message"]
            assert (await bank.post(headers, body, name="manual")).status_code == 400
            assert (await bank.post(headers, body, name="nobody")).status_code == 404
            assert (await bank.post(headers, b"x" * 200_000)).status_code == 413
            for method in ("GET", "PUT", "DELETE"):
                response = await bank.client.request(method, "/gateway/fake", headers=headers)
                assert (response.status_code, response.headers["allow"]) == (405, "POST")

    async def test_money_that_came_too_late_is_sent_back_by_the_reconciler(
        self, bank: Bank
    ) -> None:
        order_id, op = await bank.sell("tok_late_success")
        guest_id = await fetch_value("SELECT guest_id FROM orders")
        buyer = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=guest_id)
        await bank.counter.cancel(buyer, order_id)
        await execute(
            "UPDATE fake_gateway.operation SET later_at = later_at - interval '2 seconds'"
        )

        headers, body = await bank.gateway.event(op, at=NOW)
        assert (await bank.post(headers, body)).status_code == 200
        assert await fetch_value("SELECT status FROM refund") == "PENDING"
        later = NOW + timedelta(seconds=31)
        await orders.reconcile_due(gateways=bank.counter.gateways, now=later)

        assert await state(order_id) == ("CANCELLED", "CAPTURED")
        assert await fetch_value("SELECT status FROM refund") == "SUCCEEDED"
        assert [each["kind"] for each in await charges(order_id)] == ["AUTHORIZE", "REFUND"]


class TestApplyWaitingEvents:
    async def test_what_is_not_known_yet_is_looked_at_again(self, bank: Bank) -> None:
        unknown = Op(
            key=ids.encode("op", ids.new()), kind=OperationKind.AUTHORIZE, amount=1, currency="EUR"
        )
        assert await bank.tell(unknown, PAID) == 200
        assert await fetch_value("SELECT applied_at FROM gateway_event") is None

        order_id, op = await bank.sell("tok_reply_lost")
        body = message(op, PAID, at=NOW)[1]
        await execute("UPDATE gateway_event SET body = $1", body)
        assert await self.look(bank, timedelta(seconds=5)) == 0
        assert await self.look(bank, timedelta(seconds=10)) == 1

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await self.look(bank, timedelta(days=1)) == 0

    async def test_after_a_day_a_person_is_called(
        self, bank: Bank, caplog: pytest.LogCaptureFixture
    ) -> None:
        unknown = Op(key="op_unknown", kind=OperationKind.REFUND, amount=1, currency="EUR")
        await bank.tell(unknown, PAID)

        assert await self.look(bank, timedelta(hours=23)) == 1
        assert not caplog.records
        assert await self.look(bank, timedelta(hours=25)) == 1
        assert "about nothing that is known here" in caplog.text
        assert await self.look(bank, timedelta(hours=30)) == 0

    @pytest.mark.parametrize("change", ["the gateway is gone", "it speaks otherwise"])
    async def test_and_where_nobody_understands_it_any_more(
        self, bank: Bank, caplog: pytest.LogCaptureFixture, change: str
    ) -> None:
        unknown = Op(key="op_unknown", kind=OperationKind.REFUND, amount=1, currency="EUR")
        await bank.tell(unknown, PAID)
        if change == "the gateway is gone":
            bank.counter.gateways.clear()
        else:
            await execute("UPDATE gateway_event SET body = '{}'")

        assert await self.look(bank, timedelta(hours=23)) == 1
        assert not caplog.records
        assert await self.look(bank, timedelta(hours=25)) == 1
        assert "about nothing that is known here" in caplog.text
        assert await self.look(bank, timedelta(hours=30)) == 0

    async def test_messages_are_forgotten_after_a_month(self, bank: Bank) -> None:
        _, op = await bank.sell("tok_reply_lost")
        await bank.tell(op, PAID)

        assert await payments.forget_messages(now=NOW + timedelta(days=29)) == 0
        assert await payments.forget_messages(now=NOW + timedelta(days=31)) == 1

    async def look(self, bank: Bank, after: timedelta) -> Any:
        return await orders.apply_waiting_events(gateways=bank.counter.gateways, now=NOW + after)
