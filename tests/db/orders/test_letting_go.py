"""A gateway lets go of what it held: because it was asked to, or of itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID

import pytest

from db import invariants, orders, payments
from db.access import Caller
from db.base import execute, fetch_value
from db.config import Database
from db.orders import expire_due
from db.payments import Answer, Verdict
from db.stock import Units
from tests.buying import Counter, charges, kinds, new_guest, reserved, state
from tests.conftest import NOW
from tests.db.orders.test_expiry import LATER
from tests.gateways import HastyGateway

HELD: Final = Answer(verdict=Verdict.SUCCEEDED, reference="r")
LET_GO: Final = Answer(verdict=Verdict.CANCELLED, reference="r")
TOLD: Final[dict[str, Any]] = {
    "caller": Caller.system("test"),
    "action": "system.test",
    "now": LATER,
}

STAFF: Final[dict[str, Any]] = {"caller": Caller.system("test"), "now": NOW}


@pytest.fixture(autouse=True)
async def _hold_only(counter: Counter) -> None:
    await execute("UPDATE shop SET capture_policy = 'MANUAL'")


class TestAskedForAPromise:
    """It decided to hold the money, and let go of it; we hear of both, the first one last."""

    @pytest.fixture
    async def hasty(self, counter: Counter, database: Database) -> AsyncIterator[HastyGateway]:
        gateway = HastyGateway(database.url)
        counter.gateways["fake"] = gateway
        yield gateway
        await gateway.close()

    async def test_the_order_is_not_placed_when_it_was_called_off(
        self, counter: Counter, lantern: UUID, hasty: HastyGateway
    ) -> None:
        guest = await new_guest()
        buying = asyncio.create_task(counter.check_out(guest, Units(lantern, 1)))
        await hasty.decided.wait()
        await counter.cancel(guest, await fetch_value("SELECT id FROM orders"))
        hasty.speaks.set()
        order_id = (await buying).ids["order"]

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert await reserved(lantern) == 0

    async def test_the_order_is_not_placed_when_it_has_expired(
        self, counter: Counter, lantern: UUID, hasty: HastyGateway
    ) -> None:
        buying = asyncio.create_task(counter.check_out(await new_guest(), Units(lantern, 1)))
        await hasty.decided.wait()
        await expire_due(gateways=counter.gateways, now=LATER)
        hasty.speaks.set()
        order_id = (await buying).ids["order"]

        assert await state(order_id) == ("EXPIRED", "VOIDED")
        assert await reserved(lantern) == 0
        assert not any(each["captured"] for each in await charges(order_id))


class TestOfItself:
    """Its time was over, or somebody called the payment off on the gateway's own pages."""

    async def hear(self, answer: Answer) -> None:
        first = "SELECT id FROM payment_operation WHERE kind = 'AUTHORIZE'"
        call = await payments.find_call(await fetch_value(first))
        assert call
        assert await orders.settle(call, answer, **TOLD) is None

    async def test_an_order_of_which_nothing_has_left_is_cancelled(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = (await counter.check_out(await new_guest(), Units(lantern, 2))).ids["order"]
        await orders.create_fulfillment(**STAFF, order_id=UUID(order_id))
        assert await state(order_id) == ("PLACED", "AUTHORIZED")

        await self.hear(LET_GO)

        assert await state(order_id) == ("CANCELLED", "VOIDED")
        assert await fetch_value("SELECT cancel_reason FROM orders") == "PAYMENT"
        assert await reserved(lantern) == 0
        await self.hear(HELD)
        assert await state(order_id) == ("CANCELLED", "VOIDED")

    async def test_an_order_of_which_some_has_left_is_shown_to_a_person(
        self, counter: Counter, lantern: UUID, caplog: pytest.LogCaptureFixture
    ) -> None:
        order_id = (await counter.check_out(await new_guest(), Units(lantern, 2))).ids["order"]
        packed = await orders.create_fulfillment(**STAFF, order_id=UUID(order_id))
        await orders.ship_fulfillment(**STAFF, id=UUID(packed.ids["fulfillment"]))

        await self.hear(LET_GO)

        assert await state(order_id) == ("PLACED", "VOIDED")
        assert (await kinds(order_id))[-1] == "NOTE"
        assert "let go of the money" in caplog.text
        assert await invariants.check() == []

    async def test_money_that_was_taken_is_not_let_go(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order_id = (await counter.check_out(await new_guest(), Units(lantern, 2))).ids["order"]
        await counter.capture(Caller.system("test"), await fetch_value("SELECT id FROM payment"))

        await self.hear(LET_GO)

        assert await state(order_id) == ("PLACED", "CAPTURED")
        assert await reserved(lantern) == 2
