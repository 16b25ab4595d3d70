"""What happens before the first request: a database that answers, its tables, the demo shop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from api.faults import Fault, StartRefusedError, refuse_if
from api.settings import Settings
from db.config import migrate
from db.diagnosis import Diagnosis, examine
from db.embedded import EmbeddedServer, EmbeddedServerError

WORKER_CONNECTIONS = 3
GATEWAY_CONNECTIONS = 4  # the fake one keeps its ledger in the same server
MIGRATION_CONNECTIONS = 2

Tell = Callable[[str], None]


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """Lend settings whose database_url leads to a server that runs.

    :raises StartRefusedError: if there is neither a DATABASE_URL nor an embedded PostgreSQL.
    """
    if settings.database_url:
        yield settings
        return
    server = EmbeddedServer(settings.data / "postgres")
    try:
        url = server.start()
    except EmbeddedServerError as fault:
        found = "is not set, and the PostgreSQL that comes along cannot be used:"
        raise StartRefusedError(
            [Fault("DATABASE_URL", found, str(fault).replace("\n", "\n      "))]
        ) from fault
    try:
        yield settings.having(database_url=url)
    finally:
        server.close()


@contextmanager
def prepared(settings: Settings) -> Iterator[Settings]:
    """Lend settings whose database is fit to serve, as a command needs it.

    :raises StartRefusedError: if it is not, and we may not make it so.
    """
    with database(settings) as ready:
        asyncio.run(prepare(ready, Console(stderr=True).print))
        yield ready


def needed_connections(settings: Settings) -> int:
    """Return how many connections the processes may open, all together."""
    gateway = GATEWAY_CONNECTIONS if "fake" in settings.gateways else 0
    web = settings.web_concurrency * (settings.pool_max + gateway)
    worker = WORKER_CONNECTIONS + gateway if settings.worker else 0
    return web + worker + MIGRATION_CONNECTIONS


async def diagnosed(settings: Settings) -> Diagnosis:
    """Look at the database.

    :raises StartRefusedError: with all that keeps us from using it.
    """
    diagnosis = await examine(url_of(settings), connections=needed_connections(settings))
    refuse_if(database_faults(diagnosis))
    return diagnosis


def database_faults(diagnosis: Diagnosis) -> list[Fault]:
    """Put a database's problems into words about its variable."""
    faults = [Fault("DATABASE_URL", one.found, one.cure) for one in diagnosis.problems]
    if diagnosis.unknown:
        faults.append(
            Fault(
                "DATABASE_URL",
                "leads to a database that a newer Tradepost has migrated "
                f"({', '.join(diagnosis.unknown)}).",
                "Run that version, or restore the backup made before its migration.",
            )
        )
    return faults


async def prepare(settings: Settings, tell: Tell) -> None:
    """Make the database fit to serve: in development by ourselves, in production by asking.

    :raises StartRefusedError: if it is not, and we may not make it so.
    """
    diagnosis = await diagnosed(settings)
    if diagnosis.pending and settings.is_production:
        raise StartRefusedError(
            [
                Fault(
                    "DATABASE_URL",
                    f"leads to a database that lacks {len(diagnosis.pending)} of our migrations "
                    f"({', '.join(diagnosis.pending)}).",
                    "Bring it up to date first: tradepost migrate",
                )
            ]
        )
    if diagnosis.pending:
        for name in await migrate(url_of(settings)):
            tell(f"Migrated: {name}")


def url_of(settings: Settings) -> str:
    """Return the database's URL, which is known by now."""
    if settings.database_url is None:
        raise AssertionError("database() lends settings that have it")
    return settings.database_url
