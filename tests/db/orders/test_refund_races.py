"""RFD-1, RFD-2, FUL-2: money and goods that several people want to move at the same moment."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any, Final, TypeAlias
from uuid import UUID

import pytest

from db.access import Role
from db.base import execute, fetch, fetch_one, fetch_value
from db.errors import Code, InvalidState, Refusal, Refusals
from db.orders import Order
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, crowd, new_guest, reserved
from tests.db.orders.test_fulfillment import lines_of, pack, ship, some
from tests.db.orders.test_refunds import back, placed

OWNER: Final = factories.staff(Role.OWNER)
PAUSE_SECONDS: Final = 0.02

Call: TypeAlias = Callable[[Counter, Order], Awaitable[Any]]


@pytest.mark.parametrize("seed", range(3))
async def test_rfd_1_of_60_refunds_at_once_as_many_are_given_as_there_is_money(
    counter: Counter, lantern: UUID, seed: int
) -> None:
    await execute("UPDATE shipping_method SET price = 0")
    order = await placed(counter, Units(lantern, 10))
    chance = random.Random(seed)  # noqa: S311 - a seed to repeat it by
    amounts = [chance.randint(100, 3000) for _ in range(60)]

    answers = await crowd(
        (counter.refund(OWNER, order.id, extra=amount) for amount in amounts), at_once=60
    )

    refused = [each for each in answers if isinstance(each, Refusal)]
    granted = [
        amount
        for amount, each in zip(amounts, answers, strict=True)
        if not isinstance(each, BaseException)
    ]
    captured, held = await fetch_one("SELECT captured, refund_held FROM payment") or (0, 0)
    assert (captured, len(refused) + len(granted)) == (10_000, 60)
    assert held == sum(granted) <= captured
    assert all(
        each.code is Code.AMOUNT_TOO_LARGE or (isinstance(each, InvalidState) and held == captured)
        for each in refused
    )
    left = captured - held
    assert all(
        amount > left
        for amount, each in zip(amounts, answers, strict=True)
        if isinstance(each, Refusal)
    )
    assert sum(each["amount"] for each in await charges(order.id)) == captured + held


async def _refund(counter: Counter, order: Order) -> object:
    """Give everything back: all units, and the shipping."""
    lines = [back(line, line.quantity) for line in await lines_of(order)]
    return await counter.refund(OWNER, order.id, *lines, extra=490)


async def _cancel(counter: Counter, order: Order) -> object:
    return await counter.cancel(OWNER, order.id)


async def _capture(counter: Counter, order: Order) -> object:
    payment_id = await fetch_value("SELECT id FROM payment WHERE order_id = $1", order.id)
    return await counter.capture(OWNER, payment_id)


MOVES: Final[Mapping[str, Call]] = {"refund": _refund, "cancel": _cancel, "capture": _capture}
PAIRS: Final = list(combinations_with_replacement(MOVES, 2))
SEEDS: Final = 34
"""Of each pair: 204 in all."""


class TestPairs:
    @pytest.mark.parametrize("is_captured", [True, False], ids=["captured", "held"])
    @pytest.mark.parametrize("pair", PAIRS, ids="-".join)
    async def test_rfd_2_money_that_came_in_is_kept_or_went_back(
        self, counter: Counter, lantern: UUID, pair: Sequence[str], is_captured: bool
    ) -> None:
        policy = "ON_PLACEMENT" if is_captured else "MANUAL"
        await execute("UPDATE shop SET capture_policy = $1", policy)
        for seed in range(SEEDS // 2):
            order = await placed(counter, Units(lantern, 1))
            answers = await _at_once(seed, *(MOVES[name](counter, order) for name in pair))
            done = [
                name
                for name, each in zip(pair, answers, strict=True)
                if not isinstance(each, Exception)
            ]
            assert done in _possible(pair, is_captured=is_captured), (seed, answers)
            await _money_is_where_it_should_be(order, done)
        assert await reserved(lantern) == await fetch_value(
            "SELECT count(*) FROM orders WHERE status = 'PLACED'"
        )


def _possible(pair: Sequence[str], *, is_captured: bool) -> list[list[str]]:
    """List what of a pair may succeed: of two that exclude each other, exactly one."""
    first, second = pair
    if is_captured:
        able = [name for name in pair if name != "capture"]
        return [able] if len(able) < len(pair) else [[first], [second]]
    able = [name for name in pair if name != "refund"]
    match sorted(pair):
        case ["capture", "refund"]:
            return [["capture"], [*pair]]  # the refund may come before, or after
        case ["cancel", "capture"]:
            return [["capture"], ["cancel"], [*pair]]  # what was captured first goes back
        case _:
            return [able] if len(able) < len(pair) else [[first], [second]]


async def _at_once(seed: int, *calls: Awaitable[Any]) -> list[Any]:
    """Make calls at the same moment or nearly; what is not a refusal is an error of ours."""
    chance = random.Random(seed)  # noqa: S311 - a seed to repeat it by
    pauses = [chance.uniform(0, PAUSE_SECONDS) * chance.randint(0, 1) for _ in calls]

    async def after(pause: float, call: Awaitable[Any]) -> Any:
        await asyncio.sleep(pause)
        return await call

    answers = await asyncio.gather(*map(after, pauses, calls), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal | Refusals):
            raise answer
    return answers


async def _money_is_where_it_should_be(order: Order, done: Sequence[str]) -> None:
    row = await fetch_one("SELECT captured, refund_held FROM payment WHERE order_id = $1", order.id)
    assert row is not None
    captured, held = row
    books = await charges(order.id)
    came = sum(each["amount"] for each in books if each["captured"])
    went = sum(each["amount"] for each in books if each["kind"] == "REFUND")
    assert {each["verdict"] for each in books} == {"SUCCEEDED"}
    assert (came, went) == (captured, held)
    status = (await Order.get(id=order.id)).status
    if "cancel" in done or "refund" in done:
        assert came == went
        assert status in {"CANCELLED", "COMPLETED"}
    else:
        assert (came, went, status) == (captured, 0, "PLACED")


class TestAgainstParcels:
    @pytest.mark.parametrize("seed", range(12))
    async def test_ful_2_packing_and_a_refund_at_once_share_what_was_bought(
        self, counter: Counter, lantern: UUID, seed: int
    ) -> None:
        order = await placed(counter, Units(lantern, 3))
        (line,) = await lines_of(order)

        packed, refunded = await _at_once(
            seed, pack(order), counter.refund(OWNER, order.id, back(line, 2))
        )

        (line,) = await lines_of(order)
        assert not isinstance(packed, Exception)
        was_refunded = not isinstance(refunded, Exception)
        assert (line.fulfilled, line.refunded) == ((1, 2) if was_refunded else (3, 0))
        assert await reserved(lantern) == (1 if was_refunded else 3)

    @pytest.mark.parametrize("seed", range(12))
    async def test_ful_2_shipping_and_a_refund_at_once_leave_one_whole_story(
        self, counter: Counter, lantern: UUID, seed: int
    ) -> None:
        order = await placed(counter, Units(lantern, 2))
        parcel = await pack(order)
        (line,) = await lines_of(order)

        _, refunded = await _at_once(
            seed, ship(parcel), counter.refund(OWNER, order.id, back(line, 2, restock=True))
        )

        came_back = 0 if isinstance(refunded, Exception) else 2
        (line,) = await lines_of(order)
        assert (line.shipped, line.refunded, line.refunded_unshipped) == (2, came_back, 0)
        assert await fetch_value("SELECT on_hand FROM stock") == 98 + came_back
        assert await reserved(lantern) == 0
        assert (await Order.get(id=order.id)).status == "COMPLETED"

    async def test_refunds_of_many_orders_with_the_same_goods_do_not_wait_in_a_circle(
        self, counter: Counter
    ) -> None:
        made = await factories.order(units=(1, 1, 1))
        variants = [line.variant_id for line in await lines_of(made) if line.variant_id]
        orders = [
            await factories.order(units=(2, 2, 2), variants=order)
            for order in (variants, variants[::-1]) * 4
        ]
        await execute("UPDATE payment SET gateway = 'manual'")
        bought = [await lines_of(order) for order in orders]
        for order, (first, *_) in zip(orders, bought, strict=True):
            await ship(await pack(order, [some(first, 1)]))

        answers = await asyncio.gather(
            *(
                counter.refund(OWNER, order.id, *(back(line, 2, restock=True) for line in lines))
                for order, lines in zip(orders, bought, strict=True)
            )
        )

        assert len(answers) == 8
        rows = await fetch("SELECT status, count(*) FROM orders GROUP BY status ORDER BY status")
        assert [tuple(row) for row in rows] == [("COMPLETED", 8), ("PLACED", 1)]


async def test_a_buyer_who_cancels_while_staff_refund_gets_everything_once(
    counter: Counter, lantern: UUID
) -> None:
    for seed in range(8):
        guest = await new_guest()
        order_id = (await counter.check_out(guest, Units(lantern, 1))).ids["order"]
        await _at_once(
            seed, counter.cancel(guest, order_id), counter.refund(OWNER, order_id, extra=100)
        )
        row = await fetch_one(
            "SELECT captured, refund_held FROM payment WHERE order_id = $1", UUID(order_id)
        )
        assert row
        assert row["captured"] == row["refund_held"]
