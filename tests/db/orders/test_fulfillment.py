"""Getting goods to the buyer, one parcel after the other."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from db import events, orders, stock
from db.access import Role
from db.base import fetch, fetch_value
from db.errors import Code, InvalidState, Refusal, Refusals
from db.events import Outcome
from db.orders import LineUnits, Order, OrderLineRow, OrderStatus, TrackingFields
from db.payments.models import PaymentStatus
from tests import factories
from tests.buying import kinds, topics
from tests.conftest import NOW
from tests.goods import make_variant
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("database", "oracle")


PACKER = factories.staff(Role.FULFILLMENT)
BY_POST = TrackingFields(carrier="Post", number="RR1", url=None)


async def pack(order: Order, lines: Sequence[LineUnits] | None = None) -> UUID:
    outcome = await orders.create_fulfillment(
        caller=PACKER, now=NOW, order_id=order.id, lines=lines
    )
    return UUID(outcome.ids["fulfillment"])


async def ship(parcel: UUID) -> Outcome:
    return await orders.ship_fulfillment(caller=PACKER, now=NOW, id=parcel, tracking=BY_POST)


async def deliver(parcel: UUID) -> Outcome:
    return await orders.deliver_fulfillment(caller=PACKER, now=NOW, id=parcel)


async def unpack(parcel: UUID) -> Outcome:
    return await orders.cancel_fulfillment(caller=PACKER, now=NOW, id=parcel)


async def lines_of(order: Order) -> list[OrderLineRow]:
    return (await orders.lines_by_order([order.id]))[0]


def some(line: OrderLineRow, quantity: int) -> LineUnits:
    return LineUnits(order_line_id=line.id, quantity=quantity)


async def held_by(parcel: UUID) -> list[int]:
    return [line.quantity for line in (await orders.lines_by_fulfillment([parcel]))[0]]


async def audited() -> list[tuple[str, str]]:
    rows = await fetch(
        "SELECT action, changes ->> 'status' FROM audit_event WHERE action LIKE 'fulfillment%'"
        " ORDER BY id"
    )
    return [(action, status) for action, status in rows]


class TestCreate:
    async def test_packs_all_that_is_left(self) -> None:
        order = await factories.order(units=(2, 3))
        first, _ = await lines_of(order)
        await pack(order, [some(first, 1)])

        rest = await pack(order)

        assert await held_by(rest) == [1, 3]
        assert [line.fulfilled for line in await lines_of(order)] == [2, 3]

    async def test_packs_the_units_that_are_named(self) -> None:
        order = await factories.order(units=(2, 3))
        _, second = await lines_of(order)

        parcel = await pack(order, [some(second, 2)])

        assert await held_by(parcel) == [2]
        assert [line.to_pack for line in await lines_of(order)] == [2, 1]

    async def test_leaves_the_stock_where_it_is(self) -> None:
        variant = await make_variant(on_hand=5)
        await pack(await factories.order(units=(2,), variants=[variant]))

        (level,) = await stock.levels_by_variant([variant])
        assert (level.on_hand, level.reserved) == (5, 2)

    async def test_is_on_record(self) -> None:
        order = await factories.order()
        await pack(order)

        assert await kinds(order.id) == ["CREATED", "FULFILLMENT_CREATED"]
        assert await topics() == ["ORDER_UPDATED"]
        assert await audited() == [("fulfillmentCreate", '[null, "PACKING"]')]
        assert await fetch_value("SELECT version FROM orders") == 2

    async def test_packs_an_order_that_is_only_authorized(self) -> None:
        order = await factories.order(payment=PaymentStatus.AUTHORIZED)
        assert await held_by(await pack(order)) == [2]

    async def test_names_every_fault_with_its_place(self) -> None:
        order = await factories.order(units=(2, 3))
        first, second = await lines_of(order)
        (foreign,) = await lines_of(await factories.order())
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await pack(
                    order, [some(first, 3), some(foreign, 1), some(second, 1), some(second, 1)]
                )

        assert [(refusal.code, refusal.path) for refusal in refused.value.refusals] == [
            (Code.OUT_OF_RANGE, ("lines", 0, "quantity")),
            (Code.NOT_FOUND, ("lines", 1, "order_line_id")),
            (Code.INVALID, ("lines", 3, "order_line_id")),
        ]

    async def test_does_not_know_an_order_that_is_not_there(self) -> None:
        with pytest.raises(Refusal) as refused:
            await orders.create_fulfillment(caller=PACKER, now=NOW, order_id=UUID(int=9))
        assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("order_id",))

    @pytest.mark.parametrize("status", sorted(set(OrderStatus) - {OrderStatus.PLACED}))
    async def test_refuses_an_order_that_is_not_placed(self, status: OrderStatus) -> None:
        order = await factories.order(status=status)
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await pack(order)
        assert refused.value.current == status

    async def test_refuses_when_nothing_is_left(self) -> None:
        order = await factories.order()
        await pack(order)
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await pack(order)
        assert (refused.value.current, refused.value.allowed) == ("PLACED", ())

    async def test_makes_no_more_parcels_than_an_order_may_have(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("db.orders.fulfillment.MOST_PARCELS", 1)
        order = await factories.order(units=(2,))
        (line,) = await lines_of(order)
        await pack(order, [some(line, 1)])
        with pytest.raises(Refusal) as refused:
            await pack(order)
        assert refused.value.code is Code.TOO_MANY


class TestShip:
    async def test_takes_the_units_off_the_shelf(self) -> None:
        variant = await make_variant(on_hand=5)
        parcel = await pack(await factories.order(units=(2,), variants=[variant]))

        await ship(parcel)

        (level,) = await stock.levels_by_variant([variant])
        assert (level.on_hand, level.reserved) == (3, 0)

    async def test_tells_where_the_parcel_can_be_followed(self) -> None:
        order = await factories.order()
        await ship(await pack(order))

        ((parcel,),) = await orders.fulfillments_by_order([order.id])
        assert parcel.tracking == {"carrier": "Post", "number": "RR1", "url": None}
        assert (parcel.status, parcel.shipped_at, parcel.version) == ("SHIPPED", NOW, 2)

    async def test_completes_a_paid_order_with_its_last_parcel(self) -> None:
        order = await factories.order(units=(2,))
        (line,) = await lines_of(order)
        first, second = await pack(order, [some(line, 1)]), await pack(order)

        await ship(first)
        assert await fetch_value("SELECT status FROM orders") == "PLACED"
        await ship(second)

        assert await fetch_value("SELECT status FROM orders") == "COMPLETED"
        assert await fetch_value("SELECT completed_at FROM orders") == NOW
        assert await kinds(order.id) == [
            "CREATED",
            *["FULFILLMENT_CREATED"] * 2,
            "FULFILLMENT_SHIPPED",
            "FULFILLMENT_SHIPPED",
            "COMPLETED",
        ]
        assert (await topics())[2:] == [
            "FULFILLMENT_SHIPPED",
            "FULFILLMENT_SHIPPED",
            "ORDER_COMPLETED",
        ]
        assert (await audited())[2:] == [
            ("fulfillmentShip", '["PACKING", "SHIPPED"]'),
            ("fulfillmentShip", '["PACKING", "SHIPPED"]'),
            ("fulfillmentShip", '["PLACED", "COMPLETED"]'),
        ]
        assert await fetch_value("SELECT version FROM orders") == 5

    async def test_completes_an_order_that_costs_nothing(self) -> None:
        order = await factories.order(price=0, shipping=0)
        await ship(await pack(order))
        assert await fetch_value("SELECT status FROM orders") == "COMPLETED"

    async def test_leaves_an_order_open_whose_money_is_only_authorized(self) -> None:
        order = await factories.order(payment=PaymentStatus.AUTHORIZED)
        await ship(await pack(order))
        assert await fetch_value("SELECT status FROM orders") == "PLACED"

    async def test_ships_goods_whose_stock_nobody_counts(self) -> None:
        await ship(await pack(await factories.order(track_stock=False)))
        assert await fetch_value("SELECT count(*) FROM stock_movement") == 0


class TestDeliver:
    async def test_writes_down_that_it_has_arrived(self) -> None:
        order = await factories.order()
        parcel = await pack(order)
        await ship(parcel)
        await deliver(parcel)

        row = await orders.find_order(caller=PACKER, id=order.id)
        assert row is not None
        assert orders.fulfillment_status(row.standing) == "DELIVERED"
        assert (await kinds(order.id))[-1] == "FULFILLMENT_DELIVERED"
        assert (await topics())[-1] == "FULFILLMENT_DELIVERED"


class TestCancel:
    async def test_ful_3_frees_the_units_for_another_parcel(self) -> None:
        order = await factories.order(units=(2,))
        await unpack(await pack(order))
        assert [line.to_pack for line in await lines_of(order)] == [2]

        await ship(await pack(order))

        assert await fetch_value("SELECT status FROM orders") == "COMPLETED"
        assert await audited() == [
            ("fulfillmentCreate", '[null, "PACKING"]'),
            ("fulfillmentCancel", '["PACKING", "CANCELLED"]'),
            ("fulfillmentCreate", '[null, "PACKING"]'),
            ("fulfillmentShip", '["PACKING", "SHIPPED"]'),
            ("fulfillmentShip", '["PLACED", "COMPLETED"]'),
        ]


class TestIDM7:
    async def test_a_repeated_call_does_it_once(self) -> None:
        order = await factories.order(units=(2,))
        claim = events.Claim("user:1", "k", "fulfillmentCreate", b"x")

        first, again = [
            await orders.create_fulfillment(caller=PACKER, now=NOW, order_id=order.id, claim=claim)
            for _ in range(2)
        ]

        assert again.replayed
        assert first.ids == again.ids
        assert await fetch_value("SELECT count(*) FROM fulfillment") == 1
