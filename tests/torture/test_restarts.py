"""PostgreSQL is killed and comes back, again and again, while people buy."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import pytest

from db import ids
from db.base import fetch, fetch_value
from db.config import Database, migrate
from db.embedded import EmbeddedServer, programs
from db.errors import Unavailable
from tests.api.running import PATIENCE_SECONDS
from tests.buying import reserved
from tests.goods import make_variant
from tests.torture.door import Door, buy_at_last, half_a_minute_goes_by, open_shop
from tests.torture.tried import Record

pytestmark = pytest.mark.timeout(300)

RESTARTS: Final = 5
BUYERS: Final = 6


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL of our own that keeps what it has committed."""
    server = EmbeddedServer(tmp_path / "pg")
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.close)


@pytest.fixture
async def fragile(server: EmbeddedServer) -> AsyncIterator[Database]:
    """A migrated database on a server that will be killed."""
    url = server.url("tradepost")
    await migrate(url)
    database = Database(url, pool_min=1, pool_max=4)
    await database.open()
    with database.used():
        yield database
    await database.close()


async def kill_and_restart(server: EmbeddedServer) -> None:
    """End PostgreSQL as a power cut would, and let it recover."""
    found = await asyncio.to_thread(programs.find, server.folder)
    await asyncio.to_thread(
        found.run,
        *("pg_ctl", "restart", "-w", "-m", "immediate", "-D", found.data),
        *("-l", found.data / "server.log"),
    )


async def answers() -> None:
    """Wait until our own connections have noticed that the server is back."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await fetch_value("SELECT 1")
            except Unavailable:
                await asyncio.sleep(0.1)
            else:
                return


class Buyers:
    """People who buy one thing after another, each until it is answered."""

    def __init__(self, door: Door, variant: UUID) -> None:
        self.door = door
        self.variant = variant
        self.stopping = False
        self.told: list[str] = []

    async def shop(self) -> None:
        while not self.stopping:
            order = await buy_at_last(self.door, self.variant, str(uuid4()))
            self.told.append(order["id"])


async def test_e01_postgresql_killed_five_times_loses_no_order_and_charges_nobody_twice(
    server: EmbeddedServer, fragile: Database, tmp_path: Path, record_property: Record
) -> None:
    async with open_shop(fragile, tmp_path / "data") as door:
        lantern = await make_variant(on_hand=1000)
        buyers = Buyers(door, lantern)
        shopping = [asyncio.create_task(buyers.shop()) for _ in range(BUYERS)]
        for _ in range(RESTARTS):
            await asyncio.sleep(1.0)
            await kill_and_restart(server)
        await asyncio.sleep(1.0)
        buyers.stopping = True
        await asyncio.gather(*shopping)
        await answers()
        await half_a_minute_goes_by()
        async with asyncio.timeout(PATIENCE_SECONDS):
            waiting = "SELECT count(*) FROM orders WHERE status = 'PENDING'"
            while await fetch_value(waiting):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

        told = {ids.decode("order", each) for each in buyers.told}
        record_property("tried", len(told))
        assert len(told) == len(buyers.told) > RESTARTS
        rows = await fetch("SELECT id FROM orders WHERE status = 'PLACED'")
        assert {row[0] for row in rows} == told
        assert await reserved(lantern) == len(told)
        charged = await fetch_value(
            "SELECT count(*) FROM fake_gateway.operation WHERE kind = 'AUTHORIZE' AND captured"
        )
        assert charged == len(told)
