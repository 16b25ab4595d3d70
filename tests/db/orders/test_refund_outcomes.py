"""What becomes of refunds: shares that add up, answers that are late, lost or refusals."""

import logging
import random
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import carts, crash_points, orders, payments
from db.access import Caller
from db.base import execute, fetch_one
from db.carts import DetailFields
from db.crash_points import CrashPoint
from db.money import Money
from db.orders import Order, OrderLineRow, ReturnFields
from db.payments import Answer, Verdict
from db.stock import Units
from tests.buying import Counter, charges, kinds, new_guest, reserved, topics
from tests.conftest import NOW
from tests.db.orders.test_fulfillment import lines_of
from tests.db.orders.test_refunds import FINANCE, back, held, placed, refunds
from tests.gateways import FaultyGateway
from tests.goods import make_discount, make_variant

HALF_A_MINUTE = timedelta(seconds=31)
_codes = count(1)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    basket=st.lists(st.tuples(st.integers(1, 100_000), st.integers(1, 5)), min_size=1, max_size=3),
    percent=st.integers(1, 999_999),
    seed=st.integers(0, 1_000),
)
async def test_mon_5_refunds_add_up_to_what_was_paid_however_they_are_divided(
    counter: Counter, basket: list[tuple[int, int]], percent: int, seed: int
) -> None:
    """With a discount, whose shares are as uneven as can be, and the shipping as what is left."""
    code = f"CODE-{next(_codes)}"
    await make_discount(code, percent=percent)
    goods = [Units(await make_variant(price=price), units) for price, units in basket]
    order = await _bought(counter, goods, code)
    left = {line.id: line.quantity for line in await lines_of(order)}
    chance = random.Random(seed)  # noqa: S311 - a seed to repeat it by
    while left:
        line_id = chance.choice(list(left))
        units = chance.randint(1, left[line_id])
        (line,) = await orders.lines_by_id([line_id])
        await counter.refund(FINANCE, order.id, back(line, units))
        left = {**left, line_id: left[line_id] - units}
        left = {each: units for each, units in left.items() if units}

    row = await fetch_one(
        "SELECT captured - refund_held FROM payment WHERE order_id = $1", order.id
    )
    assert tuple(row or ()) == (order.shipping,)


async def _bought(counter: Counter, goods: list[Units], code: str) -> Order:
    details: DetailFields = {**counter.details, "discount_code": code}
    quote = await carts.quote(
        lines=goods,
        details=carts.Details().changed(details),
        caller=Caller.anonymous(),
        now=NOW,
    )
    total = Money(quote.totals.total, quote.currency)
    made = await counter.check_out(await new_guest(), *goods, details=details, expected=total)
    return await Order.get(id=made.ids["order"])


