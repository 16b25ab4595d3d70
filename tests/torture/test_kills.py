"""Processes that are killed, and connections that are cut, in the middle of a purchase."""

import asyncio
import random
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from db import ids
from db.base import fetch_value
from db.config import Database
from db.crash_points import CrashPoint
from tests.buying import charges, reserved, state
from tests.goods import make_variant
from tests.patience import PATIENCE_SECONDS
from tests.torture.door import buy_at_last, half_a_minute_goes_by, open_shop
from tests.torture.tried import Record

pytestmark = [pytest.mark.timeout(300), pytest.mark.served]

AT_THE_GATEWAY: Final = {
    CrashPoint.IN_CALL_AFTER_CHARGE,
    CrashPoint.AFTER_CALL,
    CrashPoint.IN_T2_AFTER_OPERATION,
    CrashPoint.IN_T2_BEFORE_COMMIT,
    CrashPoint.AFTER_T2,
}
"""Points at which the buyer has been charged already."""


async def settled(order_id: UUID) -> tuple[Any, ...]:
    """Wait until an order is paid, and return how it stands."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := await state(order_id))[0] == "PENDING":  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return found


async def test_pay_3_a_process_killed_at_any_point_places_once_and_charges_once(
    database: Database, tmp_path: Path, record_property: Record
) -> None:
    record_property("tried", len(CrashPoint))
    fuse = tmp_path / "crash"
    async with open_shop(database, tmp_path / "data", TRADEPOST_CRASH_FILE=str(fuse)) as door:
        for point in CrashPoint:
            lantern = await make_variant(on_hand=5)
            key = str(uuid4())
            fuse.write_text(point)
            with pytest.raises(httpx.TransportError):
                await door.buy(lantern, total="10.00", key=key)
            assert not fuse.exists(), point
            found = await fetch_value(
                "SELECT order_id FROM order_line WHERE variant_id = $1", lantern
            )
            if found:  # without the client
                charged = [each["captured"] for each in await charges(found)]
                assert charged == ([True] if point in AT_THE_GATEWAY else []), point
                await half_a_minute_goes_by()
                assert await settled(found) == ("PLACED", "CAPTURED"), point

            order = await buy_at_last(door, lantern, key)

            order_id = ids.decode("order", order["id"])
            assert order_id
            assert found in {None, order_id}, point
            assert order["status"] == "PLACED", point
            assert [each["captured"] for each in await charges(order_id)] == [True], point
            assert await reserved(lantern) == 1, point
            placed = await fetch_value(
                "SELECT count(*) FROM event WHERE topic = 'ORDER_PLACED' AND subject = $1",
                order["id"],
            )
            assert placed == 1, point


async def test_idm_2_clients_whose_connections_are_cut_buy_once(
    database: Database, tmp_path: Path, record_property: Record
) -> None:
    record_property("tried", 50)
    chance = random.Random(2)  # noqa: S311 - the same cuts each time
    async with open_shop(database, tmp_path / "data", WEB_CONCURRENCY="2") as door:
        lantern, key = await make_variant(on_hand=100), str(uuid4())

        async def insist() -> str:
            while True:
                cut_after = chance.uniform(0.001, 0.3) if chance.random() < 0.2 else 30
                try:
                    async with asyncio.timeout(cut_after):
                        order = await buy_at_last(door, lantern, key)
                except TimeoutError:
                    continue
                return str(order["id"])

        orders = await asyncio.gather(*(insist() for _ in range(50)))

        assert len(set(orders)) == 1
        order_id = ids.decode("order", orders[0])
        assert order_id
        assert [each["captured"] for each in await charges(order_id)] == [True]
        assert await reserved(lantern) == 1
