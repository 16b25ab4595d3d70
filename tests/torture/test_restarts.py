"""PostgreSQL is killed and comes back, again and again, while people buy."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from db.config import Database, migrate
from db.embedded import EmbeddedServer, programs
from tests.goods import make_variant
from tests.torture.buyers import Buyers
from tests.torture.door import open_shop
from tests.torture.tried import Record

pytestmark = pytest.mark.timeout(300)

RESTARTS: Final = 5


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


async def test_e01_postgresql_killed_five_times_loses_no_order_and_charges_nobody_twice(
    server: EmbeddedServer, fragile: Database, tmp_path: Path, record_property: Record
) -> None:
    async with open_shop(fragile, tmp_path / "data") as door:
        lantern = await make_variant(on_hand=1_000_000)
        buyers = Buyers(door, lantern)
        async with buyers.shopping():
            for _ in range(RESTARTS):
                await asyncio.sleep(1.0)
                await kill_and_restart(server)
            await asyncio.sleep(1.0)
        record_property("tried", len(buyers.told))
        assert len(buyers.told) > RESTARTS
        await buyers.check()
