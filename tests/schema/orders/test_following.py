"""Following orders: state first, then the newest state after every change (SUB-1)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from db import ids, orders
from db.access import ActorKind, Caller, Role
from db.base import execute
from db.config import Database
from db.errors import NotSignedIn
from db.orders import Order, OrderEventKind, OrderStatus, Visibility, timeline
from db.stock import Units
from tests import factories
from tests.buying import open_counter
from tests.client import StoppedClock
from tests.conftest import NOW
from tests.following import following
from tests.gateways import FaultyGateway
from tests.goods import make_shop, make_variant
from tests.schema.orders.people import MAKER, sent_parcel

UPDATED: Final = """subscription($id: ID!) { orderUpdated(orderId: $id) {
  order { id status fulfillmentStatus version } event { kind } } }"""
PLACED: Final = """subscription($after: String) { orderPlaced(after: $after) {
  order { number } cursor } }"""
STAFF: Final = factories.staff(Role.SUPPORT)


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def pack(order: Order) -> UUID:
    packed = await orders.create_fulfillment(caller=MAKER, now=NOW, order_id=order.id)
    return UUID(packed.ids["fulfillment"])


class TestOrderUpdated:
    async def test_sub_1_shows_the_present_state_first_and_then_every_change(
        self, database: Database
    ) -> None:
        ada = await factories.user()
        order = await factories.order(owner=ada)
        async with following(database, factories.caller(ada), UPDATED, id=order.typeid) as updates:
            first = (await updates.message())["orderUpdated"]
            assert first["order"]["fulfillmentStatus"] == "UNFULFILLED"
            assert first["event"] is None
            await sent_parcel(order)
            while True:
                later = (await updates.message())["orderUpdated"]
                if later["order"]["fulfillmentStatus"] == "FULFILLED":
                    break
            assert later["order"]["version"] > first["order"]["version"]
            assert later["event"]["kind"] == "COMPLETED"
            assert await updates.is_silent()

    async def test_sub_1_a_slow_reader_gets_the_newest_and_skips_the_rest(
        self, database: Database
    ) -> None:
        order = await factories.order(units=(9,))
        async with following(database, STAFF, UPDATED, id=order.typeid) as updates:
            await updates.message()
            for _ in range(4):
                parcel = await pack(order)
                await orders.cancel_fulfillment(caller=MAKER, now=NOW, id=parcel)
            await sent_parcel(order)
            assert not await updates.is_silent()
            seen = [(await updates.message())["orderUpdated"]["order"]]
            while seen[-1]["fulfillmentStatus"] != "FULFILLED":
                seen.append((await updates.message())["orderUpdated"]["order"])
            assert await updates.is_silent()
            versions = [each["version"] for each in seen]
            assert versions == sorted(set(versions))

    async def test_is_silent_where_nothing_changed(self, database: Database) -> None:
        order, other = await factories.order(), await factories.order()
        async with following(database, STAFF, UPDATED, id=order.typeid) as updates:
            await updates.message()
            await sent_parcel(other)
            assert await updates.is_silent()

    async def test_tells_a_customer_nothing_of_what_only_staff_may_read(
        self, database: Database
    ) -> None:
        ada = await factories.user()
        order = await factories.order(owner=ada)
        async with following(database, factories.caller(ada), UPDATED, id=order.typeid) as updates:
            await updates.message()
            note = timeline.Entry(OrderEventKind.NOTE, "Fraud?", visibility=Visibility.STAFF)
            await timeline.add(order.id, note, caller=MAKER, now=NOW)
            await pack(order)
            update = (await updates.message())["orderUpdated"]
            assert update["event"]["kind"] == "FULFILLMENT_CREATED"

    @pytest.mark.parametrize("whose", ["nobody's", "another's"])
    async def test_does_not_tell_an_order_of_others_from_one_that_is_not_there(
        self, database: Database, whose: str
    ) -> None:
        ada, order = await factories.user(), await factories.order()
        wanted = order.typeid if whose == "another's" else ids.encode("order", UUID(int=7))
        async with following(database, factories.caller(ada), UPDATED, id=wanted) as updates:
            response = await updates.response()
            assert response["data"] is None
            (error,) = response["errors"]
            assert error["extensions"]["code"] == "BAD_REQUEST"
            assert error["path"] == ["orderUpdated"]
            assert error["message"] == "orderId: there is no such order."
            assert await updates.is_over()

    async def test_a_guest_follows_what_the_token_opens(self, database: Database) -> None:
        guest_id = ids.new()
        await execute("INSERT INTO guest (id, created_at) VALUES ($1, $2)", guest_id, NOW)
        order = await factories.order(guest_id=guest_id)
        guest = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=guest_id)
        async with following(database, guest, UPDATED, id=order.typeid) as updates:
            assert (await updates.message())["orderUpdated"]["order"]["id"] == order.typeid

    async def test_nobody_follows_nothing(self, database: Database) -> None:
        order = await factories.order()
        async with following(database, Caller.anonymous(), UPDATED, id=order.typeid) as updates:
            assert await updates.codes() == ["UNAUTHENTICATED"]
            assert await updates.is_over()

    async def test_asks_before_each_message_whether_the_caller_still_may(
        self, database: Database
    ) -> None:
        order, who = await factories.order(), STAFF

        async def ask_again() -> Caller:
            return who

        async with following(
            database, STAFF, UPDATED, ask_again=ask_again, id=order.typeid
        ) as updates:
            await updates.message()
            who = factories.staff(Role.CATALOG)
            await pack(order)
            assert await updates.codes() == ["BAD_REQUEST"]  # not theirs: not there
            assert await updates.is_over()

    async def test_ends_where_the_caller_may_no_longer_come_in(self, database: Database) -> None:
        order, is_in = await factories.order(), True

        async def ask_again() -> Caller:
            if not is_in:
                raise NotSignedIn
            return STAFF

        async with following(
            database, STAFF, UPDATED, ask_again=ask_again, id=order.typeid
        ) as updates:
            await updates.message()
            is_in = False
            await pack(order)
            assert await updates.codes() == ["UNAUTHENTICATED"]
            assert await updates.is_over()

    @pytest.mark.parametrize(
        ("status", "days", "goes_on"),
        [
            (OrderStatus.PLACED, 31, True),
            (OrderStatus.COMPLETED, 29, True),
            (OrderStatus.COMPLETED, 31, False),
            (OrderStatus.CANCELLED, 31, False),
            (OrderStatus.EXPIRED, 31, False),
        ],
    )
    async def test_ends_when_the_order_is_final_and_30_days_have_passed(
        self, database: Database, status: OrderStatus, days: int, goes_on: bool
    ) -> None:
        order = await factories.order(status=status)
        later = StoppedClock(NOW + timedelta(days=days))
        async with following(database, STAFF, UPDATED, clock=later, id=order.typeid) as updates:
            assert (await updates.message())["orderUpdated"]["order"]["status"] == status
            assert await updates.is_silent() if goes_on else await updates.is_over()


class TestOrderPlaced:
    async def test_tells_of_each_new_order_and_goes_on_from_its_cursor_without_a_gap(
        self, database: Database
    ) -> None:
        gateway = FaultyGateway(database.url)
        counter, variant = await open_counter(gateway), await make_variant()
        ada = factories.caller(await factories.user())

        async def buy() -> str:
            outcome = await counter.check_out(ada, Units(variant, 1))
            row = await orders.find_order(caller=STAFF, id=UUID(outcome.ids["order"]))
            assert row
            return row.number

        async with following(database, STAFF, PLACED) as placed:
            assert await placed.is_silent()
            first = await buy()
            message = (await placed.message())["orderPlaced"]
            assert message["order"]["number"] == first
        missed = [await buy() for _ in range(3)]
        async with following(database, STAFF, PLACED, after=message["cursor"]) as placed:
            for number in [*missed, await buy()]:
                seen = (await placed.message())["orderPlaced"]
                assert seen["order"]["number"] == number
            assert await placed.is_silent()
        await gateway.close()

    async def test_does_not_take_a_cursor_of_something_else(self, database: Database) -> None:
        async with following(database, STAFF, PLACED, after="bm8") as placed:
            assert await placed.codes() == ["BAD_REQUEST"]
            assert await placed.is_over()
