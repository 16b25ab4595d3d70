"""All that a request needs from outside can be replaced, over HTTP and in the GraphQL context."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest
from fastapi import FastAPI

from api import dependencies
from api.graphql import Endpoint
from api.health import State
from api.settings import Settings
from db.access import Caller
from db.base import fetch_value
from db.config import Database
from schema import define
from schema.context import Info
from schema.resolvers import resolver
from schema.root import build
from tests import factories
from tests.api.conftest import NotedMailer
from tests.api.live.talking import talking
from tests.api.serving import served
from tests.client import Client, StoppedClock
from tests.conftest import NOW


@define.type
class Query:
    @resolver()
    async def now(self, info: Info) -> str:
        return info.context.now.isoformat()

    @resolver()
    async def caller(self, info: Info) -> str:
        caller = info.context.caller
        return f"{caller.label} {caller.request_id}"

    @resolver()
    async def gateways(self, info: Info) -> str:
        return ",".join(info.context.gateways)

    @resolver()
    async def mailer(self, info: Info) -> str:
        return type(info.context.mailer).__name__

    @resolver()
    async def notifier(self, info: Info) -> str:
        return type(info.context.notifier).__name__

    @resolver()
    async def setting(self, info: Info) -> int:
        port: int = info.context.settings.port
        return port

    @resolver()
    async def database(self) -> str:
        return cast("str", await fetch_value("SELECT current_database()"))


@pytest.fixture
def client(app: FastAPI) -> Client:
    app.state.graphql = Endpoint(build(Query))
    return Client(app)


async def answer(client: Client, field: str) -> Any:
    return (await client.ask("{ %s }" % field))[field]  # noqa: UP031 - braces


async def test_the_caller(app: FastAPI, client: Client) -> None:
    app.dependency_overrides[dependencies.caller] = lambda: replace(
        Caller.system("test"), request_id="mine"
    )
    assert await answer(client, "caller") == "system.test mine"


async def test_the_clock(client: Client, clock: StoppedClock) -> None:
    assert await answer(client, "now") == NOW.isoformat()
    clock.instant += timedelta(days=1)
    assert await answer(client, "now") == (NOW + timedelta(days=1)).isoformat()


async def test_the_clock_moves_the_end_of_a_token(client: Client, clock: StoppedClock) -> None:
    token = await factories.sign_in(await factories.user())
    signed_in = client.holding(token=token)
    assert (await answer(signed_in, "caller")).startswith("Customer ")
    clock.instant += timedelta(minutes=16)
    assert await signed_in.codes("{ caller }") == ["UNAUTHENTICATED"]


async def test_the_gateways(app: FastAPI, client: Client) -> None:
    assert await answer(client, "gateways") == "fake,manual"
    app.dependency_overrides[dependencies.gateways] = lambda: {"other": None}
    assert await answer(client, "gateways") == "other"


async def test_the_mailer(app: FastAPI, client: Client) -> None:
    assert await answer(client, "mailer") == "LoggedMailer"
    app.dependency_overrides[dependencies.mailer] = NotedMailer
    assert await answer(client, "mailer") == "NotedMailer"


async def test_the_notifier(app: FastAPI, client: Client) -> None:
    assert await answer(client, "notifier") == "Notifier"
    app.dependency_overrides[dependencies.notifier] = NotedMailer
    assert await answer(client, "notifier") == "NotedMailer"


async def test_they_are_the_same_over_a_websocket(app: FastAPI, client: Client) -> None:
    app.dependency_overrides[dependencies.mailer] = NotedMailer
    async with served(app) as serving, talking(serving.port) as talk:
        await talk.introduce()
        assert await talk.answer("{ mailer now }") == {
            "mailer": "NotedMailer",
            "now": NOW.isoformat(),
        }


async def test_the_settings(app: FastAPI, client: Client) -> None:
    app.dependency_overrides[dependencies.settings] = lambda: Settings(port=1234)
    assert await answer(client, "setting") == 1234


@pytest.fixture
async def other_database(database: Database) -> AsyncIterator[Database]:
    """Another database of the same server, without any table."""
    admin = await asyncpg.connect(database.url)
    name = f"{await admin.fetchval('SELECT current_database()')}_other"
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name}")
    other = Database(database.url.rpartition("/")[0] + f"/{name}", pool_min=1, pool_max=2)
    await other.open()
    yield other
    await other.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_the_database(app: FastAPI, client: Client, other_database: Database) -> None:
    here = await answer(client, "database")
    app.dependency_overrides[dependencies.database] = lambda: other_database
    assert await answer(client, "database") == f"{here}_other"
    app.dependency_overrides.pop(dependencies.database)


async def test_the_database_in_which_the_caller_is_looked_up(
    app: FastAPI, client: Client, other_database: Database
) -> None:
    token = await factories.sign_in(await factories.user())
    signed_in = client.holding(token=token)
    assert (await answer(signed_in, "caller")).startswith("Customer ")
    app.dependency_overrides[dependencies.database] = lambda: other_database
    response = await signed_in.send("{ caller }")
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_the_settings_of_a_probe_too(
    app: FastAPI, client: Client, database: Database
) -> None:
    async with app.state.vitals.watched(database, app.state.clock, {}):
        app.state.vitals.database = State.AWAY
        assert (await client.request("GET", "/health/ready")).status_code == 503
        app.dependency_overrides[dependencies.settings] = lambda: Settings(
            ready_requires_database=False
        )
        assert (await client.request("GET", "/health/ready")).status_code == 200


EVERYTHING = "{ now caller gateways mailer setting database }"


@pytest.mark.parametrize(
    ("method", "form"),
    [
        ("GET", {"params": {"query": EVERYTHING}}),
        ("POST", {"json": {"query": EVERYTHING}}),
        ("POST", {"json": {"query": "{ nothing }"}}),
        ("POST", {"json": []}),
        ("POST", {"content": b"{}", "headers": {"content-type": "text/plain"}}),
        ("POST", {"json": {"query": EVERYTHING}, "headers": {"authorization": "Bearer x"}}),
        ("GET", {"params": {"query": EVERYTHING}, "headers": {"accept": "image/png"}}),
        ("PUT", {}),
    ],
)
async def test_where_nothing_is_overridden_all_is_as_when_something_is(
    app: FastAPI, client: Client, clock: StoppedClock, method: str, form: dict[str, Any]
) -> None:
    given = app.dependency_overrides
    app.state.clock = clock
    app.state.database = given[dependencies.database]()
    app.state.gateways = given[dependencies.gateways]()
    form["headers"] = {**form.get("headers", {}), "x-request-id": "same"}
    answers = []
    for overrides in ({}, given):
        app.dependency_overrides = overrides
        answers.append(await client.request(method, **{**form, "headers": {**form["headers"]}}))
    direct, solved = answers
    assert direct.status_code == solved.status_code
    assert sorted(direct.headers) == sorted(solved.headers)
    assert direct.json().get("data") == solved.json().get("data")
    assert direct.json().get("errors") == solved.json().get("errors")
