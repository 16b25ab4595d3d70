"""Tell histories: ``python -m tests.simulation --seeds 200``, or ``--seed 7`` to read one."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir

import asyncpg

from db import secrets
from db.config import migrate
from db.embedded import EmbeddedServer
from tests.simulation.mistakes import Mistake
from tests.simulation.simulation import simulation


@contextmanager
def _database() -> Iterator[str]:
    """Make an empty, migrated database on the server of the tests."""
    server = EmbeddedServer(Path(gettempdir()) / f"tradepost-tests-{os.getuid()}", durable=False)
    server.start()
    name = f"test_simulation_{os.getpid()}"
    try:
        asyncio.run(_execute(server.url("postgres"), f"CREATE DATABASE {name}"))
        asyncio.run(migrate(server.url(name)))
        yield server.url(name)
        asyncio.run(_execute(server.url("postgres"), f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        server.close()


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _tell(seeds: Iterable[int], mistake: Mistake | None, *, is_read: bool) -> list[int]:
    """Tell these histories, print those that are wrong or to be read, and return the wrong ones."""
    wrong = []
    with _database() as url, simulation(url) as tell:
        for seed in seeds:
            told = tell(seed, mistake)
            if told.violation or is_read:
                print(told)  # noqa: T201
            if told.violation:
                wrong.append(seed)
    return wrong


def main() -> int:
    """Tell the histories that are asked for; the answer is 1 if something was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many histories")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--seed", type=int, help="one seed, whose history is printed")
    parser.add_argument("--switch", type=Mistake, choices=list(Mistake), help="a mistake to make")
    asked = parser.parse_args()
    one = asked.seed is not None
    seeds = [asked.seed] if one else range(asked.first, asked.first + asked.seeds)
    secrets.install(secrets.Keyring("the secret of all tests"))
    began = time.monotonic()
    wrong = _tell(seeds, asked.switch, is_read=one)
    seconds = time.monotonic() - began
    print(f"{len(seeds):,} histories in {seconds:.0f} s; wrong: {wrong or 'none'}")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
