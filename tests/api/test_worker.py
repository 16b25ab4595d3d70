"""The worker does each job in its own rhythm, whatever becomes of the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from api.worker import Job, ask_invariants, repeat
from db.base import execute
from db.config import Database
from db.errors import Reason, Unavailable
from tests.conftest import NOW
from tests.goods import make_shop, make_variant

PATIENCE_SECONDS = 10


def job(work: Callable[[], Awaitable[int]], *, every: float = 0.01, batch: int = 100) -> Job:
    return Job("test", every, batch, work)


class Counter:
    """A job that counts its rounds, and stops the worker after some of them."""

    def __init__(self, stopping: asyncio.Event, rounds: int, done: int = 0) -> None:
        self.stopping = stopping
        self.left = rounds
        self.done = done

    async def __call__(self) -> int:
        self.left -= 1
        if self.left <= 0:
            self.stopping.set()
        return self.done


@pytest.fixture
def stopping() -> asyncio.Event:
    return asyncio.Event()


class TestRepeat:
    async def test_does_a_job_again_and_again(self, stopping: asyncio.Event) -> None:
        counter = Counter(stopping, rounds=3)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await repeat([job(counter)], stopping)
        assert counter.left == 0

    async def test_goes_on_at_once_while_there_is_more_to_do(self, stopping: asyncio.Event) -> None:
        counter = Counter(stopping, rounds=3, done=50)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await repeat([job(counter, every=3600, batch=50)], stopping)
        assert counter.left == 0

    async def test_a_failing_job_stops_neither_itself_nor_the_others(
        self, stopping: asyncio.Event, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def fail() -> int:
            raise RuntimeError("broken on purpose")

        async def be_away() -> int:
            raise Unavailable(Reason.DATABASE, "The database is away.")

        counter = Counter(stopping, rounds=3)
        with caplog.at_level(logging.WARNING, "tradepost.worker"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await repeat([job(fail), job(be_away), job(counter)], stopping)
        assert counter.left == 0
        assert "test failed" in caplog.text
        assert "test: The database is away." in caplog.text

    async def test_stops_while_a_job_waits_for_its_turn(self, stopping: asyncio.Event) -> None:
        counter = Counter(stopping, rounds=1)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await repeat([job(counter, every=3600)], stopping)


class TestAskInvariants:
    async def test_is_done_once_a_day_and_told(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        await make_shop()
        await make_variant()
        await execute("UPDATE stock SET on_hand = on_hand + 1")

        at_once = await asyncio.gather(*(ask_invariants(database.url, now=NOW) for _ in range(3)))
        later = [
            await ask_invariants(database.url, now=NOW + timedelta(hours=hours))
            for hours in (1, 24, 25)
        ]

        assert (sorted(at_once), later) == ([0, 0, 1], [0, 1, 0])
        assert caplog.text.count("Not so: The stock of a variant is the sum of its movements.") == 2

    async def test_says_nothing_of_a_sound_shop(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert await ask_invariants(database.url, now=NOW) == 0
        assert not caplog.records
