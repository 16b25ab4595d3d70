"""Telling the history of a seed, from an empty shop until nothing is under way any more."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import pytest

from db.events import feed
from tests import locks
from tests.simulation import mistakes, oracle, seams
from tests.simulation.history import History, Violated
from tests.simulation.loop import VirtualLoop
from tests.simulation.mistakes import Mistake
from tests.simulation.people import Relay, buyer, messenger, rest, staff, worker
from tests.simulation.scheduling import Scheduler
from tests.simulation.world import Beside, PatientDatabase, World, make_world

NAMES: Final = ("ada", "ben", "cleo", "dora")
_TABLES: Final = """
SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
 WHERE schemaname = 'public' AND tablename <> 'aerich'
"""
_EVENTS: Final = "SELECT DISTINCT coalesce(payload ->> 'orderId', subject) FROM event"


@dataclass(frozen=True, slots=True)
class Told:
    """A history that was told to its end, or to where something was wrong."""

    history: History
    violation: str | None

    def __str__(self) -> str:
        return f"{self.history}\n{self.violation or 'Nothing was wrong.'}"


class Simulation:
    """Tells histories, one after the other, on one migrated database."""

    def __init__(self, loop: VirtualLoop, beside: Beside, tables: str) -> None:
        self._loop = loop
        self._beside = beside
        self._tables = tables
        self._scheduler: Scheduler | None = None

    async def tell(self, seed: int, mistake: Mistake | None = None) -> Told:
        """Tell the history of a seed, with a mistake in the shop or without one."""
        history = History(seed)
        chance = random.Random(seed)  # noqa: S311 - the same each time
        await self._beside.fetch(f"TRUNCATE {self._tables} CASCADE")
        await self._beside.fetch("ALTER SEQUENCE order_number RESTART")
        self._loop.begin_anew()
        scheduler = Scheduler(
            loop=self._loop,
            chance=chance,
            history=history,
            blocked=self._beside.blocked,
            look=lambda: oracle.look(self._beside),
        )
        self._scheduler = scheduler
        violation = None
        with _faults(self._loop) as faults:
            try:
                with locks.in_order(), pytest.MonkeyPatch.context() as patch:
                    seams.install(patch, scheduler, chance)
                    if mistake:
                        mistakes.install(mistake, patch)
                    await self._tell(history, chance, scheduler)
            except (Violated, AssertionError) as found:
                violation = str(found)
            except Exception as fault:  # noqa: BLE001 - the history that led to it has to be told
                violation = f"Nobody expected this: {fault!r}"
        if faults and violation is None:
            violation = f"Nobody expected this: {'; '.join(faults)}"
        return Told(history, violation)

    def thaw_all(self) -> None:
        """Leave nobody stopped, however the history was left."""
        if self._scheduler:
            self._scheduler.thaw_all()

    async def _tell(self, history: History, chance: random.Random, scheduler: Scheduler) -> None:
        world = await make_world(
            loop=self._loop,
            chance=chance,
            history=history,
            scheduler=scheduler,
            beside=self._beside,
        )
        story = self._loop.create_task(self._story(world))
        try:
            await scheduler.conduct(story)
            await story
        finally:
            await self._end(scheduler)

    async def _story(self, world: World) -> None:
        """Let people act, then everything come to rest, and compare the books."""
        relay = Relay(await feed.look())
        people = [buyer(world, name) for name in NAMES[: world.chance.randint(2, len(NAMES))]]
        people += [
            staff(world, f"staff-{place}") for place in range(world.chance.choice((0, 1, 2, 3)))
        ]
        others = [worker(world, "worker", relay), worker(world, "other worker", relay)]
        if world.chance.random() < 0.7:
            others.append(messenger(world))
        working = [self._loop.create_task(each) for each in others]
        await asyncio.gather(*people)
        world.is_over = True
        await asyncio.gather(*working)
        await rest(world, relay, lambda: oracle.is_at_rest(self._beside))
        await oracle.compare(self._beside, world.gateway.books)
        told = {row[0] for row in await self._beside.fetch(_EVENTS)}
        if missed := told - relay.heard:
            raise Violated(f"Not so: Every event is heard of. {len(missed)} were not.")

    async def _end(self, scheduler: Scheduler) -> None:
        """End whatever still goes on, as it does where a history breaks off."""
        scheduler.kill_all()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


class _Notes(logging.Handler):
    """Keeps what the shop logs with an exception: a fault that it has survived."""

    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self._found.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@contextmanager
def _faults(loop: VirtualLoop) -> Iterator[list[str]]:
    """Collect the faults that the shop keeps to itself."""
    found: list[str] = []
    notes, logger = _Notes(found), logging.getLogger("db")
    before = logger.propagate
    logger.addHandler(notes)
    logger.propagate = False
    loop.set_exception_handler(lambda _loop, _context: None)  # the dead leave things lying about
    try:
        yield found
    finally:
        logger.removeHandler(notes)
        logger.propagate = before


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Simulation]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    connection = await asyncpg.connect(url, max_cached_statement_lifetime=0)
    database = PatientDatabase(url)
    await database.open()
    try:
        with database.used():
            tables: str = await connection.fetchval(_TABLES)
            yield Simulation(loop, Beside(loop, connection), tables)
    finally:
        await database.close()
        await connection.close()


@contextmanager
def simulation(url: str) -> Iterator[Any]:
    """Open a simulation on a migrated database, and hand out the function that tells a seed."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        opened = _opened(url)
        simulated = runner.run(opened.__aenter__())

        def tell(seed: int, mistake: Mistake | None = None) -> Told:
            try:
                told: Told = runner.run(simulated.tell(seed, mistake))
            except BaseException as left:
                left.add_note(f"It was seed {seed}.")
                simulated.thaw_all()
                for task in asyncio.all_tasks(runner.get_loop()):
                    task.cancel()  # the loop was left in the midst of it
                raise
            return told

        try:
            yield tell
        finally:
            runner.run(opened.__aexit__(None, None, None))
