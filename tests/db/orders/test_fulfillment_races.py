"""FUL-1..3: several people pack, ship and unpack the same goods at the same moment."""

import asyncio
import random
from collections.abc import Awaitable, Sequence

import pytest

from db.base import fetch_value
from db.errors import Refusal, Refusals
from db.orders import LineUnits
from tests import factories
from tests.db.orders.test_fulfillment import lines_of, pack, ship, unpack

pytestmark = pytest.mark.usefixtures("database", "oracle")


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
