"""Crowds at the door of a real shop: real HTTP, several processes, one PostgreSQL."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from db import ids
from db.base import execute, fetch, fetch_value
from db.config import Database
from tests.buying import charges, reserved
from tests.goods import make_discount, make_variant
from tests.patience import PATIENCE_SECONDS
from tests.torture.door import Door, open_shop
from tests.torture.tried import Record

pytestmark = [pytest.mark.timeout(180), pytest.mark.served]

IN_FULL: Final = bool(os.environ.get("IN_FULL"))
"""Whether the crowd is as large as it can be: `make torture` says so, and the suite does not."""
PROCESSES: Final = 4 if IN_FULL else 2
CROWD: Final = 500 if IN_FULL else 100
UNITS: Final = 37 if IN_FULL else 10


@pytest.fixture
async def door(database: Database, tmp_path: Path) -> AsyncIterator[Door]:
    """A shop that runs in several processes on the test's database."""
    async with open_shop(database, tmp_path / "data", WEB_CONCURRENCY=str(PROCESSES)) as door:
        yield door


async def deadlocks() -> int:
    found: int = await fetch_value(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return found


class TestCrowds:
    async def test_stk_1_a_crowd_shares_what_there_is_to_the_last_unit(
        self, door: Door, record_property: Record
    ) -> None:
        record_property("tried", CROWD)
        lantern = await make_variant(on_hand=UNITS)

        bodies = await asyncio.gather(*(door.buy(lantern, total="10.00") for _ in range(CROWD)))

        payloads = [body["data"]["checkoutComplete"] for body in bodies]
        placed = [each for each in payloads if each["order"]]
        assert [each["order"]["status"] for each in placed] == ["PLACED"] * UNITS
        sold_out = [each["userErrors"] for each in payloads if not each["order"]]
        assert sold_out == [[{"code": "OUT_OF_STOCK", "available": 0}]] * (CROWD - UNITS)
        assert await reserved(lantern) == UNITS
        assert await deadlocks() == 0

    async def test_stk_6_two_hundred_buyers_share_ten_uses_of_a_code(self, door: Door) -> None:
        await make_discount("SPRING", amount=100, usage_limit=10)
        lantern = await make_variant(on_hand=500)

        bodies = await asyncio.gather(
            *(door.buy(lantern, total="9.00", code="spring") for _ in range(200))
        )

        payloads = [body["data"]["checkoutComplete"] for body in bodies]
        placed = [each["order"]["status"] for each in payloads if each["order"]]
        refused = [each["userErrors"] for each in payloads if not each["order"]]
        assert placed == ["PLACED"] * 10
        assert refused == [[{"code": "DISCOUNT_USED_UP"}]] * 190
        assert await fetch_value("SELECT used_count FROM discount") == 10
        assert await reserved(lantern) == 10
        assert await deadlocks() == 0

    async def test_idm_1_fifty_clients_with_one_key_buy_once(
        self, door: Door, record_property: Record
    ) -> None:
        record_property("tried", 50)
        lantern, key = await make_variant(on_hand=100), str(uuid4())

        bodies = await asyncio.gather(
            *(door.buy(lantern, total="10.00", key=key) for _ in range(50))
        )

        orders = {body["data"]["checkoutComplete"]["order"]["id"] for body in bodies}
        tokens = {body["data"]["checkoutComplete"]["guestToken"] for body in bodies}
        replays = [body["extensions"]["idempotency"]["replayed"] for body in bodies]
        assert (len(orders), len(tokens)) == (1, 1)
        assert sorted(replays) == [False] + [True] * 49
        assert {body["data"]["checkoutComplete"]["order"]["status"] for body in bodies} == {
            "PLACED"
        }
        assert await reserved(lantern) == 1
        (order_id,) = orders
        uuid = ids.decode("order", order_id)
        assert uuid
        assert [each["captured"] for each in await charges(uuid)] == [True]
        assert len(await fetch("SELECT FROM idempotency WHERE scope <> 'system'")) == 1


class TestWorker:
    async def test_gives_stock_back_that_nobody_pays_for(self, door: Door) -> None:
        lantern = await make_variant(on_hand=1)
        declined = await door.buy(lantern, total="10.00", token="tok_declined")
        assert declined["data"]["checkoutComplete"]["order"]["status"] == "PENDING"

        await execute("UPDATE orders SET expires_at = created_at")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await reserved(lantern):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)

        assert await fetch_value("SELECT status FROM orders") == "EXPIRED"
        bought = await door.buy(lantern, total="10.00")
        assert bought["data"]["checkoutComplete"]["order"]["status"] == "PLACED"
