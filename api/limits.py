"""How much work is taken on at once."""

import asyncio
import time
from typing import Final

from db.errors import Reason, Unavailable

WAIT_SECONDS: Final = 0.3


class InFlight:
    """Lets so many requests run at once; a few more wait a moment, the rest are told to come back.

    A place is held for the length of an ``async with`` block. It counts requests and not
    connections, of which most are idle.
    """

    def __init__(self, most: int, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.running = 0
        self._free = asyncio.Semaphore(most)
        self._wait_seconds = wait_seconds
        self._queue = most
        self._waiting = 0

    async def __aenter__(self) -> None:
        """Take one of the places.

        :raises Unavailable: none was free in time.
        """
        if self._free.locked():
            await self._wait()
        else:
            await self._free.acquire()
        self.running += 1

    async def __aexit__(self, *raised: object) -> None:
        self.running -= 1
        self._free.release()

    async def _wait(self) -> None:
        if self._waiting >= self._queue:
            raise Unavailable(Reason.OVERLOADED)
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), self._wait_seconds)
        except TimeoutError:
            raise Unavailable(Reason.OVERLOADED) from None
        finally:
            self._waiting -= 1


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
