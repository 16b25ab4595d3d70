"""Money that is held is taken once, in whole or in part, or let go; a placed order keeps it."""

import asyncio
from uuid import UUID

import pytest

from db import orders, payments
from db.access import Caller, Role
from db.base import execute, fetch, fetch_value
from db.errors import Code, InvalidState, NotAllowed, NotSignedIn, Refusal, RetryLater
from db.money import Money
from db.orders import ReturnFields, create_fulfillment, ship_fulfillment
from db.payments import Answer, Verdict
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, kinds, new_guest, reserved, state, topics
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.snapshot import unchanged

FINANCE = factories.staff(Role.FINANCE)


@pytest.fixture
async def held(counter: Counter, lantern: UUID) -> UUID:
    """A payment that holds 24.90 EUR for two lanterns."""
    return await hold(counter, lantern)


async def hold(counter: Counter, lantern: UUID, token: str = "tok_ok") -> UUID:
    await execute("UPDATE shop SET capture_policy = 'MANUAL'")
    bought = await counter.check_out(await new_guest(), Units(lantern, 2), token=token)
    return UUID(bought.ids["payment"])


async def order_of(payment_id: UUID) -> UUID:
    order_id: UUID = await fetch_value("SELECT order_id FROM payment WHERE id = $1", payment_id)
    return order_id


