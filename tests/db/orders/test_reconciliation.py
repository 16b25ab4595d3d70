"""What became of a call that nobody saw answered is found out, and its key is never changed."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.gateways.fake import message
from db import orders, payments
from db.access import ActorKind, Caller, Role
from db.base import execute, fetch, fetch_value
from db.errors import InvalidState, Refusal
from db.orders import end_run_out, expire_due, reconcile_due, sync_payment
from db.orders.batches import LEASE
from db.orders.reconciliation import PAUSES
from db.payments import Answer, Op, OperationKind, Verdict
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, kinds, new_guest, reserved, state, topics
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.snapshot import unchanged

SOON = NOW + timedelta(seconds=30)
AUDITED_FIRST = """
INSERT INTO audit_event (id, at, actor_kind, actor_label, action, changes, request_id)
VALUES ('00000000-0000-7000-8000-000000000000', $1, 'SYSTEM', 'tests', 'shopUpdate', '{}', '')
"""
JOBS = ("expiry", "reconciliation", "gateway_events", "holds", "cleaning")
NOT_BEHIND = dict.fromkeys(JOBS, 0)


async def time_goes_by(interval: str = "2 seconds") -> None:
    """Let time go by at the fake gateway."""
    await execute(
        "UPDATE fake_gateway.operation SET later_at = later_at - $1::text::interval,"
        " created_at = created_at - $1::text::interval",
        interval,
    )


async def buy(counter: Counter, variant: UUID, token: str) -> str:
    """Buy one unit, and return the order's id."""
    outcome = await counter.check_out(await new_guest(), Units(variant, 1), token=token)
    return outcome.ids["order"]


