"""Whoever waits for news of a thing is woken by it, whoever commits when (SUB-1)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db import events, ids
from db.config import Database
from db.errors import Reason, Unavailable
from db.events import Notifier, Topic, feed
from db.events.notifier import READERS
from tests.conftest import NOW

ORDER = ids.encode("order", UUID(int=1))
OTHER = ids.encode("order", UUID(int=2))
TICK = 0.02
"""Seconds between two looks, so that tests are quick."""


@pytest.fixture
async def notifier(database: Database) -> AsyncIterator[Notifier]:
    notifier = Notifier(database, seconds=TICK)
    yield notifier
    await notifier.close()


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.url)
    yield connection
    await connection.close()


async def tell(subject: str, topic: Topic = Topic.ORDER_UPDATED, **payload: Any) -> None:
    await events.record((topic, subject, payload), now=NOW)


async def write(connection: Any, subject: str) -> None:
    """Write an event in a transaction of the test's own."""
    await connection.execute(
        "INSERT INTO event (id, topic, subject, payload, occurred_at)"
        " VALUES ($1, 'ORDER_PLACED', $2, '{}', $3)",
        *(ids.new(), subject, NOW),
    )


class TestWatch:
    async def test_has_news_of_everything_at_first(self, notifier: Notifier) -> None:
        async with notifier.watch(ORDER, OTHER) as watch:
            assert [await watch.news(), await watch.news()] == [ORDER, OTHER]

    async def test_is_woken_by_an_event_of_its_subject_and_by_no_other(
        self, notifier: Notifier
    ) -> None:
        async with notifier.watch(ORDER) as watch:
            await watch.news()
            await tell(OTHER)
            assert await watch.news(seconds=5 * TICK) is None
            await tell(ORDER)
            assert await watch.news(seconds=2) == ORDER

    async def test_is_woken_by_what_happens_to_the_parts_of_its_order(
        self, notifier: Notifier
    ) -> None:
        async with notifier.watch(ORDER) as watch:
            await watch.news()
            await tell("pay_1", Topic.PAYMENT_FAILED, orderId=ORDER)
            assert await watch.news(seconds=2) == ORDER

    async def test_may_be_of_a_topic(self, notifier: Notifier) -> None:
        async with notifier.watch(Topic.ORDER_PLACED) as watch:
            await watch.news()
            await tell(OTHER, Topic.ORDER_PLACED)
            assert await watch.news(seconds=2) == Topic.ORDER_PLACED

    async def test_is_woken_once_by_what_happened_while_it_was_busy(
        self, notifier: Notifier
    ) -> None:
        async with notifier.watch(ORDER) as watch:
            await watch.news()
            for _ in range(5):
                await tell(ORDER)
                await asyncio.sleep(TICK)
            await asyncio.sleep(3 * TICK)
            assert await watch.news(seconds=2) == ORDER
            assert await watch.news(seconds=3 * TICK) is None

    async def test_sees_what_a_transaction_wrote_that_later_ones_overtook(
        self, notifier: Notifier, connection: Any
    ) -> None:
        """The event with the smaller id becomes visible last: a reader by id would miss it."""
        async with notifier.watch(ORDER, OTHER) as watch:
            await watch.news()
            await watch.news()
            slow = connection.transaction()
            await slow.start()
            await write(connection, ORDER)
            await tell(OTHER)
            assert await watch.news(seconds=2) == OTHER
            await slow.commit()
            assert await watch.news(seconds=2) == ORDER
            assert await watch.news(seconds=3 * TICK) is None

    async def test_knows_nothing_of_what_was_rolled_back(
        self, notifier: Notifier, connection: Any
    ) -> None:
        async with notifier.watch(ORDER) as watch:
            await watch.news()
            undone = connection.transaction()
            await undone.start()
            await write(connection, ORDER)
            await undone.rollback()
            assert await watch.news(seconds=5 * TICK) is None


class TestNotifier:
    async def test_asks_only_while_somebody_waits(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        async def news(since: str) -> tuple[str, list[str]]:
            asked.append(since)
            return since, []

        monkeypatch.setattr(feed, "news", news)
        async with notifier.watch(ORDER):
            await asyncio.sleep(5 * TICK)
        assert asked
        await asyncio.sleep(2 * TICK)
        so_far = len(asked)
        await asyncio.sleep(5 * TICK)
        assert len(asked) == so_far

    async def test_lets_only_a_few_read_at_once(self, notifier: Notifier) -> None:
        watches = [notifier.watch(ORDER) for _ in range(READERS + 2)]
        reading = [asyncio.create_task(watch.news()) for watch in watches]
        await asyncio.sleep(TICK)
        assert sum(task.done() for task in reading) == READERS
        for watch in watches:
            watch.rest()
        await asyncio.sleep(TICK)
        assert all(task.done() for task in reading)

    async def test_after_the_database_was_away_everybody_is_woken(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away(since: str) -> tuple[str, list[str]]:
            raise Unavailable(Reason.DATABASE)

        async with notifier.watch(ORDER) as watch:
            await watch.news()
            with monkeypatch.context() as patched:
                patched.setattr(feed, "news", away)
                await asyncio.sleep(3 * TICK)
            assert await watch.news(seconds=2) == ORDER

    async def test_twelve_writers_wake_their_readers_each_and_every_time(
        self, notifier: Notifier, database: Database
    ) -> None:
        """EVT-2, for who is woken: of 240 transactions of random length none is overlooked."""
        subjects = [ids.encode("order", UUID(int=number)) for number in range(240)]
        told: set[str] = set()

        async def write_some(mine: list[str], number: int) -> None:
            connection = await asyncpg.connect(database.url)
            for place, subject in enumerate(mine):
                async with connection.transaction():
                    await write(connection, subject)
                    await asyncio.sleep(0.005 * ((place * number) % 7))
            await connection.close()

        async with notifier.watch(*subjects) as watch:
            for _ in subjects:
                await watch.news()
            await asyncio.gather(*(write_some(subjects[n::12], n) for n in range(12)))
            while told != set(subjects):
                found = await watch.news(seconds=1)
                assert found, f"{len(subjects) - len(told)} were overlooked"
                told.add(found)


async def read(after: events.Place, limit: int) -> events.Page:
    """Read a page once no transaction holds it back: those of other tests' databases do too."""
    async with asyncio.timeout(10):
        while True:
            page = await events.page(Topic.ORDER_PLACED, after=after, limit=limit)
            if page.is_whole or len(page.events) == limit:
                return page
            await asyncio.sleep(TICK)


class TestPages:
    async def test_go_on_without_a_gap_where_a_later_transaction_commits_first(
        self, database: Database, connection: Any
    ) -> None:
        begin = await events.present_place()
        slow = connection.transaction()
        await slow.start()
        await write(connection, ORDER)
        await tell(OTHER, Topic.ORDER_PLACED)
        held = await events.page(Topic.ORDER_PLACED, after=begin, limit=10)
        assert (held.events, held.is_whole) == ([], False)
        await slow.commit()
        whole = await read(begin, limit=10)
        assert [subject for _, subject in whole.events] == [ORDER, OTHER]
        assert whole.is_whole

    async def test_end_where_the_limit_is(self, database: Database) -> None:
        begin = await events.present_place()
        for subject in (ORDER, OTHER):
            await tell(subject, Topic.ORDER_PLACED)
        first = await read(begin, limit=1)
        assert ([subject for _, subject in first.events], first.is_whole) == ([ORDER], False)
        rest = await read(first.events[-1][0], limit=2)
        assert ([subject for _, subject in rest.events], rest.is_whole) == ([OTHER], True)
