"""Giving goods and money back, one refund after the other."""

from typing import Final
from uuid import UUID

import pytest

from db import orders, stock
from db.access import Caller, Role
from db.base import fetch, fetch_value
from db.errors import Code, InvalidState, NotAllowed, NotSignedIn, Refusal, Refusals
from db.money import Money
from db.orders import Order, OrderLineRow, RefundReason, ReturnFields
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, kinds, new_guest, reserved, topics
from tests.conftest import NOW
from tests.db.orders.test_fulfillment import lines_of, pack, ship, some
from tests.goods import make_variant
from tests.snapshot import unchanged

FINANCE: Final = factories.staff(Role.FINANCE)


async def placed(counter: Counter, *units: Units) -> Order:
    """Place an order that is paid: the units at their price, and 4.90 EUR for shipping."""
    made = await counter.check_out(await new_guest(), *units)
    return await Order.get(id=made.ids["order"])


def back(line: OrderLineRow, quantity: int, *, restock: bool = False) -> ReturnFields:
    return ReturnFields(order_line_id=line.id, quantity=quantity, restock=restock)


async def refunds() -> list[tuple[int, str]]:
    rows = await fetch("SELECT amount, status FROM refund ORDER BY id")
    return [(amount, status) for amount, status in rows]


async def held() -> int:
    amount: int = await fetch_value("SELECT refund_held FROM payment")
    return amount


async def on_hand(variant_id: UUID) -> int:
    (level,) = await stock.levels_by_variant([variant_id])
    return level.on_hand


