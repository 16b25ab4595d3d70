"""A process that dies in the middle of a sale loses nothing and takes nothing twice (PAY-3)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from db import crash_points, ids, payments
from db.base import fetch_value
from db.crash_points import CrashPoint, Reached
from db.orders import expire_due, reconcile_due, settlement
from db.stock import Units
from tests.buying import Counter, charges, new_guest, reserved, state
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.snapshot import unchanged

LATER: Final = NOW + timedelta(minutes=16)


BEFORE_THE_COMMIT: Final = list(CrashPoint)[:4]
AFTER_THE_COMMIT: Final = list(CrashPoint)[4:]
BEFORE_THE_CHARGE: Final = {CrashPoint.AFTER_T1, CrashPoint.IN_CALL_BEFORE_SEND}


class Killed(BaseException):
    """The process died here."""


def dying_at(fatal: CrashPoint) -> Reached:
    """Make a function that dies at a point."""

    def reached(point: CrashPoint) -> None:
        if point is fatal:
            raise Killed

    return reached


def dying(after: Callable[..., Awaitable[Any]] | None = None) -> Callable[..., Awaitable[Any]]:
    """Make a function that dies: before doing anything, or after what it stands for is done."""

    async def die(*arguments: Any, **named: Any) -> Any:
        if after:
            await after(*arguments, **named)
        raise Killed

    return die


class TestDying:
    @pytest.mark.parametrize("point", BEFORE_THE_COMMIT)
    async def test_pay_3_before_the_order_is_committed_leaves_nothing(
        self, counter: Counter, lantern: UUID, point: CrashPoint
    ) -> None:
        guest, key = await new_guest(), str(ids.new())
        async with unchanged():
            with crash_points.installed(dying_at(point)), pytest.raises(Killed):
                await counter.check_out(guest, Units(lantern, 1), key=key)

        again = await counter.check_out(guest, Units(lantern, 1), key=key)

        assert not again.replayed
        assert await state(again.ids["order"]) == ("PLACED", "CAPTURED")
        assert await reserved(lantern) == 1

    @pytest.mark.parametrize("ends_by", ["asking the gateway", "expiry"])
    @pytest.mark.parametrize("point", AFTER_THE_COMMIT)
    async def test_pay_3_after_the_order_is_committed_ends_as_the_gateway_says(
        self,
        counter: Counter,
        lantern: UUID,
        monkeypatch: pytest.MonkeyPatch,
        point: CrashPoint,
        ends_by: str,
    ) -> None:
        monkeypatch.setattr("db.payments.sending.ANSWER_SECONDS", 0.1)
        guest, key = await new_guest(), str(ids.new())
        with crash_points.installed(dying_at(point)), pytest.raises(Killed):
            await counter.check_out(guest, Units(lantern, 1), key=key)
        again = await counter.check_out(guest, Units(lantern, 1), key=key)
        order_id = again.ids["order"]
        assert again.replayed
        assert await reserved(lantern) == 1

        is_charged = bool(await charges(order_id))
        if ends_by == "expiry":
            await expire_due(gateways=counter.gateways, now=LATER)
        else:
            await reconcile_due(gateways=counter.gateways, now=LATER)

        assert is_charged is (point not in BEFORE_THE_CHARGE)
        is_placed = is_charged or ends_by != "expiry"
        assert await state(order_id) == (
            ("PLACED", "CAPTURED") if is_placed else ("EXPIRED", "VOIDED")
        )
        assert [each["captured"] for each in await charges(order_id)] == [is_placed]

    async def test_between_a_cancellation_and_its_refund_leaves_the_refund_asked_for(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]
        with monkeypatch.context() as patch:
            patch.setattr(fake, "refund", dying())
            with pytest.raises(Killed):
                await counter.cancel(guest, order_id)

        assert await state(order_id) == ("CANCELLED", "CAPTURED")
        assert await fetch_value("SELECT status FROM refund") == "PENDING"
        operation = await fetch_value("SELECT id FROM payment_operation WHERE kind = 'REFUND'")
        assert await fetch_value("SELECT refund_held FROM payment") == 1490

        # Whoever finds it later makes the very same call.
        call = await payments.lock_call(operation)
        for _ in range(2):
            await settlement.conduct(
                call, gateways=counter.gateways, caller=guest, action="system.test", now=LATER
            )
        assert await fetch_value("SELECT status FROM refund") == "SUCCEEDED"
        assert len(await charges(order_id)) == 2

    async def test_a_client_that_hangs_up_changes_nothing_about_the_end(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        guest, key = await new_guest(), str(ids.new())
        fake.pause()
        calling = asyncio.create_task(counter.check_out(guest, Units(lantern, 1), key=key))
        await fake.arrived.wait()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)
        fake.goes_on.set()

        await expire_due(gateways=counter.gateways, now=LATER)

        order_id = await fetch_value("SELECT id FROM orders")
        assert await state(order_id) == ("EXPIRED", "VOIDED")


class TestDyingWhileAnOrderIsCalledOff:
    @pytest.mark.parametrize("after_the_refund", [False, True])
    async def test_the_same_call_again_sends_the_money_back_once(
        self,
        counter: Counter,
        lantern: UUID,
        fake: FaultyGateway,
        monkeypatch: pytest.MonkeyPatch,
        *,
        after_the_refund: bool,
    ) -> None:
        guest, key = await new_guest(), str(ids.new())
        order_id = (await counter.check_out(guest, Units(lantern, 2))).ids["order"]
        with monkeypatch.context() as patch:
            patch.setattr(fake, "refund", dying(fake.refund if after_the_refund else None))
            with pytest.raises(Killed):
                await counter.cancel(guest, order_id, key=key)
        assert await fetch_value("SELECT status FROM refund") == "PENDING"

        for _ in range(2):
            again = await counter.cancel(guest, order_id, key=key)
            assert again.replayed

        assert await fetch_value("SELECT status FROM refund") == "SUCCEEDED"
        moved = [(each["kind"], each["amount"]) for each in await charges(order_id)]
        assert moved == [("AUTHORIZE", 2490), ("REFUND", 2490)]
        assert await reserved(lantern) == 0
