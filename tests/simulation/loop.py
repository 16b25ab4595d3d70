"""An event loop whose time passes only when it is told to, and that knows when nothing moves.

Answers of PostgreSQL are waited for in real time, as long as they take: real time decides nothing.
"""

import asyncio
import heapq
import selectors
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Final, TypeVar

T = TypeVar("T")

SILENCE_SECONDS: Final = 0.002
"""An answer that takes longer may be waiting for a lock: it is worth asking."""

PATIENCE_SECONDS: Final = 60.0
"""Real ones, in which whoever is waited for outside is heard of."""
MOST_ROUNDS: Final = 100_000
"""Who keeps the loop busy for longer does so for ever."""

Select = Callable[[float | None], list[Any]]


class Stuck(Exception):
    """The loop would never come to an end."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is ready; what comes after that is for whoever awaits :meth:`quiet`."""

    _scheduled: list[asyncio.TimerHandle]

    def __init__(self) -> None:
        super().__init__(_Selector(self._poll))
        self._quiet: asyncio.Future[None] | None
        self.begin_anew()

    def time(self) -> float:
        return self._seconds

    def begin_anew(self) -> None:
        """Begin another history at its first moment; nothing of the one before goes on."""
        self._seconds, self._expected, self._quiet = 0.0, 0, None
        self._one = asyncio.Lock()
        self._serials = count()
        self._scheduled.clear()
        self._timer_cancelled_count = 0

    def pass_until(self, seconds: float) -> None:
        """Let time pass; what was to happen until then happens now."""
        self._seconds = max(self._seconds, seconds)

    def next_timer(self) -> float | None:
        """Tell when the next thing happens that only waits for its time."""
        return min((each.when() for each in self._scheduled if not each.cancelled()), default=None)

    async def ask(self, run: Callable[[], Awaitable[T]]) -> T:
        """Ask for something outside: one at a time, so that answers come in the order of asking."""
        self.expect(1)  # also while it waits for its turn: nobody goes on before it was answered
        try:
            async with self._one:
                return await run()
        finally:
            self.expect(-1)

    def expect(self, more: int) -> None:
        """Expect so many more answers, or fewer."""
        self._expected += more

    def call_at(  # type: ignore[override] # it is handed on as it is
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        timer = _Timer(when, callback, args, self, context)
        timer.serial = next(self._serials)
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    @property
    def is_expecting(self) -> bool:
        return self._expected > 0

    async def quiet(self) -> None:
        """Wait until all rest, and until expected answers have come or keep us waiting."""
        self._quiet = self.create_future()
        await self._quiet

    def _poll(self, select: Select) -> list[Any]:
        if self._quiet is None:
            if not (heard := select(PATIENCE_SECONDS)):
                raise Stuck(f"Nothing was heard for {PATIENCE_SECONDS:.0f} seconds.")
            return heard
        found = select(SILENCE_SECONDS) if self._expected else []
        if not found:
            self._quiet.set_result(None)
            self._quiet = None
        return found


class _Timer(asyncio.TimerHandle):
    """Of two that are due at once, the one that was set first comes first."""

    __slots__ = ("serial",)

    serial: int
    _scheduled: bool

    def __lt__(self, other: object) -> bool:
        assert isinstance(other, _Timer)
        return (self.when(), self.serial) < (other.when(), other.serial)


class _Selector(selectors.DefaultSelector):
    """Looks for answers only when nothing else is to be done, so that they come at fixed places."""

    def __init__(self, poll: Callable[[Select], list[Any]]) -> None:
        super().__init__()
        self._poll = poll
        self._rounds = 0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Look for answers.

        :raises Stuck: there is something else to be done, again and again.
        """
        if timeout is not None and timeout <= 0:
            self._rounds += 1
            if self._rounds > MOST_ROUNDS:
                self._rounds = 0
                raise Stuck(f"Nobody came to rest in {MOST_ROUNDS:,} rounds.")
            return []
        self._rounds = 0
        return self._poll(super().select)