class TestReconcileDue:
    @pytest.mark.parametrize("token", ["tok_reply_lost", "tok_request_lost"])
    async def test_pay_4_finds_a_charge_or_makes_the_same_call_again(
        self, counter: Counter, lantern: UUID, token: str
    ) -> None:
        order_id = await buy(counter, lantern, token)
        assert await state(order_id) == ("PENDING", "PROCESSING")

        assert await reconcile_due(gateways=counter.gateways, now=NOW + timedelta(seconds=29)) == 0
        assert await reconcile_due(gateways=counter.gateways, now=SOON) == 1

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert [each["captured"] for each in await charges(order_id)] == [True]
        assert await fetch_value("SELECT sealed_token FROM payment_operation") is None
        assert await reconcile_due(gateways=counter.gateways, now=SOON + timedelta(hours=1)) == 0

    async def test_pay_4_a_time_out_that_charged_and_one_that_did_not(
        self, counter: Counter, lantern: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("db.payments.sending.ANSWER_SECONDS", 0.3)
        monkeypatch.setattr("db.orders.reconciliation.ANSWER_SECONDS", 0.3)
        charged = await buy(counter, lantern, "tok_timeout")
        not_charged = await buy(counter, lantern, "tok_timeout_before")

        await reconcile_due(gateways=counter.gateways, now=SOON)
        await expire_due(gateways=counter.gateways, now=NOW + timedelta(minutes=16))

        assert await state(charged) == ("PLACED", "CAPTURED")
        assert await state(not_charged) == ("EXPIRED", "VOIDED")
        assert [each["captured"] for each in await charges(charged)] == [True]
        assert [each["captured"] for each in await charges(not_charged)] == [False]
        assert await reserved(lantern) == 1

    async def test_pay_4_a_gateway_that_cannot_be_asked_for_an_hour(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = await buy(counter, lantern, "tok_away")
        now = NOW
        for _ in range(8):
            now += timedelta(minutes=10)
            await reconcile_due(gateways=counter.gateways, now=now)
            await expire_due(gateways=counter.gateways, now=now)
            assert await state(order_id) == ("PENDING", "PROCESSING")
            assert await reserved(lantern) == 1

        await time_goes_by("61 minutes")
        await reconcile_due(gateways=counter.gateways, now=now + timedelta(minutes=10))

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert [each["captured"] for each in await charges(order_id)] == [True]

    async def test_asks_less_and_less_often(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        await buy(counter, lantern, "tok_error")
        asked, now = [], NOW
        while now < NOW + timedelta(hours=1):
            now += timedelta(seconds=10)
            if await reconcile_due(gateways=counter.gateways, now=now):
                asked.append((now - NOW).total_seconds())

        waits = [after - before for before, after in zip([0, *asked], asked, strict=False)]
        assert waits[:7] == [30, 30, 60, 120, 300, 600, 600]
        assert len(PAUSES) == 6

    async def test_many_at_once_ask_once(self, counter: Counter, lantern: UUID) -> None:
        for _ in range(6):
            await buy(counter, lantern, "tok_reply_lost")

        looked = await asyncio.gather(
            *(reconcile_due(gateways=counter.gateways, now=SOON) for _ in range(4))
        )

        assert sum(looked) == 6
        assert await topics("ORDER_PLACED") == ["ORDER_PLACED"] * 6

    async def test_sends_nothing_again_after_twenty_hours_and_calls_a_person_after_three_days(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        order_id = await buy(counter, lantern, "tok_request_lost")
        asked = fake.asked

        for hours, calls in ((20, 0), (71, 0), (72, 1), (80, 1)):
            await reconcile_due(gateways=counter.gateways, now=NOW + timedelta(hours=hours))
            assert (await kinds(order_id)).count("NOTE") == calls, hours

        assert fake.asked == asked
        assert await state(order_id) == ("PENDING", "PROCESSING")
        await expire_due(gateways=counter.gateways, now=NOW + timedelta(hours=80))
        assert await state(order_id) == ("EXPIRED", "VOIDED")

    @pytest.mark.parametrize("token", ["tok_refund_lost", "tok_refund_unsent"])
    async def test_rfd_3_finishes_refunds_too(
        self, counter: Counter, lantern: UUID, token: str
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1), token=token)).ids["order"]
        await counter.cancel(guest, order_id)
        assert await fetch_value("SELECT status FROM refund") == "PENDING"

        await reconcile_due(gateways=counter.gateways, now=SOON)

        assert await fetch_value("SELECT status FROM refund") == "SUCCEEDED"
        assert len(await charges(order_id)) == 2

    async def test_finishes_voids_too(self, counter: Counter, lantern: UUID) -> None:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        guest = await new_guest()
        bought = await counter.check_out(guest, Units(lantern, 1), token="tok_void_lost")
        await counter.cancel(guest, bought.ids["order"])
        assert await state(bought.ids["order"]) == ("CANCELLED", "AUTHORIZED")

        await reconcile_due(gateways=counter.gateways, now=SOON)

        assert await state(bought.ids["order"]) == ("CANCELLED", "VOIDED")

    async def test_a_buyer_who_confirms_and_never_comes_back(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = await buy(counter, lantern, "tok_action")
        assert await state(order_id) == ("PENDING", "REQUIRES_ACTION")
        await reconcile_due(gateways=counter.gateways, now=SOON)
        assert await state(order_id) == ("PENDING", "REQUIRES_ACTION")

        await time_goes_by()
        await reconcile_due(gateways=counter.gateways, now=SOON + timedelta(seconds=30))

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await fetch_value("SELECT next_action FROM payment") is None


class TestSyncPayment:
    async def sync(self, counter: Counter, caller: Caller, payment_id: str) -> Any:
        return await sync_payment(
            caller=caller, now=NOW, payment_id=UUID(payment_id), gateways=counter.gateways
        )

    @pytest.mark.parametrize(
        ("token", "end"),
        [
            ("tok_action", ("PLACED", "CAPTURED")),
            ("tok_action_declined", ("PENDING", "FAILED")),
            ("tok_action_abandoned", ("PENDING", "REQUIRES_ACTION")),
            ("tok_processing", ("PLACED", "CAPTURED")),
            ("tok_processing_declined", ("PENDING", "FAILED")),
            ("tok_late_success", ("PLACED", "CAPTURED")),
            ("tok_reply_lost", ("PLACED", "CAPTURED")),
            ("tok_request_lost", ("PENDING", "PROCESSING")),
            ("tok_away", ("PENDING", "PROCESSING")),
        ],
    )
    async def test_takes_in_what_the_gateway_knows_and_charges_nothing(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway, token: str, end: tuple[str, ...]
    ) -> None:
        guest = await new_guest()
        bought = await counter.check_out(guest, Units(lantern, 1), token=token)
        asked = fake.asked
        await time_goes_by()

        for _ in range(2):
            outcome = await self.sync(counter, guest, bought.ids["payment"])

        assert outcome.ids["order"] == bought.ids["order"]
        assert await state(bought.ids["order"]) == end
        assert fake.asked == asked

    async def test_is_for_those_who_may_see_the_order(
        self, counter: Counter, lantern: UUID
    ) -> None:
        bought = await counter.check_out(await new_guest(), Units(lantern, 1), token="tok_action")
        await time_goes_by()
        guest = await new_guest()

        async with unchanged():
            for stranger in (guest, Caller.anonymous(), factories.staff(Role.CATALOG)):
                with pytest.raises(Refusal, match="no such payment"):
                    await self.sync(counter, stranger, bought.ids["payment"])
        await self.sync(counter, factories.staff(Role.SUPPORT), bought.ids["payment"])
        assert await state(bought.ids["order"]) == ("PLACED", "CAPTURED")


class TestEndRunOut:
    async def held(self, counter: Counter, lantern: UUID, now: datetime = NOW) -> UUID:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        return UUID(await buy(counter, lantern, "tok_ok"))

    async def test_cancels_an_order_of_which_nothing_has_left(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = await self.held(counter, lantern)
        week = NOW + timedelta(days=7)
        assert await end_run_out(gateways=counter.gateways, now=week - timedelta(minutes=1)) == 0

        assert await end_run_out(gateways=counter.gateways, now=week) == 1

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert (await orders.Order.get(id=order_id)).cancel_reason == "PAYMENT"
        assert await reserved(lantern) == 0

    async def test_calls_a_person_once_where_goods_have_left(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = await self.held(counter, lantern)
        staff = factories.staff(Role.FULFILLMENT)
        parcel = await orders.create_fulfillment(caller=staff, now=NOW, order_id=order_id)
        await orders.ship_fulfillment(caller=staff, now=NOW, id=UUID(parcel.ids["fulfillment"]))

        for days in (7, 8):
            await end_run_out(gateways=counter.gateways, now=NOW + timedelta(days=days))

        assert await state(order_id) == ("PLACED", "AUTHORIZED")
        assert (await kinds(order_id)).count("NOTE") == 1

    async def test_a_worker_that_comes_at_the_same_time_has_nothing_to_do(
        self,
        counter: Counter,
        lantern: UUID,
        fake: FaultyGateway,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        order_id = await self.held(counter, lantern)
        void, asked, goes_on = fake.void, asyncio.Event(), asyncio.Event()

        async def slowly(op: Op) -> Answer:
            asked.set()
            await goes_on.wait()
            return await void(op)

        monkeypatch.setattr(fake, "void", slowly)
        week = NOW + timedelta(days=7)
        both = asyncio.gather(*(end_run_out(gateways=counter.gateways, now=week) for _ in range(2)))
        await asked.wait()
        await asyncio.sleep(0.2)  # the other one gets as far as it comes
        goes_on.set()

        assert sorted(await both) == [0, 1]
        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert "NOTE" not in await kinds(order_id)

    async def test_nobody_is_called_where_somebody_has_just_seen_to_it(
        self, counter: Counter, lantern: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order_id = await self.held(counter, lantern)

        async def too_late(**_: Any) -> None:
            monkeypatch.undo()
            payment_id = await fetch_value("SELECT id FROM payment")
            call = await payments.lock_first(payment_id)
            await payments.take(call, call.amount, now=NOW)
            raise InvalidState("This order cannot be cancelled any more.", current="PLACED")

        monkeypatch.setattr("db.orders.holds.cancel_order", too_late)
        await end_run_out(gateways=counter.gateways, now=NOW + timedelta(days=7))

        assert "NOTE" not in await kinds(order_id)

    async def test_one_that_fails_does_not_keep_the_others_from_their_turn(
        self, counter: Counter, lantern: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stuck, other = [await self.held(counter, lantern) for _ in range(2)]
        cancel = orders.cancel_order

        async def fails(*, id: UUID, **named: Any) -> Any:
            if id == stuck:
                raise LookupError("broken on purpose")
            return await cancel(id=id, **named)

        monkeypatch.setattr("db.orders.holds.cancel_order", fails)
        monkeypatch.setattr("db.orders.holds.BATCH", 1)
        week = NOW + timedelta(days=7)
        for _ in range(2):
            await end_run_out(gateways=counter.gateways, now=week)

        assert await state(other) == ("CANCELLED", "VOIDED")
        assert await state(stuck) == ("PLACED", "AUTHORIZED")
        assert await end_run_out(gateways=counter.gateways, now=week + LEASE) == 1

    async def test_leaves_promises_to_pay_alone(self, counter: Counter, lantern: UUID) -> None:
        bought = await counter.check_out(await new_guest(), Units(lantern, 1), gateway="manual")

        await end_run_out(gateways=counter.gateways, now=NOW + timedelta(days=700))

        assert await state(bought.ids["order"]) == ("PLACED", "AUTHORIZED")


class TestSecondsBehind:
    async def test_is_the_age_of_what_should_have_been_done(
        self, counter: Counter, lantern: UUID
    ) -> None:
        assert set((await self.behind(counter, NOW)).values()) == {0}
        await buy(counter, lantern, "tok_error")

        behind = await self.behind(counter, NOW + timedelta(minutes=16))

        assert behind == NOT_BEHIND | {"expiry": 60, "reconciliation": 930}

    async def test_is_nothing_for_a_message_that_was_just_looked_at(
        self, counter: Counter, fake: FaultyGateway
    ) -> None:
        unknown = Op(key="op_unknown", kind=OperationKind.REFUND, amount=1, currency="EUR")
        told = message(unknown, Answer(verdict=Verdict.SUCCEEDED), at=NOW)[1]
        await orders.take_in_event(gateway=fake, body=told, now=NOW)

        assert (await self.behind(counter, NOW + timedelta(minutes=2)))["gateway_events"] == 110
        late = NOW + timedelta(minutes=2)
        await orders.apply_waiting_events(gateways=counter.gateways, now=late)
        assert await self.behind(counter, late) == NOT_BEHIND

    async def test_tells_of_holds_that_have_run_out(self, counter: Counter, lantern: UUID) -> None:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
        await buy(counter, lantern, "tok_ok")
        week = NOW + timedelta(days=7)

        assert (await self.behind(counter, week + timedelta(minutes=1)))["holds"] == 60
        await end_run_out(gateways=counter.gateways, now=week)
        assert (await self.behind(counter, week + timedelta(minutes=1)))["holds"] == 0

    @pytest.mark.parametrize(
        ("aging", "kept"),
        [
            ("UPDATE cart SET expires_at = $1", timedelta(0)),
            ("UPDATE idempotency SET created_at = $1", timedelta(days=7)),
            ("UPDATE gateway_event SET received_at = $1, applied_at = $1", timedelta(days=30)),
            ("UPDATE event SET occurred_at = $1", timedelta(days=30)),
            (AUDITED_FIRST, timedelta(days=732)),
        ],
    )
    async def test_tells_of_what_is_to_be_cleaned_away(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway, aging: str, kept: timedelta
    ) -> None:
        guest = await new_guest()
        await counter.check_out(guest, Units(lantern, 1))
        await counter.fill_cart(guest, Units(lantern, 1))
        unknown = Op(key="op_unknown", kind=OperationKind.REFUND, amount=1, currency="EUR")
        told = message(unknown, Answer(verdict=Verdict.SUCCEEDED), at=NOW)[1]
        await orders.take_in_event(gateway=fake, body=told, now=NOW)

        assert (await self.behind(counter, NOW))["cleaning"] == 0
        await execute(aging, NOW - kept - timedelta(minutes=1))
        assert (await self.behind(counter, NOW))["cleaning"] == 60

    async def behind(self, counter: Counter, now: datetime) -> Mapping[str, int]:
        return await orders.seconds_behind(now, counter.gateways)


class TestPay6:
    async def test_pay_6_any_order_and_repetition_of_answers_ends_alike(
        self, counter: Counter, lantern: UUID
    ) -> None:
        """A few orders on the real tables; the property itself is in test_answers."""
        held = Answer(verdict=Verdict.SUCCEEDED, reference="r")
        taken = Answer(verdict=Verdict.SUCCEEDED, reference="r", captured=True)
        declined = Answer(verdict=Verdict.DECLINED, reference="r", code="card_declined")
        gateway = Caller(kind=ActorKind.GATEWAY, label="fake")
        ends = set()
        for heard in (
            [held, taken, declined],
            [declined, held, taken, taken, held],
            [taken, declined, held, declined],
            [declined, declined, taken, held],
        ):
            order_id = await buy(counter, lantern, "tok_error")
            (first,) = await fetch(
                "SELECT m.id FROM payment_operation m JOIN payment p ON p.id = m.payment_id"
                " WHERE p.order_id = $1",
                UUID(order_id),
            )
            for answer in heard:
                call = await payments.find_call(first[0])
                assert call
                await orders.settle(call, answer, caller=gateway, action="gateway.fake", now=NOW)
            ends.add((*await state(order_id), (await kinds(order_id)).count("PLACED")))

        assert ends == {("PLACED", "CAPTURED", 1)}
        assert await topics("ORDER_PLACED") == ["ORDER_PLACED"] * 4
        assert await topics("PAYMENT_CAPTURED") == ["PAYMENT_CAPTURED"] * 4
