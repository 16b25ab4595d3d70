"""A run: rounds in which all servers take turns, so that what disturbs one disturbs them all."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Final, TypeAlias

from bench import cores, equality, ground, load, queries, starting
from bench.cores import Cores
from bench.figures import Spell
from bench.ground import Ground
from bench.queries import Query
from bench.results import Run
from bench.servers.without import WITHOUT
from bench.starting import Kind, Running

Tell: TypeAlias = Callable[[str], None]
Turns: TypeAlias = list[tuple[str, Running]]

PRICED: Final = (queries.NOTHING, queries.PAGE, queries.ORDERS)
"""What is asked to find out what protections cost."""
COMPRESSED: Final = (queries.PAGE, queries.ORDERS)
"""What is large enough to be made smaller."""
_COMPRESSION: Final = "compression, for who takes it"
_ALL: Final = "all of them"
_PAIRS: Final = 3
"""How often the two of a pair are compared in a round: in short spells, so that they find the
machine in the same state.
"""
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

    @property
    def log(self) -> Path:
        return self.folder / "servers.log"

    def requests(self, query: Query, most: int) -> Iterator[bytes]:
        """Make the requests of a query; a cart can be sold once, so there are only so many."""
        if query in queries.SALES:
            carts = asyncio.run(self.ground.carts(most, fight=query is queries.FIGHT))
            return queries.buying(carts)
        asked = queries.asked(query, self.ground.slugs, self.ground.tokens)
        return queries.reading(asked, query.headers)

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
        asyncio.run(self.ground.forget_statements())
        load.press(server.port, few, proof=query.proof, connections=4, seconds=60)
        counted = asyncio.run(self.ground.statements())
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
    with _running(stand, _to_be_had(plan.servers, tell)) as running:
        chosen = [queries.QUERIES[name] for name in plan.queries]
        _compare(stand, running, chosen, tell)
        asyncio.run(stand.ground.settle())
        for number in range(plan.rounds):
            tell(f"Round {number + 1} of {plan.rounds} ...")
            for query in chosen:
                turns = _turned(_asked(running, query), number)
                for name, spell in _round(stand, plan, query, turns):
                    run.spells.setdefault(query.name, {}).setdefault(name, []).append(spell)
        asyncio.run(stand.ground.count_statements(on=True))
        for query in chosen:
            run.statements[query.name] = {
                name: stand.statements(query, server)
                for name, server in _asked(running, query).items()
            }
        asyncio.run(stand.ground.count_statements(on=False))
        for name, server in running.items():
            run.resident_mb[name] = cores.resident_bytes(server.process) / 1e6


def _to_be_had(names: Sequence[str], tell: Tell) -> dict[str, Kind]:
    kinds = {name: starting.KINDS[name] for name in names}
    for name, kind in list(kinds.items()):
        if reason := kind.why_not():
            tell(f"Without {name}: {reason}")
            del kinds[name]
    return kinds


def price(stand: Stand, plan: Plan, run: Run, tell: Tell) -> None:
    """Measure what each protection costs: Tradepost as it is, and at once without one of them."""
    kinds = {_ALL: starting.SHOP, **{name: starting.without(name) for name in WITHOUT}}
    with _running(stand, kinds) as running:
        whole = running.pop(_ALL)
        for query in PRICED:
            run.protections[query.name] = {name: [] for name in running}
            for server in (whole, *running.values()):
                stand.spell(query, server, seconds=2 * plan.warm_up)
        for number in range(_PAIRS * plan.rounds):
            tell(f"What protections cost, round {number + 1} of {_PAIRS * plan.rounds} ...")
            for query, (name, less) in product(PRICED, running.items()):
                sides = (query, whole), (query, less)
                pair = _pair(stand, plan, number, *sides)
                run.protections[query.name][name].append(pair)
            for query in COMPRESSED:
                sides = (query.compressed(), whole), (query, whole)
                run.protections[query.name].setdefault(_COMPRESSION, []).append(
                    _pair(stand, plan, number, *sides)
                )


def _pair(stand: Stand, plan: Plan, number: int, *sides: tuple[Query, Running]) -> list[float]:
    """Compare two, each of them first in every other round: the second finds the core warm."""
    seconds = plan.seconds / 6
    turn = -1 if number % 2 else 1
    found = [stand.spell(query, one, seconds=seconds).server_us for query, one in sides[::turn]]
    return found[::turn]


@contextmanager
def _running(stand: Stand, kinds: Mapping[str, Kind]) -> Iterator[dict[str, Running]]:
    """Lend servers, all at the same time."""
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(
                starting.started(kind, stand.ground, stand.cores.serving, stand.log)
            )
            for name, kind in kinds.items()
        }


def profile(stand: Stand, query: Query, path: Path, *, seconds: float) -> None:
    """Have Tradepost sampled while it is asked one query."""
    kind = starting.profiled(path)
    with starting.started(kind, stand.ground, stand.cores.serving, stand.log) as server:
        stand.spell(query, server, seconds=seconds)


def _compare(
    stand: Stand, running: Mapping[str, Running], chosen: Sequence[Query], tell: Tell
) -> None:
    ports = {name: server.port for name, server in running.items()}
    for query in chosen:
        if query in queries.READS:
            asked = queries.asked(query, stand.ground.slugs, stand.ground.tokens)
            equality.check(query, asked, ports)
    tell(f"{', '.join(running)} give the same data.")


def _round(stand: Stand, plan: Plan, query: Query, turns: Turns) -> Iterator[tuple[str, Spell]]:
    for name, server in turns:
        stand.spell(query, server, seconds=plan.warm_up)
        yield name, stand.spell(query, server, seconds=plan.seconds)


def _turned(running: Mapping[str, Running], number: int) -> Turns:
    """Begin each round with another server."""
    turns = list(running.items())
    start = number % max(1, len(turns))
    return turns[start:] + turns[:start]


def _asked(running: Mapping[str, Running], query: Query) -> dict[str, Running]:
    """Choose who is asked a query: only a shop can sell."""
    if query not in queries.SALES:
        return dict(running)
    return {name: one for name, one in running.items() if name in starting.SELLING}
