"""FUL-1..3: several people pack, ship and unpack the same goods at the same moment."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias
from uuid import UUID

import pytest

from db.access import Role
from db.base import fetch_value
from db.errors import Refusal, Refusals
from db.orders import LineUnits, Order
from db.stock import Units
from tests import factories
from tests.buying import Counter, new_guest
from tests.db.orders.test_fulfillment import deliver, lines_of, pack, ship, unpack

pytestmark = pytest.mark.usefixtures("database", "oracle")

Step: TypeAlias = Callable[[UUID], Awaitable[object]]

MANAGER: Final = factories.staff(Role.ADMIN)


async def outcomes(calls: Sequence[Awaitable[object]]) -> list[object]:
    """Make all calls at once; what is not a refusal is an error of ours."""
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, Refusal | Refusals):
            raise answer
    return [answer for answer in answers if not isinstance(answer, BaseException)]


async def test_ful_1_the_last_units_are_packed_once() -> None:
    order = await factories.order(units=(3, 1))

    done = await outcomes([pack(order) for _ in range(8)])

    assert len(done) == 1
    assert [line.fulfilled for line in await lines_of(order)] == [3, 1]


async def test_ful_1_a_parcel_is_shipped_once() -> None:
    order = await factories.order(units=(3,))
    parcel = await pack(order)

    done = await outcomes([ship(parcel) for _ in range(8)])

    assert len(done) == 1
    assert await fetch_value("SELECT on_hand FROM stock") == 97
    assert await fetch_value("SELECT reserved FROM stock") == 0


async def test_ful_2_packing_more_than_was_bought_is_refused_to_all_but_some() -> None:
    order = await factories.order(units=(5,))
    (line,) = await lines_of(order)
    two = [LineUnits(order_line_id=line.id, quantity=2)]

    done = await outcomes([pack(order, two) for _ in range(6)])

    assert len(done) == 2
    assert [line.fulfilled for line in await lines_of(order)] == [4]


@pytest.mark.parametrize("seed", range(10))
async def test_ful_3_shipping_and_unpacking_at_once_does_one_of_them(seed: int) -> None:
    order = await factories.order(units=(2,))
    parcel = await pack(order)
    calls = [ship(parcel), unpack(parcel)]
    random.Random(seed).shuffle(calls)  # noqa: S311 - a seed to repeat it by

    assert len(await outcomes(calls)) == 1

    (line,) = await lines_of(order)
    assert (line.fulfilled, line.shipped) in {(0, 0), (2, 2)}


async def test_parcels_of_many_orders_with_the_same_goods_do_not_wait_in_a_circle() -> None:
    made = await factories.order(units=(1, 1, 1))
    variants = [line.variant_id for line in await lines_of(made) if line.variant_id]
    parcels = [
        await pack(await factories.order(units=(1, 1, 1), variants=order))
        for order in (variants, variants[::-1]) * 5
    ]

    assert len(await outcomes([ship(parcel) for parcel in parcels])) == 10


class TestAgainstCancel:
    """FUL-2: an order that is packed, shipped or unpacked while it is called off."""

    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize("step", [ship, unpack, deliver])
    async def test_ful_2_a_step_and_a_cancel_at_once_leave_one_whole_story(
        self, counter: Counter, lantern: UUID, step: Step, seed: int
    ) -> None:
        order, parcel = await _packed(counter, lantern)
        if step is deliver:
            await ship(parcel)

        await outcomes(_shuffled(seed, step(parcel), counter.cancel(MANAGER, order.id)))

        status, shipped = await _story(order)
        if step is unpack:
            assert (status, shipped) == ("CANCELLED", 0)
        else:
            assert (status, shipped) in {("CANCELLED", 0), ("COMPLETED", 2)}
        assert await fetch_value("SELECT on_hand FROM stock") == 100 - shipped
        assert await fetch_value("SELECT reserved FROM stock") == 0

    @pytest.mark.parametrize("seed", range(8))
    async def test_ful_2_packing_and_a_cancel_at_once_leave_no_parcel_behind(
        self, counter: Counter, lantern: UUID, seed: int
    ) -> None:
        order = await _placed(counter, lantern)

        await outcomes(_shuffled(seed, pack(order), counter.cancel(MANAGER, order.id)))

        assert await _story(order) == ("CANCELLED", 0)
        assert await fetch_value("SELECT count(*) FROM fulfillment WHERE status = 'PACKING'") == 0
        assert await fetch_value("SELECT reserved FROM stock") == 0

    @pytest.mark.parametrize("seed", range(8))
    async def test_ful_2_a_buyer_cancels_or_a_packer_packs(
        self, counter: Counter, lantern: UUID, seed: int
    ) -> None:
        buyer = await new_guest()
        made = await counter.check_out(buyer, Units(lantern, 2))
        order = await Order.get(id=made.ids["order"])

        calls = _shuffled(seed, pack(order), counter.cancel(buyer, order.id))

        assert len(await outcomes(calls)) == 1
        parcels = await fetch_value("SELECT count(*) FROM fulfillment")
        assert (await _story(order))[0] == ("PLACED" if parcels else "CANCELLED")


def _shuffled(seed: int, *calls: Awaitable[object]) -> list[Awaitable[object]]:
    shuffled = list(calls)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a seed to repeat it by
    return shuffled


async def _placed(counter: Counter, variant: UUID) -> Order:
    made = await counter.check_out(await new_guest(), Units(variant, 2))
    return await Order.get(id=made.ids["order"])


async def _packed(counter: Counter, variant: UUID) -> tuple[Order, UUID]:
    order = await _placed(counter, variant)
    return order, await pack(order)


async def _story(order: Order) -> tuple[str, int]:
    (line,) = await lines_of(order)
    return (await Order.get(id=order.id)).status, line.shipped
