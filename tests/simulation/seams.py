"""Where the simulation takes hold of the shop: its connections, its ids and its memory.

Nothing of this is known to the shop itself.
"""

import random
import re
from collections.abc import Awaitable, Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, Final

import asyncpg
import pytest

from db import base, engine, ids
from db.events import idempotency
from tests.conftest import NOW
from tests.locks import locked_by
from tests.simulation.loop import VirtualLoop
from tests.simulation.scheduling import ANSWER_LOST, REFUSED, Scheduler, here

_WAYS: Final = ("fetch", "fetchrow", "fetchval", "execute", "executemany")
_PUT_BACK: Final = "SELECT"
"""What a connection is asked when it is given back after a statement that was not waited for."""
_REFUSE: Final = "DO $$ BEGIN RAISE EXCEPTION 'as the seed wants it' USING ERRCODE = '{}'; END $$"
_TABLE: Final = re.compile(r'(?:INTO|UPDATE|DELETE FROM|FROM)\s+"?([a-z_]+)')


def install(patch: pytest.MonkeyPatch, scheduler: Scheduler, chance: random.Random) -> None:
    """Take hold until the patch is undone."""
    for name in _WAYS:
        way = getattr(engine._Connection, name)
        patch.setattr(engine._Connection, name, _held_up(way, scheduler))
    seeded_ids(patch, scheduler.loop, chance)
    patch.setattr(base, "random", chance)  # how long it waits before it begins again
    patch.setattr(idempotency, "_queues", _Memory())


def seeded_ids(patch: pytest.MonkeyPatch, loop: VirtualLoop, chance: random.Random) -> None:
    """Make ids of the simulation's time and of its chance."""
    began = int(NOW.timestamp() * 1e9)
    patch.setattr(ids, "time", SimpleNamespace(time_ns=lambda: began + int(loop.time() * 1e9)))
    patch.setattr(ids, "secrets", SimpleNamespace(randbits=chance.getrandbits))
    patch.setattr(ids, "_last", 0)


def _held_up(way: Callable[..., Any], scheduler: Scheduler) -> Callable[..., Any]:
    async def send(connection: Any, query: str, *arguments: Any, **options: Any) -> Any:
        what = in_short(query)
        is_over = what == "ROLLBACK" and not connection.is_in_transaction()
        if query == _PUT_BACK or is_over:  # by nobody: those who used it may be dead
            return await scheduler.loop.ask(lambda: way(connection, query, *arguments, **options))
        is_alone = not what.startswith(("read", "BEGIN")) and not connection.is_in_transaction()
        return await scheduler.send(
            connection.get_server_pid(),
            what,
            lambda trouble: _run(
                lambda: way(connection, query, *arguments, **options), connection, what, trouble
            ),
            shows=is_alone or what == "COMMIT",
        )

    return send


async def _run(run: Callable[[], Awaitable[Any]], connection: Any, what: str, trouble: str) -> Any:
    """Run a statement, have PostgreSQL refuse it and end its transaction, or lose its answer."""
    if trouble in REFUSED:
        try:
            await asyncpg.Connection.execute(connection, _REFUSE.format(trouble))
        finally:
            if what == "COMMIT":  # one that is refused leaves nothing to roll back
                await asyncpg.Connection.execute(connection, "ROLLBACK")
    answer = await run()
    if trouble == ANSWER_LOST:
        raise asyncpg.ConnectionDoesNotExistError("The answer was lost.")
    return answer


@cache
def in_short(query: str) -> str:
    """Say what a statement does.

    >>> in_short('SELECT id FROM "orders" WHERE id = $1 FOR NO KEY UPDATE')
    'lock orders'
    >>> in_short("SELECT id FROM product")
    'read product'
    >>> in_short("COMMIT;")
    'COMMIT'
    """
    verb = query.split(maxsplit=1)[0].strip(";")
    if verb in {"BEGIN", "COMMIT", "ROLLBACK"}:
        return verb
    table = _TABLE.search(query)
    name = table[1] if table else ""
    if verb == "SELECT":
        locked = ", ".join(dict.fromkeys(locked_by(query)))
        return f"lock {locked}" if locked else f"read {name}"
    return f"{verb} {name}"


class _Memory(dict[Any, Any]):
    """What each process has in its own memory, where the shop has one for all."""

    def get(self, key: Any, default: Any = None) -> Any:
        return _own().get(key, default)

    def __setitem__(self, key: Any, value: Any) -> None:
        _own()[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        return _own().pop(key, *default)


def _own() -> dict[Any, Any]:
    process = here.get()
    assert process is not None
    return process.memory
