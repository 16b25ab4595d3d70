"""Baskets that want the same shelves, in any order, over HTTP; and staff who move things there."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from api.gateways import FakeGateway
from db import invariants, orders, stock
from db.access import Caller
from db.base import execute, fetch, fetch_value
from db.config import Database
from db.errors import InvalidState, Refusal, Refusals
from db.stock import Adjustment, Count, StockReason, Units
from tests.goods import make_variant
from tests.torture.door import Door, open_shop
from tests.torture.test_crowds import PROCESSES, deadlocks
from tests.torture.tried import Record

pytestmark = [pytest.mark.timeout(180), pytest.mark.served]

IN_FULL: Final = bool(os.environ.get("IN_FULL"))
BUYERS: Final = 300 if IN_FULL else 120
UNITS: Final = (40, 60, 80, 100, 120, 400) if IN_FULL else (16, 24, 32, 40, 48, 160)
SECONDS: Final = 15 if IN_FULL else 4
STAFF: Final = 4
BUYING: Final = 8


def basket(chance: random.Random, shelves: Sequence[UUID]) -> list[Units]:
    """Choose 1 to 5 variants in any order, and 1 to 4 units of each."""
    chosen = chance.sample(list(shelves), chance.randint(1, 5))
    return [Units(variant, chance.randint(1, 4)) for variant in chosen]


def price(wanted: Sequence[Units]) -> str:
    """Say what a basket comes to, at ten euros a unit."""
    return f"{10 * sum(each.quantity for each in wanted)}.00"


def seeded(number: int) -> random.Random:
    seed = int(os.environ.get("SEED", number))
    print(f"SEED={seed}")  # noqa: T201
    return random.Random(seed)  # noqa: S311 - a seed is one history


async def levels(shelves: Sequence[UUID]) -> list[tuple[int, int]]:
    rows = await fetch("SELECT variant_id, on_hand, reserved FROM stock")
    found = {variant_id: (on_hand, reserved) for variant_id, on_hand, reserved in rows}
    return [found[variant] for variant in shelves]


async def test_stk_2_baskets_are_sold_whole_or_not_at_all(
    database: Database, tmp_path: Path, record_property: Record
) -> None:
    record_property("tried", BUYERS)
    chance = seeded(20261124)
    async with open_shop(database, tmp_path / "data", WEB_CONCURRENCY=str(PROCESSES)) as door:
        shelves = [await make_variant(on_hand=units) for units in UNITS]
        baskets = [basket(chance, shelves) for _ in range(BUYERS)]

        bodies = await asyncio.gather(
            *(door.buy_all(wanted, total=price(wanted)) for wanted in baskets)
        )

        payloads = [body["data"]["checkoutComplete"] for body in bodies]
        sold = Counter[UUID]()
        for wanted, payload in zip(baskets, payloads, strict=True):
            if payload["order"]:
                assert payload["order"]["status"] == "PLACED"
                sold.update({each.variant_id: each.quantity for each in wanted})
            else:
                assert {each["code"] for each in payload["userErrors"]} == {"OUT_OF_STOCK"}
        assert 0 < sum(1 for each in payloads if each["order"]) < BUYERS
        assert await levels(shelves) == [
            (units, sold[variant]) for units, variant in zip(UNITS, shelves, strict=True)
        ]
        assert all(sold[variant] <= units for units, variant in zip(UNITS, shelves, strict=True))
        assert await deadlocks() == 0


class NothingToDo(Exception):
    """There is no such order at the moment."""


class Busy:
    """Buyers and staff who do one thing after another, until told to stop."""

    def __init__(
        self, door: Door, gateway: FakeGateway, shelves: Sequence[UUID], chance: random.Random
    ) -> None:
        self.door = door
        self.gateways: dict[str, Any] = {"fake": gateway}
        self.shelves = shelves
        self.chance = chance
        self.stopping = False
        self.done = Counter[str]()

    async def buy(self) -> str:
        wanted = basket(self.chance, self.shelves)
        token = self.chance.choice(["tok_ok", "tok_ok", "tok_ok", "tok_declined"])
        body = await self.door.buy_all(wanted, total=price(wanted), token=token)
        order = body["data"]["checkoutComplete"]["order"]
        return str(order["status"]) if order else "OUT_OF_STOCK"

    async def adjust(self) -> None:
        change = Adjustment(self._shelf(), self.chance.randint(-5, 15), StockReason.RECEIVED)
        await stock.adjust(**self._who(), changes=[change], claim=None)

    async def count(self) -> None:
        variant = self._shelf()
        ((there, _),) = await levels([variant])
        await asyncio.sleep(self.chance.random() / 50)
        found = Count(variant, max(0, there + self.chance.randint(-3, 3)), there)
        await stock.count(**self._who(), counts=[found], claim=None)

    async def cancel(self) -> None:
        order_id = await self._one_of("status IN ('PENDING', 'PLACED')")
        await orders.cancel_order(
            **self._who(), id=order_id, reason=orders.CancelReason.CUSTOMER, gateways=self.gateways
        )

    async def ship(self) -> None:
        order_id = await self._one_of("status = 'PLACED'")
        packed = await orders.create_fulfillment(**self._who(), order_id=order_id)
        await asyncio.sleep(self.chance.random() / 50)
        await orders.ship_fulfillment(**self._who(), id=UUID(packed.ids["fulfillment"]))

    async def let_expire(self) -> None:
        """Let the time of an order be over: the worker ends it."""
        order_id = await self._one_of("status = 'PENDING'")
        await execute("UPDATE orders SET expires_at = created_at WHERE id = $1", order_id)

    async def go_on(self, *ways: Callable[[], Awaitable[str | None]]) -> None:
        """Do what chance says; being refused is part of it, anything else is not."""
        while not self.stopping:
            way = self.chance.choice(ways)
            try:
                self.done[await way() or way.__name__] += 1
            except (NothingToDo, Refusal, Refusals, InvalidState) as refused:
                self.done[f"{way.__name__} refused: {type(refused).__name__}"] += 1
                await asyncio.sleep(0.01)

    def _shelf(self) -> UUID:
        return self.chance.choice(self.shelves)

    def _who(self) -> dict[str, Any]:
        return {"caller": Caller.system("tests"), "now": datetime.now(UTC)}

    async def _one_of(self, such: str) -> UUID:
        order_id = await fetch_value(
            f"SELECT id FROM orders WHERE {such} ORDER BY random() LIMIT 1"
        )
        if order_id is None:
            raise NothingToDo
        found: UUID = order_id
        return found


async def test_stk_3_the_books_are_right_at_every_moment_while_everybody_is_busy(
    database: Database, tmp_path: Path, record_property: Record
) -> None:
    chance = seeded(20261125)
    gateway = FakeGateway(database.url)
    async with open_shop(database, tmp_path / "data", WEB_CONCURRENCY=str(PROCESSES)) as door:
        shelves = [await make_variant(on_hand=units) for units in UNITS]
        busy = Busy(door, gateway, shelves, chance)
        at_work = [
            *(asyncio.create_task(busy.go_on(busy.buy)) for _ in range(BUYING)),
            *(
                asyncio.create_task(
                    busy.go_on(busy.adjust, busy.count, busy.cancel, busy.ship, busy.let_expire)
                )
                for _ in range(STAFF)
            ),
        ]
        for _ in range(SECONDS):
            await asyncio.sleep(1)
            assert await invariants.check() == []
        busy.stopping = True
        await asyncio.gather(*at_work)
        await gateway.close()
        record_property("tried", busy.done.total())
        assert await deadlocks() == 0
        for way in ("PLACED", "PENDING", "OUT_OF_STOCK", "adjust", "count", "cancel", "ship"):
            assert busy.done[way], busy.done
