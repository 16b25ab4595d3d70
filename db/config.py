"""How the shop finds its database: Tortoise's configuration, the pool, migrations."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import asyncpg
from aerich import Command
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext, _current_context, get_current_context

from db import connection_limits, engine

MODELS: Final = [
    "db.events.models",
    "db.shop.models",
    "db.users.models",
    "db.catalog.models",
    "db.stock.models",
    "db.discounts.models",
    "db.carts.models",
    "db.payments.models",
    "db.orders.models",
]
MIGRATIONS: Final = Path(__file__).parent / "migrations"
_MIGRATION_LOCK: Final = "tradepost.migrate"
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend'
"""


class InUse(Exception):
    """The database cannot be emptied under those who use it."""


def configuration(
    url: str,
    *,
    pool_min: int = 2,
    pool_max: int = 10,
    statement_seconds: float | None = engine.WRITE_SECONDS,
) -> dict[str, Any]:
    """Describe the database at ``url`` to Tortoise.

    ``statement_seconds`` is the longest that one statement may take; None where work may be long,
    of one statement and of a transaction.
    """
    credentials = expand_db_url(url)["credentials"]
    return {
        "connections": {
            "default": {
                "engine": "db.engine",
                "credentials": {
                    **credentials,
                    "minsize": pool_min,
                    "maxsize": pool_max,
                    "timeout": 5,
                    "command_timeout": engine.COMMAND_SECONDS if statement_seconds else None,
                    "application_name": "tradepost",
                    "server_settings": connection_limits.settings(statement_seconds),
                    "init": partial(connection_limits.complete, endless=statement_seconds is None),
                },
            }
        },
        "apps": {
            "tradepost": {"models": [*MODELS, "aerich.models"], "default_connection": "default"}
        },
        "use_tz": True,
        "timezone": "UTC",
    }


class Used:
    """A block in which a database is used.

    The context's own `with` keeps its token on itself, and cannot be entered by two at once.
    """

    __slots__ = ("_context", "_token")

    def __init__(self, context: TortoiseContext) -> None:
        self._context = context

    def __enter__(self) -> None:
        self._token = _current_context.set(self._context)

    def __exit__(self, *raised: object) -> None:
        _current_context.reset(self._token)


class Database:
    """A pool of connections. Models and statements find by themselves the one that is in use."""

    def __init__(self, url: str, *, pool_min: int = 2, pool_max: int = 10) -> None:
        self.url = url
        self.pool_min = pool_min
        self.pool_max = pool_max
        self._context = TortoiseContext()

    async def open(self) -> None:
        """Open the pool. The first one of a process is in use wherever nothing else was said."""
        is_first = get_current_context() is None
        settings = configuration(self.url, pool_min=self.pool_min, pool_max=self.pool_max)
        with self.used():
            await self._context.init(config=settings, _enable_global_fallback=is_first)
        # Tortoise opens its pool at the first query. Now, so that the start fails, and no request.
        await self._client.execute_query("SELECT 1")

    async def close(self) -> None:
        """Close the pool; connections that do not end in time are cut."""
        await self._context.close_connections()

    def used(self) -> "Used":
        """Use this database inside the block, and in the tasks that start there."""
        return Used(self._context)

    @property
    def is_saturated(self) -> bool:
        """Whether all connections are taken, so that the next one who asks has to wait."""
        return self._client.is_saturated

    @property
    def _client(self) -> engine.Client:
        return cast("engine.Client", self._context.connections.get("default"))


async def migrate(url: str) -> list[str]:
    """Bring the schema up to date; of many callers at once, one works and the others wait.

    Needs a direct connection: the advisory lock is held by the session.
    Returns the names of the migrations that this call applied.
    """
    lock = await asyncpg.connect(url)
    try:
        await lock.execute("SELECT pg_advisory_lock(hashtext($1))", _MIGRATION_LOCK)
        async with _aerich(url) as command:
            return list(await command.upgrade(run_in_transaction=True))
    finally:
        await lock.close()


@asynccontextmanager
async def _aerich(url: str) -> AsyncIterator[Command]:
    """Run aerich in a context of its own: else it takes for it any database that is open here."""
    patient = configuration(url, statement_seconds=None)
    async with TortoiseContext() as context:
        await context.init(config=patient)
        async with Command(patient, app="tradepost", location=str(MIGRATIONS)) as command:
            yield command


async def wipe(url: str) -> None:
    """Drop all that the migrations made, and every row with it.

    :raises InUse: somebody else is connected.
    """
    connection = await asyncpg.connect(url)
    try:
        others = await connection.fetchval(_OTHERS)
        if others:
            raise InUse(f"{others} other connections use this database: stop the server first.")
        async with connection.transaction():
            await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            await connection.execute("DROP SCHEMA IF EXISTS fake_gateway CASCADE")
    finally:
        await connection.close()


def __getattr__(name: str) -> Any:
    """Make TORTOISE, for the aerich command line only, when it asks: a bad URL stops no import."""
    if name == "TORTOISE":
        return configuration(
            os.environ.get("DATABASE_URL", "postgresql://tradepost@localhost/tradepost")
        )
    raise AttributeError(name)
