"""The network between the shop and its database is cut, slow, silent and gone, while people buy."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from db.config import Database
from tests.goods import make_variant
from tests.patience import PATIENCE_SECONDS
from tests.torture.buyers import Buyers
from tests.torture.door import Door, open_shop
from tests.torture.proxy import Proxy, Weather
from tests.torture.tried import Record

pytestmark = pytest.mark.timeout(180)

ANSWER_SECONDS: Final = 9.5
"""A mutation has nine seconds, and the answer has to come to the client."""
RECOVERY_SECONDS: Final = 15.0
"""A machine that does nothing else needs less than five."""
NOTICING_SECONDS: Final = 15.0
"""Two and a half, with a machine of one's own."""


@dataclass(frozen=True, slots=True)
class Distant:
    """A shop behind a network that does what it is told."""

    door: Door
    network: Proxy

    async def read(self) -> httpx.Response:
        query = {"query": "{ shop { name } }"}
        return await self.door.http.post("/graphql", json=query)

    async def health(self) -> Any:
        return (await self.door.http.get("/health")).json()

    async def recovers(self) -> float:
        """Tell how many seconds go by until a read is answered."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self.read()).status_code != httpx.codes.OK:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def notices(self) -> float:
        """Tell how many seconds go by until people are told that the database is away."""
        began = time.monotonic()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await self.health())["database"] == "ok":  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        return time.monotonic() - began


@pytest.fixture
async def distant(database: Database, tmp_path: Path) -> AsyncIterator[Distant]:
    with Proxy.before(database.url).listening() as network:
        url = network.beyond(database.url)
        async with open_shop(database, tmp_path / "data", DATABASE_URL=url) as door:
            yield Distant(door, network)


async def test_e02_connections_cut_in_the_middle_lose_no_order_and_charge_nobody_twice(
    distant: Distant, record_property: Record
) -> None:
    buyers = Buyers(distant.door, await make_variant(on_hand=1_000_000))
    async with buyers.shopping():
        for _ in range(12):
            await asyncio.sleep(0.3)
            distant.network.cut()
        took = await distant.recovers()

    record_property("tried", distant.network.lost)
    assert distant.network.lost
    assert buyers.told
    assert took < RECOVERY_SECONDS
    await buyers.check()


async def test_e03_whose_commit_was_not_answered_gets_the_order_that_it_made(
    distant: Distant, record_property: Record
) -> None:
    buyers = Buyers(distant.door, await make_variant(on_hand=1_000_000))
    async with buyers.shopping():
        for _ in range(10):
            distant.network.cuts_at_commit = 2
            async with asyncio.timeout(PATIENCE_SECONDS):
                while distant.network.cuts_at_commit:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)

    record_property("tried", 20)
    await buyers.check()


async def test_e04_a_slow_network_and_one_that_refuses_lose_no_order(
    distant: Distant, record_property: Record
) -> None:
    buyers = Buyers(distant.door, await make_variant(on_hand=1_000_000))
    async with buyers.shopping():
        for weather in (Weather.DELAYED, Weather.THROTTLED, Weather.REFUSED):
            distant.network.weather = weather
            if weather is Weather.REFUSED:
                distant.network.cut()
            await asyncio.sleep(2.0)
        distant.network.weather = Weather.FAIR
        took = await distant.recovers()

    record_property("tried", len(buyers.told))
    assert took < RECOVERY_SECONDS
    await buyers.check()


@pytest.mark.parametrize("forgets", [False, True], ids=["late", "never"])
async def test_e05_a_network_that_swallows_everything_keeps_nobody_waiting(
    distant: Distant, record_property: Record, *, forgets: bool
) -> None:
    """What was swallowed arrives when it is over, or else the connections of then stay silent."""
    buyers = Buyers(distant.door, await make_variant(on_hand=1_000_000))
    async with buyers.shopping():
        await asyncio.sleep(1.0)
        distant.network.weather = Weather.BLACK_HOLE
        noticed = await distant.notices()
        answers = [await _timed(distant) for _ in range(4)]
        if forgets:
            distant.network.forget()
        distant.network.weather = Weather.FAIR
        took = await distant.recovers()
        await asyncio.sleep(1.0)

    record_property("tried", len(buyers.told))
    assert noticed < NOTICING_SECONDS
    for seconds, response in answers:
        assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert error["extensions"]["retryable"] is True
        assert int(response.headers["Retry-After"]) > 0
        assert seconds < ANSWER_SECONDS
    assert took < RECOVERY_SECONDS
    await buyers.check()


async def _timed(distant: Distant) -> tuple[float, httpx.Response]:
    began = time.monotonic()
    response = await distant.read()
    return time.monotonic() - began, response
