"""A query whose client has hung up is not worth going on with."""

import asyncio
from types import TracebackType
from typing import Final, Self

from starlette.types import Receive

UNWATCHED_SECONDS: Final = 0.05
"""How long a query runs before we begin to watch whether its client is still there."""


class Departure:
    """Cancels the block when the client leaves, and goes on after it.

    For most queries it is only a timer that never rings.
    """

    def __init__(self, receive: Receive) -> None:
        self._has_left = False
        self._receive = receive
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._block = asyncio.current_task(loop)
        self._timer = loop.call_later(UNWATCHED_SECONDS, self._begin)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if not self._has_left or self._block is None:
            return False
        self._block.uncancel()
        return isinstance(error, asyncio.CancelledError)

    def _begin(self) -> None:
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        if self._block is not None:
            self._block.cancel()