class TestCapturePayment:
    async def test_takes_all_that_is_held(self, counter: Counter, held: UUID) -> None:
        outcome = await counter.capture(FINANCE, held)

        order_id = outcome.ids["order"]
        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await fetch_value("SELECT captured FROM payment") == 2490
        assert (await topics())[-1] == "PAYMENT_CAPTURED"
        assert (await kinds(order_id))[-1] == "PAYMENT_CAPTURED"
        assert [(each["kind"], each["captured"]) for each in await charges(order_id)] == [
            ("AUTHORIZE", False),
            ("CAPTURE", True),
        ]

    async def test_a_part_counts_as_paid_and_bounds_what_can_go_back(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        await counter.capture(FINANCE, held, amount=Money(1000, "EUR"))

        row = await orders.find_order(caller=FINANCE, id=order_id)
        assert row
        assert orders.payment_status(row.standing) == "PAID"
        assert row.standing.captured == 1000
        told = "SELECT message FROM order_event WHERE kind = 'PAYMENT_CAPTURED'"
        assert await fetch_value(told) == "10.00 EUR were paid."
        news = "SELECT payload -> 'amount' ->> 'amount' FROM event WHERE topic = 'PAYMENT_CAPTURED'"
        assert await fetch_value(news) == "10.00"
        await counter.cancel(factories.staff(Role.ADMIN), order_id)
        assert await fetch_value("SELECT amount FROM refund WHERE status = 'SUCCEEDED'") == 1000

    async def test_of_a_part_the_units_that_nobody_paid_for_can_be_given_back(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        await counter.capture(FINANCE, held, amount=Money(1000, "EUR"))
        ((line,),) = await orders.lines_by_order([order_id])
        one: ReturnFields = {"order_line_id": line.id, "quantity": 1}

        await counter.refund(FINANCE, order_id, one)
        await counter.refund(FINANCE, order_id, one)

        amounts = await fetch("SELECT amount, status FROM refund ORDER BY id")
        assert [tuple(row) for row in amounts] == [(1000, "SUCCEEDED"), (0, "SUCCEEDED")]
        assert await reserved(line.variant_id or order_id) == 0
        assert await state(order_id) == ("COMPLETED", "CAPTURED")
        with pytest.raises(InvalidState):
            await counter.refund(FINANCE, order_id, extra=1)

    async def test_by_somebody_at_the_gateway_is_on_record_too(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        teller = Caller.system("test")
        call = await payments.lock_first(held)
        taken = Answer(verdict=Verdict.SUCCEEDED, reference=call.reference, captured=True)

        for _ in range(2):
            await orders.settle(call, taken, caller=teller, action="gateway.fake", now=NOW)

        assert await state(order_id) == ("PLACED", "CAPTURED")
        (calls,) = await orders.operations_by_payment([held])
        seen = [(each.kind, each.amount, each.status) for each in calls]
        assert seen == [("AUTHORIZE", 2490, "SUCCEEDED"), ("CAPTURE", 2490, "SUCCEEDED")]

    async def test_of_a_part_by_somebody_at_the_gateway_is_a_part(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        call = await payments.lock_first(held)
        taken = Answer(verdict=Verdict.SUCCEEDED, captured=True, taken=1000)

        for _ in range(2):
            await orders.settle(
                call, taken, caller=Caller.system("test"), action="gateway.fake", now=NOW
            )

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await fetch_value("SELECT captured FROM payment") == 1000
        (calls,) = await orders.operations_by_payment([held])
        assert [(each.kind, each.amount) for each in calls] == [
            ("AUTHORIZE", 2490),
            ("CAPTURE", 1000),
        ]
        with pytest.raises(Refusal) as refused:
            await counter.refund(FINANCE, order_id, extra=1001)
        assert refused.value.code is Code.AMOUNT_TOO_LARGE

    async def test_completes_an_order_that_has_left_already(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        fulfiller = factories.staff(Role.FULFILLMENT)
        parcel = await create_fulfillment(caller=fulfiller, now=NOW, order_id=order_id)
        await ship_fulfillment(caller=fulfiller, now=NOW, id=UUID(parcel.ids["fulfillment"]))
        assert await state(order_id) == ("PLACED", "AUTHORIZED")

        await counter.capture(FINANCE, held)

        assert await state(order_id) == ("COMPLETED", "CAPTURED")

    async def test_refuses_amounts_that_cannot_be(self, counter: Counter, held: UUID) -> None:
        async with unchanged():
            for amount, code in (
                (Money(2491, "EUR"), Code.AMOUNT_TOO_LARGE),
                (Money(0, "EUR"), Code.OUT_OF_RANGE),
                (Money(100, "USD"), Code.CURRENCY_MISMATCH),
            ):
                with pytest.raises(Refusal) as refused:
                    await counter.capture(FINANCE, held, amount=amount)
                assert refused.value.code is code

    async def test_is_for_those_who_may_move_money(self, counter: Counter, held: UUID) -> None:
        async with unchanged():
            for caller, fault in (
                (Caller.anonymous(), NotSignedIn),
                (factories.staff(Role.SUPPORT), NotAllowed),
            ):
                with pytest.raises(fault):
                    await counter.capture(caller, held)
                with pytest.raises(fault):
                    await counter.void(caller, held)

    async def test_happens_once_under_one_key(self, counter: Counter, held: UUID) -> None:
        outcomes = [await counter.capture(FINANCE, held, key="take-1") for _ in range(3)]

        assert [each.replayed for each in outcomes] == [False, True, True]
        assert len(await charges(outcomes[0].ids["order"])) == 2

    async def test_a_lost_answer_is_asked_for_again_under_the_same_key(
        self, counter: Counter, lantern: UUID
    ) -> None:
        held = await hold(counter, lantern, "tok_capture_lost")
        order_id = await order_of(held)
        await counter.capture(FINANCE, held, key="take-1")
        assert await state(order_id) == ("PLACED", "AUTHORIZED")

        await counter.capture(FINANCE, held, key="take-1")

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert len(await charges(order_id)) == 2

    async def test_a_refusal_of_the_gateway_is_told_and_can_be_tried_again(
        self, counter: Counter, lantern: UUID
    ) -> None:
        held = await hold(counter, lantern, "tok_capture_fails")

        for _ in range(2):
            outcome = await counter.capture(FINANCE, held)

        assert await state(outcome.ids["order"]) == ("PLACED", "AUTHORIZED")
        assert await fetch_value("SELECT failure_code FROM payment") == "capture_refused"

    async def test_pay_2_of_capture_void_and_cancel_at_once_one_is_made(
        self, counter: Counter, held: UUID
    ) -> None:
        order_id = await order_of(held)
        admin = factories.staff(Role.ADMIN)

        answers = await asyncio.gather(
            counter.capture(admin, held),
            counter.void(admin, held),
            counter.cancel(admin, order_id),
            return_exceptions=True,
        )

        made = [each for each in answers if not isinstance(each, BaseException)]
        refused = [each for each in answers if isinstance(each, InvalidState)]
        # A cancellation that comes after the capture gives the money back.
        assert (len(made), len(refused)) in {(1, 2), (2, 1)}
        moves = await fetch_value(
            "SELECT count(*) FROM payment_operation WHERE kind IN ('CAPTURE', 'VOID')"
        )
        assert moves == 1


class TestVoidPayment:
    async def test_not_of_a_placed_order(self, counter: Counter, held: UUID) -> None:
        async with unchanged():
            with pytest.raises(InvalidState, match="cancel the order") as refused:
                await counter.void(FINANCE, held)

        assert refused.value.current == "PLACED"

    @pytest.mark.parametrize("token", ["tok_action_abandoned", "tok_error"])
    async def test_calls_off_what_is_not_decided_so_that_the_buyer_can_pay_otherwise(
        self, counter: Counter, lantern: UUID, token: str
    ) -> None:
        guest = await new_guest()
        begun = await counter.check_out(guest, Units(lantern, 1), token=token)
        order_id = begun.ids["order"]

        await counter.void(FINANCE, begun.ids["payment"])

        assert await state(order_id) == ("PENDING", "VOIDED")
        assert await reserved(lantern) == 1
        await counter.pay(guest, order_id)
        assert await state(order_id) == ("PLACED", "VOIDED", "CAPTURED")

    async def test_asked_again_after_a_death_between_fence_and_commit_it_is_done(
        self, counter: Counter, lantern: UUID
    ) -> None:
        begun = await counter.check_out(
            await new_guest(), Units(lantern, 1), token="tok_action_abandoned"
        )
        call = await payments.lock_first(UUID(begun.ids["payment"]))
        promised = await payments.fence(call, counter.gateways)
        await orders.settle(call, promised, caller=FINANCE, action="paymentVoid", now=NOW)

        voided = await counter.void(FINANCE, begun.ids["payment"], key="void-1")
        again = await counter.void(FINANCE, begun.ids["payment"], key="void-1")

        assert voided.ids["payment"] == again.ids["payment"] == begun.ids["payment"]
        assert await state(begun.ids["order"]) == ("PENDING", "VOIDED")

    async def test_not_of_what_turns_out_to_be_paid(self, counter: Counter, lantern: UUID) -> None:
        begun = await counter.check_out(
            await new_guest(), Units(lantern, 1), token="tok_reply_lost"
        )

        with pytest.raises(InvalidState, match="cancel the order"):
            await counter.void(FINANCE, begun.ids["payment"])

        assert await state(begun.ids["order"]) == ("PLACED", "CAPTURED")

    async def test_waits_for_a_gateway_that_can_promise_nothing(
        self, counter: Counter, lantern: UUID
    ) -> None:
        begun = await counter.check_out(await new_guest(), Units(lantern, 1), token="tok_no_fence")

        async with unchanged():
            with pytest.raises(RetryLater) as refused:
                await counter.void(FINANCE, begun.ids["payment"])

        assert refused.value.code is Code.PAYMENT_UNKNOWN

    async def test_not_of_an_attempt_that_came_to_nothing(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        declined = await counter.check_out(guest, Units(lantern, 1), token="tok_declined")
        await counter.pay(guest, declined.ids["order"], token="tok_action_abandoned")

        async with unchanged():
            with pytest.raises(InvalidState, match="Another payment"):
                await counter.void(FINANCE, declined.ids["payment"])
            with pytest.raises(Refusal, match="no such payment"):
                await counter.void(FINANCE, declined.ids["order"])

    async def test_a_refused_void_of_a_cancelled_order_calls_a_person_who_can_try_again(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        held = await hold(counter, lantern, "tok_void_fails")
        order_id = await order_of(held)
        await counter.cancel(factories.staff(Role.ADMIN), order_id)
        assert await state(order_id) == ("CANCELLED", "AUTHORIZED")
        note = await fetch_value("SELECT visibility FROM order_event WHERE kind = 'NOTE'")
        assert note == "STAFF"

        await execute("UPDATE fake_gateway.operation SET token = 'tok_ok'")
        await counter.void(FINANCE, held)

        assert await state(order_id) == ("CANCELLED", "VOIDED")


class TestBeginCheckout:
    async def test_makes_an_order_that_waits_and_is_paid_in_a_second_step(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 2))

        begun = await counter.begin(guest, cart_id=cart_id)

        order_id = begun.ids["order"]
        assert await state(order_id) == ("PENDING",)
        assert await reserved(lantern) == 2
        assert await fetch_value("SELECT count(*) FROM cart") == 1
        assert "payment" not in begun.ids
        await counter.pay(guest, order_id)
        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await fetch_value("SELECT count(*) FROM cart") == 0

    async def test_begun_again_from_the_same_cart_it_replaces_the_first(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        first = await counter.begin(guest, cart_id=cart_id, key="begin-1")
        again = await counter.begin(guest, cart_id=cart_id, key="begin-1")
        second = await counter.begin(guest, cart_id=cart_id)

        assert again.ids == first.ids
        assert await state(first.ids["order"]) == ("CANCELLED",)
        assert await state(second.ids["order"]) == ("PENDING",)
        assert await reserved(lantern) == 1
