"""A checkout may be sent again: by many at once, after a decline, and after an accident."""

import asyncio
from uuid import UUID

import pytest

from db import ids
from db.access import Caller
from db.base import atomically, execute, fetch, fetch_value
from db.errors import Code, InvalidState, Refusal, Refusals, RetryLater
from db.money import Money
from db.stock import Units
from tests.buying import Counter, charges, crowd, kinds, new_guest, reserved, state, topics
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.goods import make_method, make_variant
from tests.snapshot import unchanged

KEY = str(ids.new())


class TestReplay:
    async def test_idm_1_fifty_clients_with_one_key_make_one_order_and_one_charge(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        total = await counter.total([Units(lantern, 1)])
        calls = [
            counter.check_out(guest, Units(lantern, 1), key=KEY, expected=total) for _ in range(50)
        ]

        outcomes = await asyncio.gather(*calls)

        assert len({outcome.ids["order"] for outcome in outcomes}) == 1
        assert sum(outcome.replayed for outcome in outcomes) == 49
        assert fake.asked == 1
        assert await state(outcomes[0].ids["order"]) == ("PLACED", "CAPTURED")
        assert await reserved(lantern) == 1

    async def test_idm_3_other_arguments_are_refused(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        await counter.check_out(guest, Units(lantern, 1), key=KEY)

        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.check_out(guest, Units(lantern, 2), key=KEY)

        assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED

    async def test_idm_5_a_refused_call_may_be_corrected_under_the_same_key(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        with pytest.raises(Refusal):
            await counter.check_out(guest, Units(lantern, 1), key=KEY, expected=Money(1, "EUR"))

        outcome = await counter.check_out(guest, Units(lantern, 1), key=KEY)

        assert not outcome.replayed
        assert await state(outcome.ids["order"]) == ("PLACED", "CAPTURED")

    async def test_idm_6_one_key_of_two_buyers_makes_two_orders(
        self, counter: Counter, lantern: UUID
    ) -> None:
        buyers = [await new_guest(), await new_guest()]

        outcomes = [await counter.check_out(each, Units(lantern, 1), key=KEY) for each in buyers]

        assert outcomes[0].ids["order"] != outcomes[1].ids["order"]
        assert await reserved(lantern) == 2

    async def test_a_stranger_gets_the_same_guest_again(
        self, counter: Counter, lantern: UUID
    ) -> None:
        first = await counter.check_out(Caller.anonymous(), Units(lantern, 1), key=KEY)
        again = await counter.check_out(Caller.anonymous(), Units(lantern, 1), key=KEY)

        assert again.replayed
        assert again.ids == first.ids

    async def test_a_declined_payment_is_replayed_as_declined(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        declined = [
            await counter.check_out(guest, Units(lantern, 1), key=KEY, token="tok_declined")
            for _ in range(2)
        ]

        assert declined[1].replayed
        assert declined[1].ids == declined[0].ids
        assert fake.asked == 1
        assert await state(declined[0].ids["order"]) == ("PENDING", "FAILED")

    async def test_waits_while_the_first_call_is_at_the_gateway(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        fake.pause()
        first = asyncio.create_task(counter.check_out(guest, Units(lantern, 1), key=KEY))
        await fake.arrived.wait()
        again = asyncio.create_task(counter.check_out(guest, Units(lantern, 1), key=KEY))
        await asyncio.sleep(0.1)
        assert not again.done()

        fake.goes_on.set()
        outcome = await again

        assert outcome.replayed
        assert await state(outcome.ids["order"]) == ("PLACED", "CAPTURED")
        await first

    async def test_does_not_wait_for_ever(
        self,
        counter: Counter,
        lantern: UUID,
        fake: FaultyGateway,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("db.payments.sending.ANSWER_SECONDS", 0.2)
        guest = await new_guest()
        fake.pause()
        outcome = await counter.check_out(guest, Units(lantern, 1), key=KEY)
        await execute("UPDATE payment_operation SET status = 'UNKNOWN'")

        again = await counter.check_out(guest, Units(lantern, 1), key=KEY)

        assert again.ids == outcome.ids
        assert await state(outcome.ids["order"]) == ("PENDING", "PROCESSING")


class TestPayment:
    async def test_a_decline_keeps_the_order_and_its_stock(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 2))

        outcome = await counter.check_out(guest, cart_id=cart_id, token="tok_declined")

        assert await state(outcome.ids["order"]) == ("PENDING", "FAILED")
        assert await reserved(lantern) == 2
        assert await fetch_value("SELECT count(*) FROM cart") == 1
        assert await fetch_value("SELECT failure_code FROM payment") == "card_declined"
        assert await topics() == ["PAYMENT_FAILED"]

    async def test_another_payment_places_the_order(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 2))
        order_id = (await counter.check_out(guest, cart_id=cart_id, token="tok_declined")).ids[
            "order"
        ]

        paid = await counter.pay(guest, order_id)

        assert await state(order_id) == ("PLACED", "FAILED", "CAPTURED")
        assert paid.ids["order"] == order_id
        assert await fetch_value("SELECT count(*) FROM cart") == 0
        assert (await kinds(order_id))[-3:] == ["PAYMENT_REQUESTED", "PAYMENT_CAPTURED", "PLACED"]
        assert await topics() == [
            "PAYMENT_FAILED",
            "ORDER_UPDATED",
            "PAYMENT_CAPTURED",
            "ORDER_PLACED",
        ]

    async def test_an_answer_that_does_not_come_is_told_of_too(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        fake.loses_replies = True

        await counter.check_out(await new_guest(), Units(lantern, 1))

        assert await topics() == ["ORDER_UPDATED"]

    async def test_pay_1_of_two_payments_at_once_one_is_made(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1), token="tok_declined")).ids[
            "order"
        ]

        answers = await asyncio.gather(
            counter.pay(guest, order_id), counter.pay(guest, order_id), return_exceptions=True
        )

        refused = [each for each in answers if isinstance(each, InvalidState)]
        assert len(refused) == 1
        assert await state(order_id) == ("PLACED", "FAILED", "CAPTURED")
        assert sum(charge["captured"] for charge in await charges(order_id)) == 1

    async def test_not_of_an_order_that_is_another_ones_paid_or_out_of_time(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest, other = await new_guest(), await new_guest()
        waiting = (await counter.check_out(guest, Units(lantern, 1), token="tok_declined")).ids[
            "order"
        ]
        placed = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]

        async with unchanged():
            with pytest.raises(Refusal, match="no such order"):
                await counter.pay(other, waiting)
            with pytest.raises(InvalidState) as refused:
                await counter.pay(guest, placed)
            with pytest.raises(InvalidState, match="run out"):
                await counter.pay(guest, waiting, now=NOW.replace(hour=13))

        assert (refused.value.current, refused.value.allowed) == ("PLACED", ("CANCEL",))

    async def test_at_most_twenty_times(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1), token="tok_declined")).ids[
            "order"
        ]
        for _ in range(19):
            await counter.pay(guest, order_id, token="tok_declined")

        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.pay(guest, order_id)

        assert refused.value.code is Code.TOO_MANY


class TestSameCart:
    async def test_crt_4_a_new_checkout_replaces_the_unpaid_order(self, counter: Counter) -> None:
        last = await make_variant(on_hand=1)
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(last, 1))
        first = await counter.check_out(guest, cart_id=cart_id, token="tok_declined")

        second = await counter.check_out(guest, cart_id=cart_id)

        assert await state(first.ids["order"]) == ("CANCELLED", "FAILED")
        assert await state(second.ids["order"]) == ("PLACED", "CAPTURED")
        assert await reserved(last) == 1

    async def test_a_refused_one_replaces_nothing(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        await counter.check_out(guest, cart_id=cart_id, token="tok_declined")

        async with unchanged():
            with pytest.raises(Refusal):
                await counter.check_out(guest, cart_id=cart_id, expected=Money(1, "EUR"))

    async def test_what_may_still_be_paid_is_fenced_first(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        fake.loses_requests = True
        first = await counter.check_out(guest, cart_id=cart_id)
        assert await state(first.ids["order"]) == ("PENDING", "PROCESSING")
        fake.loses_requests = False

        second = await counter.check_out(guest, cart_id=cart_id)

        assert await state(first.ids["order"]) == ("CANCELLED", "VOIDED")
        assert await state(second.ids["order"]) == ("PLACED", "CAPTURED")
        assert [each["verdict"] for each in await charges(first.ids["order"])] == ["CANCELLED"]

    async def test_what_was_paid_after_all_is_placed_and_not_bought_twice(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        fake.loses_replies = True
        first = await counter.check_out(guest, cart_id=cart_id)

        with pytest.raises(InvalidState, match="has become order 1001"):
            await counter.check_out(guest, cart_id=cart_id)

        assert await state(first.ids["order"]) == ("PLACED", "CAPTURED")
        assert await reserved(lantern) == 1

    async def test_is_tried_again_later_while_the_gateway_is_away(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        fake.loses_requests = fake.cannot_fence = True
        first = await counter.check_out(guest, cart_id=cart_id)

        async with unchanged():
            with pytest.raises(RetryLater) as refused:
                await counter.check_out(guest, cart_id=cart_id)

        assert refused.value.code is Code.PAYMENT_UNKNOWN
        assert await state(first.ids["order"]) == ("PENDING", "PROCESSING")


class TestAtOnce:
    async def test_stk_1_buyers_get_what_there_is_and_no_more(self, counter: Counter) -> None:
        rare = await make_variant(on_hand=10)
        total = await counter.total([Units(rare, 1)])
        buyers = [await new_guest() for _ in range(60)]

        answers = await crowd(
            counter.check_out(each, Units(rare, 1), expected=total) for each in buyers
        )

        refused = [each for each in answers if isinstance(each, Refusals)]
        assert [each.refusals[0].code for each in refused] == [Code.OUT_OF_STOCK] * 50
        assert await fetch_value("SELECT count(*) FROM orders WHERE status = 'PLACED'") == 10
        assert await reserved(rare) == 10

    async def test_num_1_numbers_are_unique_though_half_is_rolled_back(
        self, counter: Counter
    ) -> None:
        gift = await make_variant(price=0, on_hand=1000)
        counter.method_id = await make_method(price=0)
        buyers = [await new_guest() for _ in range(200)]

        async def take(buyer: Caller, *, fails: bool) -> None:
            async def work() -> None:
                await counter.check_out(buyer, Units(gift, 1), payment=None)
                if fails:
                    raise Interrupted

            await atomically(work)

        answers = await crowd(
            take(buyer, fails=index % 2 == 1) for index, buyer in enumerate(buyers)
        )

        assert [type(each) for each in answers] == [type(None), Interrupted] * 100
        numbers = {int(row[0]) for row in await fetch("SELECT number FROM orders")}
        assert len(numbers) == 100
        assert numbers < set(range(1001, 1201))


class Interrupted(Exception):
    """Something went wrong after the order was made."""
