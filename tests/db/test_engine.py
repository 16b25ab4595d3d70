"""What waits for the database, waits for a bounded time, and loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from db import engine
from db.base import atomically, execute, fetch_value
from db.catalog import Product
from db.config import Database
from db.errors import Reason, Unavailable


@pytest.fixture
async def small(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """A pool of two connections, for which one waits a moment only; it is in use."""
    monkeypatch.setattr(engine, "ACQUIRE_SECONDS", 0.1)
    small = Database(database.url, pool_min=1, pool_max=2)
    await small.open()
    with small.used():
        yield small
    await small.close()


async def hold(seconds: float) -> None:
    async def work() -> None:
        await execute("SELECT pg_sleep($1)", seconds)

    await atomically(work)


async def read_for(seconds: float) -> None:
    await fetch_value("SELECT pg_sleep($1)", seconds)


async def test_transactions_queue_for_their_seats_and_leave_readers_a_connection(
    small: Database,
) -> None:
    with small.used():
        holders = [asyncio.create_task(hold(0.15)) for _ in range(4)]
        await asyncio.sleep(0.05)
        assert await fetch_value("SELECT 1") == 1
        assert not any(holder.done() for holder in holders)
        await asyncio.gather(*holders)


async def test_who_finds_no_seat_in_time_is_told_to_come_back(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SEAT_SECONDS", 0.1)
    with small.used():
        holder = asyncio.create_task(hold(0.5))
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable) as caught:
            await hold(0)
        assert caught.value.reason is Reason.OVERLOADED
        await holder
        await hold(0)


async def test_who_finds_all_connections_taken_is_told_to_come_back(small: Database) -> None:
    with small.used():
        holders = [asyncio.create_task(read_for(0.5)) for _ in range(2)]
        await asyncio.sleep(0.2)
        assert small.is_saturated
        for attempt in (fetch_value("SELECT 1"), hold(0)):
            with pytest.raises(Unavailable) as caught:
                await attempt
            assert caught.value.reason is Reason.OVERLOADED
        await asyncio.gather(*holders)
        assert not small.is_saturated
        assert await fetch_value("SELECT 1") == 1


async def test_a_transaction_whose_connection_is_cut_says_so_and_gives_it_back(
    small: Database,
) -> None:
    async def work() -> None:
        await execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with small.used():
        for _ in range(4):
            with pytest.raises(Unavailable) as caught:
                await atomically(work)
            assert caught.value.reason is Reason.DATABASE
        assert not small.is_saturated
        assert await fetch_value("SELECT 1") == 1


async def test_connections_that_were_cut_while_idle_are_replaced(small: Database) -> None:
    with small.used():
        await asyncio.gather(hold(0.05), hold(0.05))
        await execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name = 'tradepost' AND state = 'idle'"
        )
        await asyncio.sleep(0.1)
        for _ in range(4):
            await hold(0)
        assert await fetch_value("SELECT 1") == 1


async def test_what_is_cancelled_between_its_two_halves_leaves_nothing_open(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = asyncpg.Connection._get_statement  # type: ignore[attr-defined]

    async def prepare_and_wait(*args: Any, **kwargs: Any) -> Any:
        await prepare(*args, **kwargs)
        await asyncio.sleep(60)

    with small.used():
        reader = await fetch_value("SELECT pg_backend_pid()")
        with monkeypatch.context() as patch:
            patch.setattr(asyncpg.Connection, "_get_statement", prepare_and_wait)
            reading = asyncio.create_task(fetch_value("SELECT 'never run'"))
            await asyncio.sleep(0.1)
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
    observer = await asyncpg.connect(small.url)
    state = await observer.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", reader)
    await observer.close()
    assert state == "idle"


async def test_what_is_cancelled_in_the_middle_gives_its_connection_back(small: Database) -> None:
    with small.used():
        for _ in range(4):
            holder = asyncio.create_task(hold(60))
            await asyncio.sleep(0.05)
            holder.cancel()
            with pytest.raises(asyncio.CancelledError):
                await holder
        assert not small.is_saturated
        assert await fetch_value("SELECT 1") == 1


@pytest.mark.parametrize("way", ["read", "write", "model"])
async def test_a_lock_that_is_not_to_be_had_is_told_outside_of_a_transaction_too(
    database: Database, way: str
) -> None:
    ways: dict[str, Callable[[], Awaitable[Any]]] = {
        "read": lambda: fetch_value("SELECT 1 FROM product"),
        "write": lambda: execute("DELETE FROM rate_bucket"),
        "model": lambda: Product.all().limit(1),
    }
    other = await asyncpg.connect(database.url)
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE product, rate_bucket IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(Unavailable, match="Someone else") as caught:
                await ways[way]()
    finally:
        await other.close()
    assert caught.value.reason is Reason.DATABASE
