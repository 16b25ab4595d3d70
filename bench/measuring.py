"""A run: rounds in which all servers take turns, so that what disturbs one disturbs them all."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from bench import cores, equality, ground, load, queries, starting
from bench.cores import Cores
from bench.figures import Spell
from bench.ground import Ground
from bench.queries import Query
from bench.results import Run
from bench.starting import Running

Tell = Callable[[str], None]

_CARTS_PER_SECOND: Final = 400
"""More than can be sold in a second."""
_COUNTED: Final = 32
"""Requests over which statements are counted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and for how long."""

    servers: Sequence[str]
    queries: Sequence[str]
    rounds: int
    seconds: float
    warm_up: float


@dataclass(slots=True)
class Stand:
    """All that runs while something is measured."""

    ground: Ground
    cores: Cores
    folder: Path
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "servers.log"

    def requests(self, query: Query, most: int) -> Iterator[bytes]:
        """Make the requests of a query; a cart can be sold once, so there are only so many."""
        if query in queries.SALES:
            carts = asyncio.run(self.ground.carts(most, fight=query is queries.FIGHT))
            return queries.buying(carts)
        asked = queries.asked(query, self.ground.slugs, self.ground.tokens)
        return queries.reading(asked)

    def spell(self, query: Query, server: Running, *, seconds: float) -> Spell:
        """Ask one server one query for a while, and read the meters before and after."""
        requests = self.requests(query, int(_CARTS_PER_SECOND * seconds) + query.connections)
        meters = (server.process, self.ground.postmaster)
        before = [cores.cpu_seconds(process) for process in meters]
        found = load.press(
            server.port,
            requests,
            proof=query.proof,
            connections=query.connections,
            seconds=seconds,
        )
        after = [cores.cpu_seconds(process) for process in meters]
        spent = [end - start for start, end in zip(before, after, strict=True)]
        return Spell.of(found, server_seconds=spent[0], database_seconds=spent[1])

    def statements(self, query: Query, server: Running) -> int:
        """Count the SQL statements of one request."""
        few = islice(self.requests(query, _COUNTED), _COUNTED)
        asyncio.run(self.ground.count_statements(on=True))
        load.press(server.port, few, proof=query.proof, connections=4, seconds=60)
        counted = asyncio.run(self.ground.statements())
        asyncio.run(self.ground.count_statements(on=False))
        return round(counted.total() / _COUNTED)  # a connection that is opened says more


@contextmanager
def stand(tell: Tell) -> Iterator[Stand]:
    """Lend a database with the bench's data, on the core that asks."""
    chosen = cores.choose()
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {chosen.asking})
    try:
        with ground.folder() as folder, ground.server(folder) as server:
            tell("Seeding a database ...")
            yield Stand(asyncio.run(ground.prepared(server, folder)), chosen, folder)
    finally:
        os.sched_setaffinity(0, before)


def measure(stand: Stand, plan: Plan, run: Run, tell: Tell) -> None:
    """Start the servers, see that they give the same answers, and measure them."""
    kinds = {name: starting.KINDS[name] for name in plan.servers}
    for name in list(kinds):
        if reason := kinds[name].why_not():
            tell(f"Without {name}: {reason}")
            del kinds[name]
    with ExitStack() as opened:
        for name, kind in kinds.items():
            stand.running[name] = opened.enter_context(
                starting.started(kind, stand.ground, stand.cores.serving, stand.log)
            )
        chosen = [queries.QUERIES[name] for name in plan.queries]
        _compare(stand, chosen, tell)
        asyncio.run(stand.ground.settle())
        for number in range(plan.rounds):
            tell(f"Round {number + 1} of {plan.rounds} ...")
            for query in chosen:
                _round(stand, plan, query, run, number)
        for query in chosen:
            run.statements[query.name] = {
                name: stand.statements(query, server)
                for name, server in _asked(stand.running, query).items()
            }
        for name, server in stand.running.items():
            run.resident_mb[name] = cores.resident_bytes(server.process) / 1e6


def profile(stand: Stand, query: Query, path: Path, *, seconds: float) -> None:
    """Have Tradepost sampled while it is asked one query."""
    kind = starting.profiled(path)
    with starting.started(kind, stand.ground, stand.cores.serving, stand.log) as server:
        stand.spell(query, server, seconds=seconds)


def _compare(stand: Stand, chosen: Sequence[Query], tell: Tell) -> None:
    reads = [query for query in chosen if query in queries.READS]
    for query in reads:
        asked = queries.asked(query, stand.ground.slugs, stand.ground.tokens)
        equality.check(query, asked, {name: one.port for name, one in stand.running.items()})
    tell(f"{', '.join(stand.running)} give the same data.")


def _round(stand: Stand, plan: Plan, query: Query, run: Run, number: int) -> None:
    found = run.spells.setdefault(query.name, {name: [] for name in _asked(stand.running, query)})
    for name, server in _turned(_asked(stand.running, query), number):
        stand.spell(query, server, seconds=plan.warm_up)
        found[name].append(stand.spell(query, server, seconds=plan.seconds))


def _turned(running: Mapping[str, Running], number: int) -> list[tuple[str, Running]]:
    """Begin each round with another server."""
    turns = list(running.items())
    start = number % max(1, len(turns))
    return turns[start:] + turns[:start]


def _asked(running: Mapping[str, Running], query: Query) -> dict[str, Running]:
    """Choose who is asked a query: only a shop can sell."""
    if query not in queries.SALES:
        return dict(running)
    return {name: one for name, one in running.items() if name in starting.SELLING}
