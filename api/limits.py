"""How much work is taken on at once, and what of it comes first."""

import asyncio
import time
from bisect import insort
from collections.abc import Callable
from enum import IntEnum
from typing import Final

from db.errors import Reason, Unavailable

WAIT_SECONDS: Final = 0.3


class Rank(IntEnum):
    """Who goes first where there is not enough room for all."""

    CHANGE = 0
    """Somebody is about to buy: looking around can wait for them."""
    READ = 1
    INTROSPECTION = 2


class _Waiting:
    """One that waits for a place, in the order in which they are let in."""

    __slots__ = ("comes", "rank")

    def __init__(self, rank: Rank) -> None:
        self.rank = rank
        self.comes: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class InFlight:
    """Lets so many requests run at once; a few more wait a moment, the rest are told to come back.

    Of those that wait, a higher rank goes first; it also takes the place of a lower one where too
    many wait. It counts requests and not connections, of which most are idle.
    """

    def __init__(self, most: int, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.running = 0
        self._most = most
        self._wait_seconds = wait_seconds
        self._queue: list[_Waiting] = []

    def place(self, rank: Callable[[], Rank]) -> "Place":
        """A place for one request, held for the length of an ``async with`` block.

        What its rank is, is only asked where there is no room.
        """
        return Place(self, rank)

    async def take(self, rank: Callable[[], Rank]) -> None:
        """Take one of the places; give it back with :meth:`release`.

        :raises Unavailable: none was free in time.
        """
        if self.running >= self._most:
            await self._wait(rank())  # a place is handed over, and counted on
        else:
            self.running += 1

    def release(self) -> None:
        """Hand a place over to who has waited longest of the highest rank, or give it back."""
        while self._queue:
            comes = self._queue.pop(0).comes
            if not comes.done():  # else it was called off just now
                comes.set_result(None)
                return
        self.running -= 1

    async def _wait(self, rank: Rank) -> None:
        if len(self._queue) >= self._most:
            if not self._queue or self._queue[-1].rank <= rank:
                raise Unavailable(Reason.OVERLOADED)
            self._turn_away(self._queue.pop())
        one = _Waiting(rank)
        insort(self._queue, one, key=lambda each: each.rank)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await one.comes
        except TimeoutError:
            self._leave(one)
            raise Unavailable(Reason.OVERLOADED) from None
        except asyncio.CancelledError:
            self._leave(one)
            raise

    def _turn_away(self, one: _Waiting) -> None:
        if not one.comes.done():
            one.comes.set_exception(Unavailable(Reason.OVERLOADED))

    def _leave(self, one: _Waiting) -> None:
        """Wait no more; a place that was handed over in this moment goes to the next."""
        if one in self._queue:
            self._queue.remove(one)
        elif one.comes.done() and not one.comes.cancelled() and one.comes.exception() is None:
            self.release()


class Place:
    """The block for which a place is held."""

    __slots__ = ("_limit", "_rank")

    def __init__(self, limit: InFlight, rank: Callable[[], Rank]) -> None:
        self._limit = limit
        self._rank = rank

    async def __aenter__(self) -> None:
        """Take the place.

        :raises Unavailable: none was free in time.
        """
        await self._limit.take(self._rank)

    async def __aexit__(self, *raised: object) -> None:
        self._limit.release()


class Allowance:
    """Lets so many things be done in a minute, at any pace."""

    __slots__ = ("_left", "_most", "_seen_at")

    def __init__(self, per_minute: int) -> None:
        self._most = self._left = float(per_minute)
        self._seen_at = time.monotonic()

    def take(self) -> bool:
        """Do one of them; tell whether that is allowed."""
        now = time.monotonic()
        gained = (now - self._seen_at) * self._most / 60
        self._left = min(self._most, self._left + gained)
        self._seen_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
