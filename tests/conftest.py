"""What every test stands on: one real PostgreSQL, a migrated database for each worker."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any, Final

import asyncpg
import pytest
from fastapi import FastAPI

from api import dependencies, gateways
from api.app import create_app
from api.settings import Settings
from db import invariants, secrets, users
from db.config import Database, migrate
from db.embedded import EmbeddedServer
from db.events import Notifier
from tests import locks, twins
from tests.client import Client, StoppedClock, caller_or_pretended

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The instant at which tests take place, unless they say otherwise."""
GENEROUS: Final[dict[str, Any]] = dict.fromkeys(
    (
        "query_points",
        "guest_points",
        "user_points",
        "api_key_points",
        "checkouts_per_minute",
        "new_document_characters",
        "failures_per_account",
        "failures_per_address",
    ),
    1_000_000,
)
"""Limits that are on, and that no test meets by accident."""


@pytest.fixture(autouse=True)
def _quick_secrets() -> None:
    """Keys, password hashes that cost next to nothing, and no hurry: an app installs its own."""
    secrets.install(secrets.Keyring("the secret of all tests"))
    users.install_hasher(users.Hasher(memory_kib=8, passes=1))
    users.install_guesses(users.Guesses.of(per_account=1_000_000, per_address=1_000_000))


@pytest.fixture(autouse=True)
def _both_engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the compiled engine answers in a test, graphql-core has to answer too."""
    differences = twins.watch(monkeypatch)
    yield
    assert not differences, "\n\n".join(differences)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One PostgreSQL for all workers of the run; it ends when the last of them is gone."""
    server = EmbeddedServer(Path(gettempdir()) / f"tradepost-tests-{os.getuid()}", durable=False)
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
async def database_url(server: EmbeddedServer, worker_id: str) -> str:
    """The URL of this worker's own database, empty and migrated."""
    name = f"test_{worker_id}_{os.getpid()}"
    admin = await asyncpg.connect(server.url("postgres"))
    try:
        await _drop_leftovers(admin)
        await admin.execute(f"CREATE DATABASE {name}")
    finally:
        await admin.close()
    url = server.url(name)
    await migrate(url)
    return url


async def _drop_leftovers(admin: asyncpg.Connection) -> None:
    """Drop the databases of runs whose process is gone."""
    rows = await admin.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")
    for (name,) in rows:
        process = name.rpartition("_")[2]
        if process.isdigit() and not _is_alive(int(process)):
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="session")
async def _pool(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, pool_min=1, pool_max=20)
    await database.open()
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def _tables(_pool: Database) -> str:
    connection = await asyncpg.connect(_pool.url)
    try:
        rows = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'aerich'"
        )
    finally:
        await connection.close()
    return ", ".join(row[0] for row in rows)


@pytest.fixture
async def database(_pool: Database, _tables: str) -> Database:
    """An open, migrated, empty database."""
    connection = await asyncpg.connect(_pool.url)
    try:
        await connection.execute(f"TRUNCATE {_tables} CASCADE")
        await connection.execute("ALTER SEQUENCE order_number RESTART")
        # The fake gateway's own books, which it opens when it is first called.
        if await connection.fetchval("SELECT to_regclass('fake_gateway.operation')"):
            await connection.execute("TRUNCATE fake_gateway.operation, fake_gateway.mishap")
    finally:
        await connection.close()
    return _pool


@pytest.fixture
async def oracle(database: Database) -> AsyncIterator[None]:
    """Ask, once the test is over, whether all that must be true of the whole shop still is.

    Meanwhile, LCK-1: see to it that all transactions lock in the one order.
    """
    with locks.in_order():
        yield
    assert await invariants.check() == []


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> StoppedClock:
    """The clock of the app; set its ``instant`` to move everything in time."""
    return StoppedClock(NOW)


@pytest.fixture
async def app(database: Database, clock: StoppedClock) -> AsyncIterator[FastAPI]:
    """The whole app on an empty database; what it needs from outside is the test's to override."""
    settings = Settings(
        database_url=database.url, secret_key="k" * 40, env="development", **GENEROUS
    )
    app = create_app(settings)
    notifier = Notifier(database, seconds=0.02)
    async with gateways.opened(settings) as opened:
        app.dependency_overrides = {
            dependencies.database: lambda: database,
            dependencies.notifier: lambda: notifier,
            dependencies.clock: lambda: clock,
            dependencies.gateways: lambda: opened,
            dependencies.caller: caller_or_pretended,
        }
        yield app
    await notifier.close()


@pytest.fixture
def client(app: FastAPI) -> Client:
    """A client of the app, so far nobody; see its ``taking`` and ``holding``."""
    return Client(app)
