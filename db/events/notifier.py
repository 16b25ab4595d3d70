"""Wakes those who wait for news: one reader of the outbox for a whole process.

It asks while somebody waits, and never else. PostgreSQL's NOTIFY would tell at once, and would make
all writers queue for it. What is told is only that there is news: the reader then reads the present
state, so news that comes twice, or several at a time, does no harm. A crowd that is woken together
reads in turns, so that it leaves connections to everybody else.
"""

import asyncio
import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from db.config import Database
from db.errors import Unavailable
from db.events import feed

logger = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.5
READERS: Final = 4
"""How many of those who were woken read at once."""


class Notifier:
    """Knows who waits for news of what."""

    def __init__(self, database: Database, *, seconds: float = POLL_SECONDS) -> None:
        self._database = database
        self.turns = asyncio.Semaphore(READERS)
        self._seconds = seconds
        self._watches: dict[str, set[Watch]] = {}
        self._seen: str | None = None
        self._polling: asyncio.Task[None] | None = None

    def watch(self, *subjects: str) -> "Watch":
        """Wait for news of these: the TypeIDs of orders and variants, or topics."""
        return Watch(self, subjects)

    async def close(self) -> None:
        """Stop asking."""
        if self._polling:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    async def add(self, watch: "Watch") -> None:
        """Tell a watch of all news that comes from now on."""
        for subject in watch.subjects:
            self._watches.setdefault(subject, set()).add(watch)
        if self._seen is None:
            await self._begin()
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())

    def remove(self, watch: "Watch") -> None:
        """Tell a watch nothing more."""
        for subject in watch.subjects:
            if watches := self._watches.get(subject):
                watches.discard(watch)
                if not watches:
                    del self._watches[subject]

    async def _begin(self) -> None:
        """Go on from now; whoever waits already may have missed anything."""
        self._seen = await feed.look()
        self._wake(list(self._watches))

    async def _poll(self) -> None:
        try:
            with self._database.used():
                await asyncio.sleep(self._seconds)
                while self._watches:
                    await self._ask()
                    await asyncio.sleep(self._seconds)
        finally:
            self._seen = self._polling = None

    async def _ask(self) -> None:
        try:
            if self._seen is None:
                await self._begin()
            else:
                self._seen, found = await feed.news(self._seen)
                self._wake(found)
        except Unavailable as fault:
            if self._seen is not None:
                logger.warning("live updates wait for the database: %s", fault)
            self._seen = None
        except Exception:
            logger.exception("live updates could not be looked for")
            self._seen = None

    def _wake(self, subjects: Iterable[str]) -> None:
        for subject in subjects:
            for watch in self._watches.get(subject, ()):
                watch.wake(subject)


class Watch:
    """One who waits. What nobody asked for yet is kept once, however often it happened."""

    __slots__ = ("_has_turn", "_news", "_notifier", "_waiting", "subjects")

    def __init__(self, notifier: Notifier, subjects: Iterable[str]) -> None:
        self.subjects = tuple(subjects)
        self._notifier = notifier
        self._news = dict.fromkeys(self.subjects)
        self._waiting: asyncio.Future[None] | None = None
        self._has_turn = False

    async def __aenter__(self) -> Self:
        try:
            await self._notifier.add(self)
        except BaseException:
            self._notifier.remove(self)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.rest()
        self._notifier.remove(self)

    async def news(self, *, seconds: float | None = None) -> str | None:
        """Wait for news, then for a turn to read it, and say of what it is.

        At first there is news of everything. None where the time is over.
        """
        self.rest()
        if not self._news:
            self._waiting = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._waiting], timeout=seconds)
            self._waiting = None
            if not self._news:
                return None
        await self._notifier.turns.acquire()
        self._has_turn = True
        subject = next(iter(self._news))
        del self._news[subject]
        return subject

    def rest(self) -> None:
        """Let others have their turn: what there was to read is read."""
        if self._has_turn:
            self._has_turn = False
            self._notifier.turns.release()

    def wake(self, subject: str) -> None:
        """Tell that there is news of a subject."""
        self._news[subject] = None
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
