"""Who goes on next: one task at a time, from one place where it could be held up to the next.

A statement that waits for a lock in PostgreSQL is told apart from one that is being answered by
asking PostgreSQL itself. Whoever waited goes on when the seed says so, like everybody else.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from tests.simulation.history import History, Violated
from tests.simulation.loop import VirtualLoop

T = TypeVar("T")

JUMPS: Final = (
    (1, 5, 20, 61),
    (5, 31, 61, 300),
    (31, 300, 901, 3600),
    (61, 901, 3600, 21 * 3600),
)
"""Seconds by which time may jump, from quiet histories to wild ones."""


MOST_STEPS: Final = 10_000
"""A history takes some hundreds; one that takes more goes round and round."""
PATIENCE_SECONDS: Final = 60.0
"""Real ones, in which PostgreSQL answers, or says for whom a statement waits."""
NO_CONNECTION: Final = "08006"
REFUSED: Final = {
    "40001": "a serialization failure",
    "40P01": "a deadlock",
    "55P03": "a lock that is not to be had",
    "57014": "a time-out",
    NO_CONNECTION: "no connection",
}
"""What PostgreSQL may say instead of doing what it is asked, by its codes."""
ANSWER_LOST: Final = "answer lost"
STANDSTILL: Final = "They wait in a circle, or for one who sleeps with a transaction open."
_ENDS: Final = {"COMMIT", "ROLLBACK"}


class Killed(BaseException):
    """The process died."""


class Process:
    """What dies at once: a web server or a worker, with all that it has in memory."""

    def __init__(self, name: str, weight: float) -> None:
        self.name = name
        self.weight = weight
        self.is_alive = True
        self.died = asyncio.get_running_loop().create_future()
        self.memory: dict[Any, Any] = {}


here: ContextVar[Process | None] = ContextVar("here", default=None)
"""The process in which this runs; None for what is no part of the shop."""
doing: ContextVar[str] = ContextVar("doing", default="")
"""For whom, and what."""


@dataclass(slots=True)
class Held:
    """A task that is held up until it is its turn."""

    serial: int
    process: Process
    doing: str
    what: str
    turn: asyncio.Future[None]


@dataclass(slots=True, eq=False)
class Sent:
    """A statement that was sent and is not answered."""

    serial: int
    process: Process
    backend: int
    waits: bool = False
    has_waited: bool = False


@dataclass(slots=True)
class Chances:
    """How a history goes about it: drawn from its seed, so that histories differ in kind."""

    stay: float
    time_passes: float
    dies: float
    deaths_left: int
    fails: float
    jumps: tuple[float, ...]

    @classmethod
    def of(cls, chance: random.Random) -> "Chances":
        return cls(
            stay=chance.choice((0.0, 0.5, 0.8, 0.95)),
            time_passes=chance.choice((0.02, 0.05, 0.15)),
            dies=chance.choice((0.0, 0.01, 0.03)),
            deaths_left=chance.randint(1, 4),
            fails=chance.choice((0.0, 0.01, 0.03)),
            jumps=chance.choice(JUMPS),
        )


@dataclass(slots=True, eq=False)
class Scheduler:
    """Holds everybody up, and lets one go on at a time."""

    loop: VirtualLoop
    chance: random.Random
    history: History
    blocked: Callable[[list[int]], Awaitable[set[int]]]
    """Asks which of these backends wait for a lock that another one holds."""
    look: Callable[[], Awaitable[None]]
    """What is done whenever all rest, and something was committed since."""
    chances: Chances = field(init=False)
    _held: list[Held] = field(default_factory=list)
    _sent: list[Sent] = field(default_factory=list)
    _frozen: list[Sent] = field(default_factory=list)
    _last: Process | None = None
    _serial: int = 0
    _has_news: bool = False
    _is_over: bool = False

    def __post_init__(self) -> None:
        self.chances = Chances.of(self.chance)

    def calm(self) -> None:
        """From now on nobody dies, and PostgreSQL does what it is asked."""
        self.chances.deaths_left = 0
        self.chances.fails = 0.0

    async def turn(self, what: str, serial: int | None = None) -> None:
        """Be held up until it is this task's turn.

        :raises Killed: its process died, now or before.
        """
        process = here.get()
        if process is None:
            return
        if self._is_over or not process.is_alive:
            raise Killed
        held = Held(serial or self._next(), process, doing.get(), what, self.loop.create_future())
        self._held.append(held)
        try:
            await held.turn
        finally:
            if held in self._held:
                self._held.remove(held)

    def _next(self) -> int:
        self._serial += 1
        return self._serial

    async def send(
        self, backend: int, what: str, run: Callable[[str], Awaitable[T]], *, shows: bool
    ) -> T:
        """Send a statement when it is its turn, and go on with its answer.

        ``run`` is told what goes wrong with it, or nothing. ``shows`` tells whether others see
        afterwards what was changed.
        """
        process = here.get()
        if process is None:
            return await self.loop.ask(lambda: run(""))
        if what != "ROLLBACK" or (process.is_alive and not self._is_over):
            await self.turn(what)
        trouble = self._trouble(what, shows=shows)
        self._has_news |= shows
        if (what in _ENDS or trouble in REFUSED) and not self._is_over:
            self._freeze()
        sent = Sent(self._next(), process, backend)
        self._sent.append(sent)
        self.loop.expect(1)
        try:
            return await run(trouble)
        finally:
            self._sent.remove(sent)
            if not sent.waits:
                self.loop.expect(-1)
            if process.is_alive and sent.has_waited and not self._is_over:
                await self.turn("goes on", sent.serial)

    def _trouble(self, what: str, *, shows: bool) -> str:
        """Decide what goes wrong with a statement; of what nobody sees, no answer is lost."""
        if what == "ROLLBACK" or self.chance.random() >= self.chances.fails:
            return ""
        refused = (NO_CONNECTION,) if what == "BEGIN" else tuple(REFUSED)
        lost = (ANSWER_LOST,) * 3 if shows else ()
        trouble = self.chance.choice(refused + lost)
        self.history.tell(doing.get(), f"{REFUSED.get(trouble, trouble)}: {what}")
        return trouble

    async def conduct(self, story: asyncio.Task[None]) -> None:
        """Let one after the other go on until the story is told.

        :raises Violated: they wait for each other in a circle, or it does not end.
        """
        for _ in range(MOST_STEPS):
            await self._settle()
            if self._has_news:
                self._has_news = False
                await self.look()
            if story.done():
                return
            self._choose()
        raise Violated(f"Not so: A history ends. This one goes on after {MOST_STEPS:,} steps.")

    def _freeze(self) -> None:
        """Stop those who wait for a transaction that ends now.

        Let go at once, they would race for what they want next, and no seed would decide.
        """
        waiting = [each for each in self._sent if each.waits]
        if len(waiting) > 1:
            for sent in waiting:
                os.kill(sent.backend, signal.SIGSTOP)
            self._frozen += [each for each in waiting if each not in self._frozen]

    def _thaw(self) -> None:
        """Let the one that was sent first go on."""
        os.kill(self._frozen.pop(0).backend, signal.SIGCONT)

    def thaw_all(self) -> None:
        """Let all go on who were stopped."""
        while self._frozen:
            self._thaw()

    async def _settle(self) -> None:
        """Wait until everybody is held up, sleeps, or waits for a lock.

        :raises Violated: a statement is not answered, and waits for nobody.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            if time.monotonic() > end:
                raise Violated(f"PostgreSQL did not answer within {PATIENCE_SECONDS:.0f} seconds.")
            await self.loop.quiet()
            asked = self._awake()
            if asked:
                waiting = await self.blocked([each.backend for each in asked])
                for sent in asked:
                    if sent in self._sent:
                        self._note(sent, waits=sent.backend in waiting)
            if asked == self._awake() and not self.loop.is_expecting:
                if not self._frozen:
                    return
                self._thaw()

    def _awake(self) -> list[Sent]:
        return [each for each in self._sent if each not in self._frozen]

    def _note(self, sent: Sent, *, waits: bool) -> None:
        if waits is not sent.waits:
            sent.waits = waits
            sent.has_waited |= waits
            self.loop.expect(-1 if waits else 1)

    def _choose(self) -> None:
        timer = None if self._sent else self.loop.next_timer()
        if self._held and (timer is None or self.chance.random() >= self.chances.time_passes):
            self._let_go(self._pick())
        elif timer is not None:
            self._pass(timer)
        else:
            raise Violated(STANDSTILL)

    def _pick(self) -> Held:
        held = sorted(self._held, key=lambda each: each.serial)
        same = [each for each in held if each.process is self._last]
        if same and self.chance.random() < self.chances.stay:
            held = same
        return self.chance.choices(held, [each.process.weight for each in held])[0]

    def _let_go(self, held: Held) -> None:
        self._last = held.process
        if self._dies(held.process):
            self.history.tell(held.doing, f"{held.process.name} dies before: {held.what}")
            self.kill(held.process)
        else:
            self.history.tell(held.doing, held.what)
            self._held.remove(held)
            held.turn.set_result(None)

    def _dies(self, process: Process) -> bool:
        """Decide about a death; the answer to a statement that waits would be nobody's."""
        if not self.chances.deaths_left or any(each.process is process for each in self._sent):
            return False
        return self.chance.random() < self.chances.dies

    def kill(self, process: Process) -> None:
        """End a process at once: what it had begun is rolled back, what it knew is gone."""
        self.chances.deaths_left -= 1
        process.is_alive = False
        process.died.set_result(None)
        for held in [each for each in self._held if each.process is process]:
            self._held.remove(held)
            held.turn.set_exception(Killed())

    def kill_all(self) -> None:
        """End all processes that are held up; from now on nobody is, nor stopped.

        Who sleeps or waits for a lock rolls back later, when nobody gives turns any more.
        """
        self._is_over = True
        self.thaw_all()
        for process in {id(each.process): each.process for each in self._held}.values():
            self.kill(process)

    def _pass(self, timer: float) -> None:
        """Let the next thing come that waits for its time, or much time go by."""
        until = timer
        if self._held and self.chance.random() < 0.3:
            until = self.loop.time() + self.chance.choice(self.chances.jumps)
        self.loop.pass_until(until)
        self.history.now = self.loop.time()
