"""Finding orders: whose they are, by what they are found, and in which order."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from db import ids, orders
from db.access import ActorKind, Caller, Permission, Role
from db.base import execute
from db.config import Database
from db.orders import (
    EventsPage,
    Order,
    OrderEventKind,
    OrderFilter,
    OrderFulfillmentStatus,
    OrderPaymentStatus,
    OrderStatus,
    Visibility,
    timeline,
)
from db.payments.models import PaymentStatus
from db.users import Guest
from tests import factories
from tests.conftest import NOW
from tests.goods import make_variant

pytestmark = pytest.mark.usefixtures("database")

SYSTEM = Caller.system("tests")
GUEST = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=UUID(int=1))
READER = Caller(
    kind=ActorKind.API_KEY,
    label="key",
    api_key_id=UUID(int=2),
    permissions=frozenset({Permission.ORDERS_READ}),
)


async def found(caller: Caller = SYSTEM, **filter: object) -> list[str]:
    chosen = OrderFilter(**filter)  # type: ignore[arg-type]
    rows = await orders.list_orders(caller=caller, filter=chosen, limit=100)
    assert await orders.count_orders(caller=caller, filter=chosen) == len(rows)
    return [row.number for row in rows]


async def add(number: str, **fields: object) -> Order:
    return await factories.order(number=number, **fields)  # type: ignore[arg-type]


class TestVisibleTo:
    async def test_shows_owners_their_own_and_readers_all(self) -> None:
        ada, eve = await factories.user(), await factories.user()
        await Guest.create(id=GUEST.guest_id, created_at=NOW)
        await add("1", owner=ada)
        await add("2", guest_id=GUEST.guest_id)
        await add("3")

        assert await found(factories.caller(ada)) == ["1"]
        assert await found(factories.caller(eve)) == []
        assert await found(GUEST) == ["2"]
        assert await found(Caller.anonymous()) == []
        assert await found(READER) == ["3", "2", "1"]
        assert await found(factories.caller(await factories.user(role=Role.CATALOG))) == []

    async def test_lets_nobody_find_by_id_or_number_what_they_may_not_see(self) -> None:
        ada, eve = [factories.caller(await factories.user()) for _ in range(2)]
        owner = await factories.user()
        order = await add("1", owner=owner, refunded=100)
        await orders.create_fulfillment(caller=SYSTEM, now=NOW, order_id=order.id)
        ((line,),) = await orders.lines_by_order([order.id])
        ((payment,),) = await orders.payments_by_order([order.id])
        ((refund,),) = await orders.refunds_by_order([order.id])
        ((parcel,),) = await orders.fulfillments_by_order([order.id])
        (page,) = await orders.pages_of_events([EventsPage(order.id, 1)], caller=SYSTEM)
        finds: Sequence[tuple[Callable[..., Awaitable[Any]], UUID]] = (
            (orders.find_orders, order.id),
            (orders.find_lines, line.id),
            (orders.find_payments, payment.id),
            (orders.find_refunds, refund.id),
            (orders.find_fulfillments, parcel.id),
            (orders.find_events, page[0].id),
        )
        for find, known in finds:
            for caller in (ada, eve, GUEST, Caller.anonymous()):
                assert await find(caller=caller, ids=[known]) == [None]
            for caller in (factories.caller(owner), READER):
                (row,) = await find(caller=caller, ids=[known])
                assert row.id == known
        assert await orders.find_order_by(caller=ada, number="1") is None
        assert await orders.find_order_by(caller=READER, number="1") is not None

    async def test_answers_in_the_order_of_the_ids(self) -> None:
        first, second = await add("1"), await add("2")
        rows = await orders.find_orders(caller=SYSTEM, ids=[second.id, ids.new(), first.id])
        assert [row and row.number for row in rows] == ["2", None, "1"]


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("1042", ["1042"]),
            ("#1042", ["1042"]),
            (" 1042 ", ["1042"]),
            ("104", []),
            ("grace@example.com", ["1043"]),
            ("GRACE@", ["1043"]),
            ("example.com", ["1043", "1042"]),
            ("hopper", ["1043"]),
            ("RED-1", ["1042"]),
            ("red-1", ["1042"]),
            ("RED", []),
            ("lovelace", ["1043", "1042"]),
            ("%", []),
            ("g_ace", []),
            ("\\", []),
            ("", ["1043", "1042"]),
            ("  ", ["1043", "1042"]),
        ],
    )
    async def test_finds_by_number_email_name_or_sku(self, query: str, numbers: list[str]) -> None:
        red, blue = await make_variant(sku="RED-1"), await make_variant(sku="BLUE-1")
        grace = await factories.user(name="Grace Hopper", email="g@example.org")
        await add("1042", variants=[red])
        await add("1043", variants=[blue], owner=grace, email="grace@example.com")

        assert await found(query=query) == numbers


class TestFilter:
    async def test_narrows_by_each_and_by_all(self) -> None:
        ada = await factories.user()
        await add("1", owner=ada)
        await add("2", payment=PaymentStatus.AUTHORIZED)
        await add("3", status=OrderStatus.COMPLETED, refunded=100, owner=ada)
        await add("4", status=OrderStatus.PENDING)

        assert await found(statuses=[OrderStatus.PLACED]) == ["2", "1"]
        assert await found(statuses=[]) == []
        assert await found(payment_statuses=[OrderPaymentStatus.PARTIALLY_REFUNDED]) == ["3"]
        delivered = [OrderFulfillmentStatus.DELIVERED]
        assert await found(fulfillment_statuses=delivered) == ["3"]
        assert await found(customer_id=ada.id) == ["3", "1"]
        assert await found(customer_id=ada.id, fulfillment_statuses=delivered) == ["3"]
        assert await found(customer_id=ada.id, query="not there") == []

    async def test_takes_since_and_leaves_until_out(self) -> None:
        for hour in range(4):
            await add(str(hour), at=NOW + timedelta(hours=hour))
        since, until = NOW + timedelta(hours=1), NOW + timedelta(hours=3)

        assert await found(since=since, until=until) == ["2", "1"]

    async def test_goes_by_the_time_of_placing_or_before_that_of_making(self) -> None:
        placed_late = await add("1", at=NOW)
        await Order.filter(id=placed_late.id).update(placed_at=NOW + timedelta(hours=2))
        await add("2", status=OrderStatus.PENDING, at=NOW + timedelta(hours=1))

        assert await found() == ["1", "2"]


class TestPages:
    async def test_go_through_all_without_a_gap_or_a_repeat(self) -> None:
        for number in range(7):
            await add(str(number), at=NOW + timedelta(hours=number // 3))

        seen: list[str] = []
        after = None
        while page := await orders.list_orders(caller=SYSTEM, after=after, limit=2):
            seen += [row.number for row in page]
            after = (page[-1].at, page[-1].id)

        assert seen == ["6", "5", "4", "3", "2", "1", "0"]

    async def test_are_counted_up_to_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("db.orders.queries.COUNTED", 2)
        for count, number in ((1, "1"), (2, "2"), (None, "3")):
            await add(number)
            assert await orders.count_orders(caller=SYSTEM) == count


class TestTimeline:
    async def test_is_read_oldest_first_by_those_it_is_meant_for(self, database: Database) -> None:
        ada = await factories.user()
        order, other = await add("1", owner=ada), await add("2", owner=ada)
        note = timeline.Entry(OrderEventKind.NOTE, "Fragile.", visibility=Visibility.STAFF)
        placed = timeline.Entry(OrderEventKind.PLACED, "Placed.", {"amount": "1.00"})
        await timeline.add(order.id, note, placed, caller=factories.caller(ada), now=NOW)

        buyer = factories.caller(ada)
        pages = [EventsPage(order.id, 5), EventsPage(other.id, 5), EventsPage(order.id, 1)]
        for_buyer = await orders.pages_of_events(pages, caller=buyer)
        for_staff = await orders.pages_of_events(pages, caller=READER)

        assert [[row.kind for row in page] for page in for_buyer] == [
            ["CREATED", "PLACED"],
            ["CREATED"],
            ["CREATED"],
        ]
        assert [row.kind for row in for_staff[0]] == ["CREATED", "NOTE", "PLACED"]
        last = for_staff[0][-1]
        assert (last.data, last.actor_id, last.actor_kind) == (
            {"amount": "1.00"},
            ada.id,
            "CUSTOMER",
        )
        rest = EventsPage(order.id, 5, after=for_staff[0][0].id)
        ((first, *_),) = await orders.pages_of_events([rest], caller=READER)
        assert first.kind == "NOTE"
        assert await orders.count_events(order.id, caller=buyer) == 2
        assert await orders.count_events(order.id, caller=READER) == 3
        (hidden,) = await orders.find_events(caller=buyer, ids=[for_staff[0][1].id])
        assert hidden is None

    async def test_never_changes(self) -> None:
        await add("1")
        for statement in ("UPDATE order_event SET message = ''", "DELETE FROM order_event"):
            with pytest.raises(Exception, match="append-only"):
                await execute(statement)
