"""Calling an order off: the stock is free again, and the money goes back."""

import asyncio
from uuid import UUID

import pytest

from db import orders
from db.access import Caller, Role
from db.base import fetch, fetch_one, fetch_value
from db.errors import Code, InvalidState, NotAllowed, Refusal, RetryLater
from db.orders import create_fulfillment, ship_fulfillment
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, kinds, new_guest, reserved, state, topics
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.snapshot import unchanged


async def pack(order_id: str) -> UUID:
    packed = await create_fulfillment(
        caller=factories.staff(Role.FULFILLMENT), now=NOW, order_id=UUID(order_id)
    )
    return UUID(packed.ids["fulfillment"])


class TestCancelOrder:
    async def test_gives_everything_back_that_was_paid(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]

        await counter.cancel(guest, order_id, note="I found a nicer one.")

        order = await orders.Order.get(id=order_id)
        assert (order.status, order.cancel_reason, order.cancelled_at) == (
            "CANCELLED",
            "CUSTOMER",
            NOW,
        )
        assert await reserved(lantern) == 0
        refund = await fetch_one("SELECT amount, status, reason FROM refund")
        assert tuple(refund or ()) == (2490, "SUCCEEDED", "CANCELLED")
        assert [(each["kind"], each["amount"]) for each in await charges(order_id)] == [
            ("AUTHORIZE", 2490),
            ("REFUND", 2490),
        ]
        (lines,) = await orders.lines_by_order([order.id])
        assert [(line.refunded, line.refunded_unshipped) for line in lines] == [(2, 2)]
        assert (await kinds(order_id))[4:] == [
            "CANCELLED",
            "REFUND_REQUESTED",
            "NOTE",
            "REFUND_SUCCEEDED",
        ]
        assert (await topics())[2:] == ["ORDER_CANCELLED", "REFUND_SUCCEEDED"]

    async def test_lets_go_of_what_is_only_held(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2), gateway="manual")).ids[
            "order"
        ]

        await counter.cancel(guest, order_id)

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert await fetch_value("SELECT count(*) FROM refund") == 0
        assert (await topics())[2:] == ["ORDER_CANCELLED", "PAYMENT_VOIDED"]
        assert await reserved(lantern) == 0

    async def test_needs_no_gateway_after_a_decline(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2), token="tok_declined")).ids[
            "order"
        ]

        await counter.cancel(guest, order_id)

        assert await state(order_id) == ("CANCELLED", "FAILED")
        assert await reserved(lantern) == 0

    async def test_is_done_once_under_one_key(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]

        outcomes = await asyncio.gather(
            *(counter.cancel(guest, order_id, key="cancel-1") for _ in range(5))
        )

        assert sum(outcome.replayed for outcome in outcomes) == 4
        assert await fetch_value("SELECT count(*) FROM refund") == 1
        assert len(await charges(order_id)) == 2

    async def test_is_done_once_under_two_keys(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]

        answers = await asyncio.gather(
            *(counter.cancel(guest, order_id) for _ in range(3)), return_exceptions=True
        )

        assert sum(isinstance(each, InvalidState) for each in answers) == 2
        assert await fetch_value("SELECT count(*) FROM refund") == 1

    async def test_is_the_buyers_until_a_parcel_is_packed_and_the_staffs_until_one_left(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]
        parcel = await pack(order_id)

        async with unchanged():
            with pytest.raises(InvalidState):
                await counter.cancel(guest, order_id)
        await counter.cancel(factories.staff(Role.SUPPORT), order_id, note="Out of paper.")

        assert (await state(order_id))[0] == "CANCELLED"
        assert (await orders.Fulfillment.get(id=parcel)).status == "CANCELLED"
        assert await reserved(lantern) == 0
        note = await fetch_value("SELECT visibility FROM order_event WHERE kind = 'NOTE'")
        assert note == "STAFF"

    async def test_is_nobodys_once_a_parcel_has_left(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]
        await ship_fulfillment(
            caller=factories.staff(Role.FULFILLMENT), now=NOW, id=await pack(order_id)
        )
        support = factories.staff(Role.SUPPORT)

        async with unchanged():
            for caller in (guest, support):
                with pytest.raises(InvalidState):
                    await counter.cancel(caller, order_id)

    async def test_is_not_for_strangers(self, counter: Counter, lantern: UUID) -> None:
        order_id = (await counter.check_out(await new_guest(), Units(lantern, 2))).ids["order"]
        eve, finance = await new_guest(), factories.staff(Role.FINANCE)

        async with unchanged():
            for stranger in (eve, Caller.anonymous()):
                with pytest.raises(Refusal) as refused:
                    await counter.cancel(stranger, order_id, key="f" * 8)
                assert refused.value.code is Code.NOT_FOUND
            with pytest.raises(NotAllowed):
                await counter.cancel(finance, order_id)

    async def test_fences_a_payment_whose_outcome_is_open(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        fake.loses_requests = True
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]
        fake.loses_requests = False

        await counter.cancel(guest, order_id)

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert await reserved(lantern) == 0

    async def test_gives_back_what_turns_out_to_have_been_paid(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        fake.loses_replies = True
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]

        await counter.cancel(guest, order_id)

        assert await state(order_id) == ("CANCELLED", "CAPTURED")
        assert await fetch_value("SELECT status FROM refund") == "SUCCEEDED"
        assert "PLACED" in await kinds(order_id)

    async def test_waits_for_a_gateway_that_is_away(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        fake.loses_requests = fake.cannot_fence = True
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]

        async with unchanged():
            with pytest.raises(RetryLater) as refused:
                await counter.cancel(guest, order_id)

        assert refused.value.code is Code.PAYMENT_UNKNOWN

    async def test_a_charge_that_was_fenced_while_it_was_on_its_way_never_comes(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        fake.pause()
        buying = asyncio.create_task(counter.check_out(guest, Units(lantern, 1)))
        await fake.arrived.wait()
        order_id = str(await fetch_value("SELECT id FROM orders"))

        await counter.cancel(guest, order_id)
        fake.goes_on.set()
        await buying

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert [each["captured"] for each in await charges(order_id)] == [False]

    async def test_a_refund_that_fails_is_told_and_can_be_given_again(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]
        await fetch("UPDATE fake_gateway.operation SET captured = false")

        await counter.cancel(guest, order_id)

        assert await fetch_value("SELECT status FROM refund") == "FAILED"
        assert await fetch_value("SELECT refund_held FROM payment") == 0
        assert (await topics())[-1] == "REFUND_FAILED"
