"""What is wrong with a database, found out before it is opened: each problem with its cure."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg
from tortoise.exceptions import ConfigurationError

from db.config import MIGRATIONS, configuration

OLDEST_POSTGRESQL = 15
CONNECT_SECONDS = 4.0

POOLER_CURE = (
    "Give the URL of PostgreSQL itself, or of a pool in session mode that passes on the parameters "
    "statement_timeout, lock_timeout and idle_in_transaction_session_timeout."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence on what was found, whose subject is the database's URL, and one on the cure."""

    found: str
    cure: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of a database: its problems, and how its schema compares with our code."""

    version: str = ""
    problems: list[Problem] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)  # migrations we have and it does not
    unknown: list[str] = field(default_factory=list)  # migrations it has and we do not


async def examine(url: str, *, connections: int = 1) -> Diagnosis:
    """Look at the database at `url`, which is to serve so many connections of ours."""
    try:
        connection = await _connect(url)
    except (
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        ConfigurationError,
        OSError,
        ValueError,
    ) as fault:
        return Diagnosis(problems=[_refusal(url, fault)])
    try:
        version = await connection.fetchval("SELECT split_part(version(), ' ', 2)")
        problems = [problem async for problem in _problems(url, connection, connections)]
        applied = await _applied(connection)
    finally:
        await connection.close(timeout=1)
    ours = sorted(path.name for path in MIGRATIONS.glob("tradepost/[0-9]*.py"))
    return Diagnosis(
        version=version,
        problems=problems,
        pending=[name for name in ours if name not in applied],
        unknown=[name for name in applied if name not in ours],
    )


async def _connect(url: str) -> asyncpg.Connection:
    """Connect as the pool will, but without named statements: a pooler may lose them."""
    credentials = configuration(url)["connections"]["default"]["credentials"]
    async with asyncio.timeout(CONNECT_SECONDS):
        return await asyncpg.connect(
            url,
            server_settings=credentials["server_settings"],
            statement_cache_size=0,
            timeout=CONNECT_SECONDS,
        )


def _refusal(url: str, fault: Exception) -> Problem:
    parts = urlsplit(url)
    place, name = f"{parts.hostname or 'localhost'}:{parts.port or 5432}", parts.path.strip("/")
    match fault:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return Problem(
                f"is refused by {place}: {fault}.", "Correct the user and the password in it."
            )
        case asyncpg.InvalidCatalogNameError():
            return Problem(
                f"names the database {name!r}, which is not on {place}.",
                f"Make it: createdb -h {parts.hostname} -p {parts.port or 5432} "
                f"-U {parts.username} {name}",
            )
        case asyncpg.TooManyConnectionsError():
            return Problem(
                f"finds no connection free on {place}: {fault}.",
                "Close others, or raise max_connections there.",
            )
        case asyncpg.ProtocolViolationError():
            return Problem(f"leads to a pooler such as PgBouncer: {fault}.", POOLER_CURE)
        case TimeoutError():
            reason = f"no answer in {CONNECT_SECONDS:g} s"
        case OSError():
            number = fault.errno or 0  # asyncio's own text repeats the address
            reason = (os.strerror(number) if number > 0 else fault.strerror or str(fault)).lower()
        case _:
            return Problem(f"does not work: {fault}.", "Correct it.")
    return Problem(
        f"names {place}, where no PostgreSQL answers ({reason}).",
        "Start the server there, or correct the host and the port.",
    )


async def _problems(
    url: str, connection: asyncpg.Connection, connections: int
) -> AsyncIterator[Problem]:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRESQL:
        yield Problem(
            f"leads to PostgreSQL {version.major}.{version.minor}, which is too old.",
            f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer.",
        )
    if await _is_pooled(url, connection):
        yield Problem(
            "leads to a pooler (PgBouncer or the like) that takes the session away.", POOLER_CURE
        )
    for problem in _unfit((await connection.fetch(_FACTS))[0], connections):
        yield problem


_FACTS = """
    SELECT current_setting('server_encoding') AS encoding,
           pg_is_in_recovery() AS is_replica,
           current_user AS "user",
           current_database() AS database,
           has_schema_privilege('public', 'CREATE') AS may_create,
           current_setting('max_connections')::int
             - current_setting('superuser_reserved_connections')::int
             - coalesce(current_setting('reserved_connections', true)::int, 0) AS connections
"""


def _unfit(facts: asyncpg.Record, connections: int) -> Iterator[Problem]:
    if facts["encoding"] != "UTF8":
        yield Problem(
            f"leads to a database encoded in {facts['encoding']}.",
            "Make one in UTF-8: createdb -E UTF8 -T template0 NAME",
        )
    if facts["is_replica"]:
        yield Problem("leads to a replica, which only reads.", "Give the URL of the primary.")
    elif not facts["may_create"]:
        yield Problem(
            f"names the user {facts['user']!r}, who may not create tables.",
            f'As its owner: GRANT CREATE ON SCHEMA public TO "{facts["user"]}"',
        )
    if connections > facts["connections"]:
        yield Problem(
            f"leads to a server with room for {facts['connections']} connections; "
            f"up to {connections} may be needed (web processes x pool + worker + migrations).",
            "Lower WEB_CONCURRENCY or TRADEPOST_POOL_MAX, or raise max_connections there.",
        )


async def _is_pooled(url: str, connection: asyncpg.Connection) -> bool:
    """Tell whether something between us and the server takes our session away.

    The process that answers is not the one that was announced; and, in transaction mode, it
    answers a second connection as well, or it dropped the settings that we asked for.
    """
    who = "SELECT pg_backend_pid(), current_setting('lock_timeout')"
    [(answering, lock_timeout)] = await connection.fetch(who)
    if answering == connection.get_server_pid():
        return False
    second = await _connect(url)
    try:
        [(same, _)] = await second.fetch(who)
        return bool(lock_timeout == "0" or same == answering)
    finally:
        await second.close(timeout=1)


async def _applied(connection: asyncpg.Connection) -> list[str]:
    if await connection.fetchval("SELECT to_regclass('public.aerich')") is None:
        return []
    rows = await connection.fetch("SELECT version FROM aerich WHERE app = 'tradepost' ORDER BY id")
    return [row[0] for row in rows]
