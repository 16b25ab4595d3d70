"""A query that takes too long, or whose client has hung up, is not worth going on with."""

import asyncio
from types import TracebackType
from typing import Final, Self

from starlette.types import Receive

UNWATCHED_SECONDS: Final = 0.05
"""How long a query runs before we begin to watch whether its client is still there."""


class Left(Exception):
    """Nobody waits for the answer any more."""


class Patience:
    """Cancels the block when its time is over or its client leaves, and says so after it.

    For most queries it is only a timer that never rings.

    :raises TimeoutError: its time was over.
    :raises Left: its client has left.
    """

    def __init__(self, seconds: float, receive: Receive | None = None) -> None:
        self._seconds = seconds
        self._receive = receive
        self._reason: TimeoutError | Left | None = None
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        block = asyncio.current_task()
        if block is None:
            raise RuntimeError("Only a task can be cancelled.")
        self._block = block
        self._cancelling = block.cancelling()
        first = self._seconds if self._receive is None else UNWATCHED_SECONDS
        self._timer = block.get_loop().call_later(first, self._ring)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._reason is None:
            return
        is_ours = self._block.uncancel() <= self._cancelling
        if is_ours and isinstance(error, asyncio.CancelledError):
            raise self._reason from error

    def _ring(self) -> None:
        if self._receive is None or self._watching is not None:
            self._end(TimeoutError())
            return
        loop = self._block.get_loop()
        self._watching = loop.create_task(self._watch(self._receive))
        self._timer = loop.call_later(self._seconds - UNWATCHED_SECONDS, self._ring)

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(Left())

    def _end(self, reason: TimeoutError | Left) -> None:
        if self._reason is None:
            self._reason = reason
            self._block.cancel()
