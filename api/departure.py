"""A query that takes too long, or whose client has hung up, is not worth going on with."""

import asyncio
from types import TracebackType
from typing import Final, Self

from starlette.types import Receive

UNWATCHED_SECONDS: Final = 0.05
"""How long a query runs before we begin to watch whether its client is still there."""


class Left(Exception):
    """Nobody waits for the answer any more."""


class Alarm:
    """Rings for each who set it, when the same time has passed for each.

    One timer of the loop serves all of them, since they come due in the order in which they came:
    most take themselves off before, and a timer each would cost more than a small query does.
    It belongs to the loop in which it is set first.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._due: dict[Patience, float] = {}
        self._is_running = False

    def set(self, who: "Patience") -> None:
        """Ring for them, unless they are taken off before."""
        loop = asyncio.get_running_loop()
        self._due[who] = loop.time() + self.seconds
        if not self._is_running:
            self._is_running = True
            loop.call_later(self.seconds, self._look)

    def take_off(self, who: "Patience") -> None:
        """Do not ring for them any more."""
        self._due.pop(who, None)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for who, due in list(self._due.items()):
            if due > loop.time():
                loop.call_at(due, self._look)
                return
            del self._due[who]
            who.ring()
        self._is_running = False


class Patience:
    """Cancels the block when its time is over or its client leaves, and says so after it.

    ``alarm`` rings when it is worth beginning to look; most queries are answered by then.

    :raises TimeoutError: its time was over.
    :raises Left: its client has left.
    """

    def __init__(self, alarm: Alarm, seconds: float, receive: Receive | None = None) -> None:
        self._alarm = alarm
        self._seconds = seconds
        self._receive = receive
        self._reason: TimeoutError | Left | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        block = asyncio.current_task()
        if block is None:
            raise RuntimeError("Only a task can be cancelled.")
        self._block = block
        self._cancelling = block.cancelling()
        self._alarm.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._alarm.take_off(self)
        if self._timer is not None:
            self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._reason is None:
            return
        is_ours = self._block.uncancel() <= self._cancelling
        if is_ours and isinstance(error, asyncio.CancelledError):
            raise self._reason from error

    def ring(self) -> None:
        """Begin to look: at the clock, and at the client if there is one."""
        loop = self._block.get_loop()
        left = self._seconds - self._alarm.seconds
        self._timer = loop.call_later(left, self._end, TimeoutError())
        if self._receive is not None:
            self._watching = loop.create_task(self._watch(self._receive))

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._end(Left())

    def _end(self, reason: TimeoutError | Left) -> None:
        if self._reason is None:
            self._reason = reason
            self._block.cancel()