class TestCreateRefund:
    async def test_gives_units_back_that_never_left(self, counter: Counter, lantern: UUID) -> None:
        order = await placed(counter, Units(lantern, 3))
        (line,) = await lines_of(order)

        outcome = await counter.refund(FINANCE, order.id, back(line, 2), note="Broken in store.")

        assert outcome.ids["order"] == str(order.id)
        assert await refunds() == [(2000, "SUCCEEDED")]
        assert (await reserved(lantern), await on_hand(lantern)) == (1, 100)
        (line,) = await lines_of(order)
        assert (line.refunded, line.refunded_unshipped, line.to_pack) == (2, 2, 1)
        assert [(each["kind"], each["amount"]) for each in await charges(order.id)] == [
            ("AUTHORIZE", 3490),
            ("REFUND", 2000),
        ]
        assert (await kinds(order.id))[-2:] == ["REFUND_REQUESTED", "REFUND_SUCCEEDED"]
        assert (await topics())[2:] == ["ORDER_UPDATED", "REFUND_SUCCEEDED"]
        (row,) = await orders.find_refunds(caller=FINANCE, ids=[UUID(outcome.ids["refund"])])
        assert row
        assert (row.note, row.actor_label, row.settled_at) == ("Broken in store.", "Petra", NOW)

    async def test_puts_units_that_left_back_on_the_shelf_where_asked(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 3))
        await ship(await pack(order))
        (line,) = await lines_of(order)

        await counter.refund(FINANCE, order.id, back(line, 1, restock=True))
        await counter.refund(FINANCE, order.id, back(line, 1))

        assert await on_hand(lantern) == 100 - 3 + 1
        (line,) = await lines_of(order)
        assert (line.refunded, line.refunded_unshipped) == (2, 0)
        rows = await fetch("SELECT restocked FROM refund_line ORDER BY refund_id")
        assert [restocked for (restocked,) in rows] == [True, False]

    @pytest.mark.parametrize(
        ("reason", "restock", "unshipped"),
        [
            (RefundReason.RETURNED, True, 0),
            (RefundReason.OTHER, True, 0),
            (RefundReason.NOT_DELIVERED, False, 0),
            (RefundReason.DAMAGED, False, 0),
            (RefundReason.CANCELLED, False, 1),
            (RefundReason.GOODWILL, False, 1),
        ],
    )
    async def test_takes_the_units_first_that_its_reason_speaks_of(
        self, counter: Counter, lantern: UUID, reason: RefundReason, restock: bool, unshipped: int
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)
        await ship(await pack(order, [some(line, 1)]))

        await counter.refund(FINANCE, order.id, back(line, 1, restock=restock), reason=reason)

        (line,) = await lines_of(order)
        assert (line.refunded, line.refunded_unshipped) == (1, unshipped)
        assert await reserved(lantern) == 1 - unshipped
        assert await on_hand(lantern) == 99 + restock

    async def test_takes_units_of_both_kinds_where_it_must(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 4))
        (line,) = await lines_of(order)
        await ship(await pack(order, [some(line, 3)]))

        await counter.refund(FINANCE, order.id, back(line, 4, restock=True))

        assert (await reserved(lantern), await on_hand(lantern)) == (0, 100)
        assert (await Order.get(id=order.id)).status == "COMPLETED"

    async def test_leaves_units_alone_that_are_being_packed(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 3))
        (line,) = await lines_of(order)
        await pack(order, [some(line, 2)])

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await counter.refund(FINANCE, order.id, back(line, 2))

        (refusal,) = refused.value.refusals
        assert refusal.code is Code.OUT_OF_RANGE
        assert refusal.path == ("input", "lines", 0, "quantity")
        assert refusal.message == "1 can be given back; 2 more are being packed."
        await counter.refund(FINANCE, order.id, back(line, 1))

    async def test_gives_shipping_and_goodwill_back_as_an_amount(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)

        await counter.refund(FINANCE, order.id, extra=490)
        await counter.refund(FINANCE, order.id, back(line, 1), extra=100)

        assert await refunds() == [(490, "SUCCEEDED"), (1100, "SUCCEEDED")]
        assert await held() == 1590
        row = await orders.find_order(caller=FINANCE, id=order.id)
        assert row
        assert orders.payment_status(row.standing) == "PARTIALLY_REFUNDED"

    async def test_completes_an_order_of_which_nothing_is_left_to_ship(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)
        await ship(await pack(order, [some(line, 1)]))

        await counter.refund(FINANCE, order.id, back(line, 1))

        assert (await Order.get(id=order.id)).status == "COMPLETED"
        assert (await topics())[-3:] == ["ORDER_UPDATED", "ORDER_COMPLETED", "REFUND_SUCCEEDED"]
        assert await reserved(lantern) == 0

    async def test_works_for_an_order_that_is_complete(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 1))
        await ship(await pack(order))
        (line,) = await lines_of(order)

        await counter.refund(FINANCE, order.id, back(line, 1, restock=True), extra=490)

        row = await orders.find_order(caller=FINANCE, id=order.id)
        assert row
        assert row.status == "COMPLETED"
        assert orders.payment_status(row.standing) == "REFUNDED"
        assert await on_hand(lantern) == 100

    async def test_gives_units_back_that_cost_nothing(
        self, counter: Counter, lantern: UUID
    ) -> None:
        gift = await make_variant(title="Gift", price=0)
        order = await placed(counter, Units(lantern, 1), Units(gift, 1))
        _, free = await lines_of(order)

        outcome = await counter.refund(FINANCE, order.id, back(free, 1))

        assert "operation" not in outcome.ids
        assert await refunds() == [(0, "SUCCEEDED")]
        assert len(await charges(order.id)) == 1
        assert await reserved(gift) == 0

    async def test_is_done_once_under_one_key(self, counter: Counter, lantern: UUID) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)

        first = await counter.refund(FINANCE, order.id, back(line, 1), key="r-1")
        second = await counter.refund(FINANCE, order.id, back(line, 1), key="r-1")

        assert (second.replayed, second.ids) == (True, first.ids)
        assert await refunds() == [(1000, "SUCCEEDED")]
        assert len(await charges(order.id)) == 2

    async def test_never_gives_more_than_was_captured(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 1))
        (line,) = await lines_of(order)
        await counter.refund(FINANCE, order.id, extra=1000)

        async with unchanged():
            for lines, extra, place in (
                ((back(line, 1),), 0, "lines"),
                ((), 491, "extra_amount"),
                ((back(line, 1),), 1, "extra_amount"),
            ):
                with pytest.raises(Refusal) as refused:
                    await counter.refund(FINANCE, order.id, *lines, extra=extra)
                assert refused.value.code is Code.AMOUNT_TOO_LARGE
                assert refused.value.path == ("input", place)
                assert "4.90 EUR" in refused.value.message

    async def test_refuses_what_gives_nothing_back(self, counter: Counter, lantern: UUID) -> None:
        order = await placed(counter, Units(lantern, 1))
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.refund(FINANCE, order.id)
        assert (refused.value.code, refused.value.path) == (Code.REQUIRED, ("input",))

    async def test_refuses_another_currency(self, counter: Counter, lantern: UUID) -> None:
        order = await placed(counter, Units(lantern, 1))
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await orders.create_refund(
                    caller=FINANCE,
                    now=NOW,
                    fields={
                        "order_id": order.id,
                        "extra_amount": Money(100, "USD"),
                        "reason": RefundReason.GOODWILL,
                    },
                    gateways=counter.gateways,
                )
        assert refused.value.code is Code.CURRENCY_MISMATCH

    async def test_names_every_line_that_is_not_there_to_be_given_back(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)
        (others,) = await lines_of(await placed(counter, Units(lantern, 1)))

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await counter.refund(
                    FINANCE, order.id, back(others, 1), back(line, 1), back(line, 1), back(line, 0)
                )

        assert [(each.code, each.path) for each in refused.value.refusals] == [
            (Code.NOT_FOUND, ("input", "lines", 0, "order_line_id")),
            (Code.INVALID, ("input", "lines", 2, "order_line_id")),
            (Code.INVALID, ("input", "lines", 3, "order_line_id")),
        ]

    async def test_refuses_an_order_of_which_nothing_was_captured(
        self, counter: Counter, lantern: UUID
    ) -> None:
        made = await counter.check_out(await new_guest(), Units(lantern, 1), gateway="manual")
        async with unchanged():
            with pytest.raises(InvalidState):
                await counter.refund(FINANCE, made.ids["order"], extra=1)

    async def test_has_an_end(
        self, counter: Counter, lantern: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("db.orders.refunding.MOST_REFUNDS", 1)
        order = await placed(counter, Units(lantern, 1))
        await counter.refund(FINANCE, order.id, extra=1)

        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.refund(FINANCE, order.id, extra=1)
        assert refused.value.code is Code.TOO_MANY

    async def test_there_may_be_a_hundred_of_which_the_latest_fifty_calls_are_shown(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 1))

        for _ in range(100):
            await counter.refund(FINANCE, order.id, extra=1)

        with pytest.raises(Refusal, match="at most 100 refunds"):
            await counter.refund(FINANCE, order.id, extra=1)
        ((payment,),) = await orders.payments_by_order([order.id])
        (shown,) = await orders.operations_by_payment([payment.id])
        latest = await fetch("SELECT created_at FROM payment_operation ORDER BY id DESC LIMIT 50")
        assert len(shown) == 50
        assert [each.created_at for each in shown] == [row[0] for row in latest][::-1]

    async def test_is_for_those_who_look_after_the_money(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]

        async with unchanged():
            for caller in (guest, factories.staff(Role.SUPPORT)):
                with pytest.raises(NotAllowed):
                    await counter.refund(caller, order_id, extra=1)
            with pytest.raises(NotSignedIn):
                await counter.refund(Caller.anonymous(), order_id, extra=1, key="k" * 8)
            with pytest.raises(Refusal) as refused:
                await counter.refund(FINANCE, UUID(int=7), extra=1)
        assert refused.value.code is Code.NOT_FOUND
