"""When the database is away, clients hear so at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from api import dependencies
from api.graphql import Endpoint
from db import engine
from db.base import atomically, execute, fetch_value
from db.config import Database
from db.embedded import EmbeddedServer
from schema import define
from schema.context import Info
from schema.errors import Payload
from schema.resolvers import mutation, resolver
from schema.root import build
from tests.client import Client


@define.type
class Query:
    @resolver()
    async def one(self) -> int | None:
        found: int = await fetch_value("SELECT 1")
        return found


@define.type
class DonePayload(Payload):
    done: bool = False


@define.type
class Mutation:
    @mutation()
    async def do(self, info: Info) -> DonePayload:
        async def work() -> None:
            await execute("SELECT 1")

        await atomically(work)
        return DonePayload(done=True)


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL of our own, which can be stopped."""
    server = EmbeddedServer(tmp_path / "pg", durable=False)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.close)


@pytest.fixture
async def client(app: FastAPI, fragile: EmbeddedServer) -> AsyncIterator[Client]:
    database = Database(fragile.url("tradepost"), pool_min=1, pool_max=3)
    await database.open()
    app.state.graphql = Endpoint(build(Query, Mutation))
    app.dependency_overrides[dependencies.database] = lambda: database
    yield Client(app)
    await database.close()


@pytest.mark.parametrize("query", ["{ one }", "mutation { do { done } }"])
async def test_clients_are_told_at_once_to_come_back(
    client: Client, fragile: EmbeddedServer, query: str
) -> None:
    assert (await client.send(query)).status_code == 200
    await asyncio.to_thread(fragile.close)
    for _ in range(6):  # twice as often as there are connections: none may be lost
        started = time.perf_counter()
        response = await client.send(query)
        assert time.perf_counter() - started < engine.COMMAND_SECONDS  # nothing was waited out
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert error["extensions"]["reason"] == "DATABASE"
        assert "data" not in response.json()
        assert "postgres" not in response.text
