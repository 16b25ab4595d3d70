"""Statuses that are derived: what they are derived from, and that SQL derives the same."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import ids
from db.access import Caller
from db.base import execute, fetch
from db.config import Database
from db.orders import (
    OrderFilter,
    OrderFulfillmentStatus,
    OrderPaymentStatus,
    OrderStatus,
    Standing,
    fulfillment_status,
    list_orders,
    payment_status,
)
from db.payments.models import PaymentStatus
from tests import factories
from tests.conftest import NOW

SYSTEM = Caller.system("tests")


def standing(**facts: object) -> Standing:
    return Standing(**{"status": OrderStatus.PLACED, "total": 100, **facts})  # type: ignore[arg-type]


class TestPaymentStatus:
    @pytest.mark.parametrize(
        ("payment", "captured", "returned", "expected"),
        [
            (None, 0, 0, "UNPAID"),
            ("FAILED", 0, 0, "UNPAID"),
            ("PROCESSING", 0, 0, "PROCESSING"),
            ("REQUIRES_ACTION", 0, 0, "PROCESSING"),
            ("AUTHORIZED", 0, 0, "AUTHORIZED"),
            ("VOIDED", 0, 0, "VOIDED"),
            ("CAPTURED", 100, 0, "PAID"),
            ("CAPTURED", 60, 0, "PAID"),
            ("CAPTURED", 100, 1, "PARTIALLY_REFUNDED"),
            ("CAPTURED", 100, 99, "PARTIALLY_REFUNDED"),
            ("CAPTURED", 100, 100, "REFUNDED"),
            ("CAPTURED", 60, 60, "REFUNDED"),
        ],
    )
    def test_follows_the_live_payment_and_what_has_come_back(
        self, payment: str | None, captured: int, returned: int, expected: str
    ) -> None:
        paid = payment and PaymentStatus(payment)
        order = standing(payment=paid, captured=captured, held=returned, returned=returned)
        assert payment_status(order) is OrderPaymentStatus(expected)

    def test_is_paid_where_nothing_is_to_be_paid(self) -> None:
        assert payment_status(standing(total=0)) is OrderPaymentStatus.PAID

    def test_waits_for_money_that_is_only_on_its_way_back(self) -> None:
        order = standing(payment=PaymentStatus.CAPTURED, captured=100, held=100, returned=0)
        assert payment_status(order) is OrderPaymentStatus.PAID


class TestFulfillmentStatus:
    @pytest.mark.parametrize(
        ("packed", "shipped", "to_ship", "under_way", "expected"),
        [
            (0, 0, 3, False, "UNFULFILLED"),
            (3, 0, 3, False, "UNFULFILLED"),
            (0, 0, 0, False, "UNFULFILLED"),
            (1, 1, 2, True, "PARTIALLY_FULFILLED"),
            (1, 1, 2, False, "PARTIALLY_FULFILLED"),
            (3, 3, 0, True, "FULFILLED"),
            (3, 3, 0, False, "DELIVERED"),
        ],
    )
    def test_follows_the_units_that_left(
        self, packed: int, shipped: int, to_ship: int, under_way: bool, expected: str
    ) -> None:
        order = standing(packed=packed, shipped=shipped, to_ship=to_ship, under_way=under_way)
        assert fulfillment_status(order) is OrderFulfillmentStatus(expected)


class TestFilter:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    async def test_finds_exactly_the_orders_whose_rows_derive_the_status(
        self, database: Database, data: st.DataObject
    ) -> None:
        await execute("TRUNCATE orders CASCADE")
        for _ in range(data.draw(st.integers(1, 4))):
            await _anything(data)

        orders = await list_orders(caller=SYSTEM, limit=100)
        for derive, named, statuses in (
            (payment_status, "payment_statuses", OrderPaymentStatus),
            (fulfillment_status, "fulfillment_statuses", OrderFulfillmentStatus),
        ):
            for status in statuses:
                chosen = OrderFilter(**{named: [status]})  # type: ignore[arg-type]
                found = await list_orders(caller=SYSTEM, filter=chosen, limit=100)
                derived = [order.id for order in orders if derive(order.standing) is status]
                assert [order.id for order in found] == derived


async def _anything(data: st.DataObject) -> None:
    """Add an order with whatever rows the database accepts, likely or not."""
    price = data.draw(st.sampled_from([0, 1000]))
    order = await factories.order(
        status=data.draw(st.sampled_from(OrderStatus)), units=(3, 2), price=price, shipping=0
    )
    await execute("DELETE FROM refund WHERE order_id = $1", order.id)
    await execute(
        "DELETE FROM payment_operation USING payment"
        " WHERE payment.id = payment_id AND order_id = $1",
        order.id,
    )
    await execute("DELETE FROM payment WHERE order_id = $1", order.id)
    lost = st.sampled_from([PaymentStatus.FAILED, PaymentStatus.VOIDED])
    attempts = [*data.draw(st.lists(lost, max_size=2))]
    if data.draw(st.booleans()):
        attempts.insert(
            data.draw(st.integers(0, len(attempts))), data.draw(st.sampled_from(PaymentStatus))
        )
    for attempt in attempts if order.total else ():
        is_captured = attempt is PaymentStatus.CAPTURED
        refunded = data.draw(st.integers(0, order.total)) if is_captured else 0
        await factories.pay(order, attempt, refunded=refunded)
    await execute("UPDATE refund SET status = $1", data.draw(st.sampled_from(_REFUNDS)))
    await _move_units(order.id, data)


_REFUNDS = ["PENDING", "SUCCEEDED", "FAILED"]


async def _move_units(order_id: UUID, data: st.DataObject) -> None:
    for line_id, quantity in await fetch(
        "SELECT id, quantity FROM order_line WHERE order_id = $1", order_id
    ):
        fulfilled = data.draw(st.integers(0, quantity))
        refunded = data.draw(st.integers(0, quantity - fulfilled))
        shipped = data.draw(st.integers(0, fulfilled))
        await execute(
            "UPDATE order_line SET fulfilled = $2, shipped = $3, refunded_unshipped = $4,"
            " refunded = $4 WHERE id = $1",
            *(line_id, fulfilled, shipped, refunded),
        )
    for status in data.draw(st.lists(st.sampled_from(_PARCELS), max_size=2)):
        await execute(
            "INSERT INTO fulfillment (id, order_id, status, created_at) VALUES ($1, $2, $3, $4)",
            *(ids.new(), order_id, status, NOW),
        )


_PARCELS = ["PACKING", "SHIPPED", "DELIVERED", "CANCELLED"]