class TestOutcomes:
    @pytest.mark.parametrize("side", ["before", "after"])
    async def test_rfd_3_a_refund_without_an_answer_succeeds_once_when_asked_again(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway, side: str
    ) -> None:
        order = await placed(counter, Units(lantern, 1))
        fake.loses_refunds = "before" if side == "before" else "after"
        await counter.refund(FINANCE, order.id, extra=100, key="r-1")
        assert await refunds() == [(100, "PENDING")]
        assert await held() == 100

        fake.loses_refunds = None
        for _ in range(2):
            again = await counter.refund(FINANCE, order.id, extra=100, key="r-1")
            assert again.replayed

        assert await refunds() == [(100, "SUCCEEDED")]
        assert await held() == 100
        assert [each["amount"] for each in await charges(order.id)] == [1490, 100]
        assert (await topics()).count("REFUND_SUCCEEDED") == 1

    @pytest.mark.parametrize("token", ["tok_refund_lost", "tok_refund_unsent"])
    async def test_rfd_3_a_refund_without_an_answer_is_found_out_by_the_reconciler(
        self, counter: Counter, lantern: UUID, token: str
    ) -> None:
        made = await counter.check_out(await new_guest(), Units(lantern, 1), token=token)
        await counter.refund(FINANCE, made.ids["order"], extra=100)
        assert await refunds() == [(100, "PENDING")]

        for _ in range(2):
            await orders.reconcile_due(gateways=counter.gateways, now=NOW + HALF_A_MINUTE)

        assert await refunds() == [(100, "SUCCEEDED")]
        assert [each["amount"] for each in await charges(made.ids["order"])] == [1490, 100]

    async def test_rfd_4_what_failed_can_be_given_again_and_somebody_is_told(
        self,
        counter: Counter,
        lantern: UUID,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        order = await placed(counter, Units(lantern, 1))
        await execute("UPDATE fake_gateway.operation SET captured = false")
        with caplog.at_level(logging.ERROR, "db.orders"):
            await counter.refund(FINANCE, order.id, extra=1490)

        assert await refunds() == [(1490, "FAILED")]
        assert await held() == 0
        assert (await topics())[-1] == "REFUND_FAILED"
        assert (await kinds(order.id))[-2:] == ["REFUND_FAILED", "NOTE"]
        (record,) = [each for each in caplog.records if each.name == "db.orders.alerts"]
        assert f"order {order.number}" in record.getMessage()

        await execute("UPDATE fake_gateway.operation SET captured = kind = 'AUTHORIZE'")
        await counter.refund(FINANCE, order.id, extra=1490)
        assert await refunds() == [(1490, "FAILED"), (1490, "SUCCEEDED")]
        assert await held() == 1490

    async def test_rfd_4_a_bank_that_sends_a_refund_back_days_later_is_heard(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 1))
        outcome = await counter.refund(FINANCE, order.id, extra=500)
        call = await payments.find_call(UUID(outcome.ids["operation"]))
        assert call

        for verdict in (Verdict.DECLINED, Verdict.SUCCEEDED):
            await orders.settle(
                call,
                Answer(verdict=verdict, code="account_closed"),
                caller=Caller.system("tests"),
                action="system.tests",
                now=NOW,
            )

        assert await refunds() == [(500, "FAILED")]
        assert await held() == 0
        assert (await topics())[-2:] == ["REFUND_SUCCEEDED", "REFUND_FAILED"]

    async def test_rfd_4_units_follow_the_goods_and_not_the_money(
        self, counter: Counter, lantern: UUID
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        (line,) = await lines_of(order)
        await execute("UPDATE fake_gateway.operation SET captured = false")

        await counter.refund(FINANCE, order.id, back(line, 1))

        assert await refunds() == [(1000, "FAILED")]
        (line,) = await lines_of(order)
        assert (line.refunded, await reserved(lantern)) == (1, 1)

    async def test_the_money_of_a_cancelled_order_that_did_not_arrive_is_given_again(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]
        await execute("UPDATE fake_gateway.operation SET captured = false")
        await counter.cancel(guest, order_id)
        assert await refunds() == [(1490, "FAILED")]

        await execute("UPDATE fake_gateway.operation SET captured = kind = 'AUTHORIZE'")
        await counter.refund(FINANCE, order_id, extra=1490)

        assert await refunds() == [(1490, "FAILED"), (1490, "SUCCEEDED")]
        last = await fetch_one("SELECT status, captured - refund_held FROM payment")
        assert tuple(last or ()) == ("CAPTURED", 0)


class Killed(BaseException):
    """The process died."""


POINTS = [
    CrashPoint.IN_T1_BEFORE_COMMIT,
    CrashPoint.AFTER_T1,
    CrashPoint.IN_CALL_BEFORE_SEND,
    CrashPoint.IN_CALL_AFTER_CHARGE,
    CrashPoint.AFTER_CALL,
    CrashPoint.IN_T2_AFTER_OPERATION,
    CrashPoint.IN_T2_BEFORE_COMMIT,
    CrashPoint.AFTER_T2,
]
"""Of a refund: the transaction that books the goods, the call, the one that takes in its answer."""


@pytest.mark.parametrize("point", POINTS)
class TestADeath:
    """RFD-3, at each point in the way of a refund."""

    async def test_rfd_3_the_same_call_again_gives_the_money_back_once(
        self, counter: Counter, lantern: UUID, point: CrashPoint
    ) -> None:
        order = await _refunded_by_the_dying(counter, lantern, point)

        (line,) = await lines_of(order)
        await counter.refund(FINANCE, order.id, _one_of(line), key="r-1")

        await _all_is_booked_once(order, lantern)

    async def test_rfd_3_without_the_client_all_of_it_is_found_out_or_nothing_was_done(
        self, counter: Counter, lantern: UUID, point: CrashPoint
    ) -> None:
        order = await _refunded_by_the_dying(counter, lantern, point)

        await orders.reconcile_due(gateways=counter.gateways, now=NOW + HALF_A_MINUTE)

        if point is CrashPoint.IN_T1_BEFORE_COMMIT:
            assert await refunds() == []
            assert await reserved(lantern) == 2
        else:
            await _all_is_booked_once(order, lantern)


async def _refunded_by_the_dying(counter: Counter, lantern: UUID, point: CrashPoint) -> Order:
    order = await placed(counter, Units(lantern, 2))
    (line,) = await lines_of(order)

    def die(reached: CrashPoint) -> None:
        if reached is point:
            raise Killed

    with crash_points.installed(die), pytest.raises(Killed):
        await counter.refund(FINANCE, order.id, _one_of(line), key="r-1")
    return order


def _one_of(line: OrderLineRow) -> ReturnFields:
    return ReturnFields(order_line_id=line.id, quantity=1)


async def _all_is_booked_once(order: Order, lantern: UUID) -> None:
    assert await refunds() == [(1000, "SUCCEEDED")]
    assert await held() == 1000
    assert [each["amount"] for each in await charges(order.id)] == [2490, 1000]
    assert await reserved(lantern) == 1
    assert (await topics()).count("REFUND_SUCCEEDED") == 1


async def test_rfd_3_once_its_key_may_be_forgotten_a_lost_refund_is_not_sent_again(
    counter: Counter, lantern: UUID, fake: FaultyGateway
) -> None:
    """The client insists, a day later, and so does the reconciler; the gateway has pruned keys."""
    order = await placed(counter, Units(lantern, 1))
    fake.loses_refunds = "after"
    await counter.refund(FINANCE, order.id, extra=300, key="refund-1")
    fake.loses_refunds = None
    await execute("DELETE FROM fake_gateway.operation WHERE kind = 'REFUND'")
    later = NOW + timedelta(hours=25)

    await counter.refund(FINANCE, order.id, extra=300, key="refund-1", now=later)
    await orders.reconcile_due(gateways=counter.gateways, now=later)

    assert [each["kind"] for each in await charges(order.id)] == ["AUTHORIZE"]
    row = await fetch_one("SELECT status FROM refund")
    assert row
    assert row[0] == "PENDING"
