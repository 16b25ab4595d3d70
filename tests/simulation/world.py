"""A small shop in which a history takes place, and the calls that people make there."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import carts, ids
from db.access import Caller
from db.base import execute
from db.carts import Details
from db.config import Database, configuration
from db.errors import Refusal, Refusals, RetryLater, Unavailable
from db.events import Outcome
from db.money import Money
from db.stock import Units
from tests.buying import Counter
from tests.conftest import NOW
from tests.goods import make_discount, make_method, make_shop, make_variant
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.history import History, Violated
from tests.simulation.loop import VirtualLoop
from tests.simulation.scheduling import Killed, Process, Scheduler, doing, here

CODE: Final = "SPRING"
CONNECTIONS: Final = 16
TRIES: Final = 8
"""How often a client makes the same call before they give up."""
WEBS: Final = 2
_BLOCKED: Final = """
SELECT pid FROM unnest($1::int[]) AS pid WHERE cardinality(pg_blocking_pids(pid)) > 0
"""
_ENDLESS: Final = {
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "deadlock_timeout": "1h",
    "plan_cache_mode": "force_generic_plan",
}
"""Nothing is decided by how long it really took."""


class PatientDatabase(Database):
    """Connections that are there from the beginning, and wait for as long as it takes."""

    async def open(self) -> None:
        settings = configuration(
            self.url, pool_min=CONNECTIONS, pool_max=CONNECTIONS, statement_seconds=None
        )
        credentials = settings["connections"]["default"]["credentials"]
        credentials["max_inactive_connection_lifetime"] = 0
        credentials["max_cached_statement_lifetime"] = 0
        credentials["server_settings"] |= _ENDLESS
        with self.used():
            await self._context.init(config=settings, _enable_global_fallback=False)
        await self._client.execute_query("SELECT 1")


class Beside:
    """A connection that sees what is committed, and that nobody waits for but us."""

    def __init__(self, loop: VirtualLoop, connection: asyncpg.Connection) -> None:
        self._loop = loop
        self._connection = connection

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        return await self._loop.ask(lambda: self._connection.fetch(sql, *arguments))

    async def blocked(self, backends: list[int]) -> set[int]:
        """Ask which of these wait for a lock that another one holds."""
        return {pid for (pid,) in await self.fetch(_BLOCKED, backends)}


@dataclass(slots=True, kw_only=True)
class World:
    """All there is in a history."""

    loop: VirtualLoop
    chance: random.Random
    history: History
    scheduler: Scheduler
    beside: Beside
    gateway: SimulatedGateway
    counter: Counter
    variants: Sequence[UUID]
    has_code: bool
    webs: list[Process] = field(default_factory=list)
    outcomes: dict[str, dict[str, str]] = field(default_factory=dict)
    """What the shop has said yes to, by the key of the call."""
    is_over: bool = False
    _processes: int = 0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.loop.time())

    def process(self, kind: str) -> Process:
        """Start a process."""
        self._processes += 1
        return Process(f"{kind}#{self._processes}", weight=2 ** self.chance.uniform(-3, 0))

    async def total(self, lines: Sequence[Units], code: str | None) -> Money:
        """Ask, as a buyer does before they buy, what lines come to."""
        details = Details().changed(self.details(code))
        quote = await carts.quote(
            lines=lines, details=details, caller=Caller.anonymous(), now=self.now()
        )
        return Money(quote.totals.total, quote.currency)

    def details(self, code: str | None) -> Any:
        """Say who orders, and where it goes."""
        return {**self.counter.details, "discount_code": code}

    async def call(
        self, who: str, what: str, key: str, do: Callable[[], Awaitable[Outcome]]
    ) -> Outcome | None:
        """Make a call until it is answered, with the same key; None where it is refused.

        :raises Violated: it has another outcome than the same call had before.
        """
        for _ in range(TRIES):
            process = self._web()
            try:
                outcome: Outcome = await self.run(process, f"{who}: {what}", do)
            except (ConnectionError, RetryLater, Unavailable) as error:
                self.history.tell(f"{who}: {what}", f"is not answered: {_named(error)}")
                await asyncio.sleep(self.chance.choice((0.5, 3.0, 20.0)))
            except (Refusal, Refusals) as refusal:
                self.history.tell(f"{who}: {what}", f"is refused: {_named(refusal)}")
                if key in self.outcomes:
                    raise Violated("A call that was answered is refused.") from refusal
                return None
            else:
                self._remember(key, outcome)
                names = [self.history.name(*thing) for thing in _things(outcome)]
                self.history.tell(f"{who}: {what}", f"is answered: {', '.join(names)}")
                return outcome
        return None

    def _web(self) -> Process:
        place = self.chance.randrange(WEBS)
        if not self.webs[place].is_alive:
            self.webs[place] = self.process("web")
        return self.webs[place]

    def _remember(self, key: str, outcome: Outcome) -> None:
        before = self.outcomes.setdefault(key, outcome.ids)
        if before != outcome.ids:
            raise Violated("A call that is made again has another outcome.")

    async def run(self, process: Process, what: str, do: Callable[[], Awaitable[Any]]) -> Any:
        """Run something in a process, to its end or the process's.

        :raises ConnectionError: the process died before there was an answer.
        """

        async def work() -> Any:
            here.set(process)
            doing.set(what)
            answer = await do()
            await self.scheduler.turn("answers")
            return answer

        task = self.loop.create_task(work(), context=copy_context())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({task, process.died}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or isinstance(task.exception(), Killed):
            raise ConnectionError("its process died")
        return task.result()


def _things(outcome: Outcome) -> list[tuple[str, str]]:
    return [thing for thing in outcome.ids.items() if thing[0] != "variants"]


def _named(error: Exception) -> str:
    code = getattr(error, "code", None) or getattr(error, "reason", None)
    if isinstance(error, Refusals):
        return ", ".join(each.code for each in error.refusals)
    return f"{type(error).__name__} {code}" if code else str(error)


async def make_world(
    *,
    loop: VirtualLoop,
    chance: random.Random,
    history: History,
    scheduler: Scheduler,
    beside: Beside,
) -> World:
    """Open a shop that sells little of a few things."""
    await make_shop()
    if chance.random() < 0.5:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")
    variants = [
        await make_variant(title=f"Lantern {place}", on_hand=chance.randint(1, 4))
        for place in range(chance.randint(1, 3))
    ]
    has_code = chance.random() < 0.5
    if has_code:
        await make_discount(CODE, percent=100_000, usage_limit=chance.randint(1, 2))

    def now() -> datetime:
        return NOW + timedelta(seconds=loop.time())

    def name(key: str) -> str:
        return history.name("op", ids.decode("op", key) or UUID(int=0))

    gateway = SimulatedGateway(now, scheduler, chance, name)
    counter = Counter(method_id=await make_method(), gateways={gateway.name: gateway})
    world = World(
        loop=loop,
        chance=chance,
        history=history,
        scheduler=scheduler,
        beside=beside,
        gateway=gateway,
        counter=counter,
        variants=variants,
        has_code=has_code,
    )
    world.webs = [world.process("web") for _ in range(WEBS)]
    return world
