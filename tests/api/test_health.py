"""Probes say how this process is, and wait for nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from api import dependencies, health
from api.health import State, Vitals
from db import orders
from db.config import Database
from db.errors import Reason, Unavailable
from db.orders import OrderStatus
from tests import factories
from tests.client import Client, StoppedClock
from tests.conftest import NOW


async def probe(client: Client, name: str) -> tuple[int, str]:
    response = await client.request("GET", f"/health/{name}")
    return response.status_code, response.json()["status"]


class TestBeforeTheStart:
    async def test_only_live_says_yes(self, client: Client) -> None:
        assert await probe(client, "startup") == (503, "starting")
        assert await probe(client, "ready") == (503, "starting")
        assert await probe(client, "live") == (200, "ok")


class TestAfterTheStart:
    @pytest.fixture(autouse=True)
    async def _started(
        self, app: FastAPI, database: Database, clock: StoppedClock
    ) -> AsyncIterator[None]:
        async with app.state.vitals.watched(database, clock, {}):
            yield

    async def test_all_say_yes(self, client: Client) -> None:
        for name in ("startup", "ready", "live"):
            assert await probe(client, name) == (200, "ok")

    async def test_a_person_gets_a_summary(self, client: Client) -> None:
        summary = (await client.request("GET", "/health")).json()
        assert summary["status"] == "ok"
        assert summary["database"] == "ok"
        assert summary["uptimeSeconds"] >= 0

    async def test_a_worker_that_does_not_work_is_seen(self, client: Client) -> None:
        await factories.order(status=OrderStatus.PENDING, at=NOW - timedelta(minutes=20))
        app_vitals = client.app.state.vitals
        app_vitals.seconds_behind = await orders.seconds_behind(NOW, {})

        summary = (await client.request("GET", "/health")).json()

        assert summary["secondsBehind"] == {
            "expiry": 300,
            "reconciliation": 0,
            "gateway_events": 0,
            "holds": 0,
            "cleaning": 0,
        }

    async def test_draining_is_not_ready_but_live(self, app: FastAPI, client: Client) -> None:
        app.state.draining = True
        assert await probe(client, "ready") == (503, "draining")
        assert await probe(client, "live") == (200, "ok")

    async def test_a_database_that_is_away_makes_it_not_ready(
        self, app: FastAPI, client: Client
    ) -> None:
        app.state.vitals.database = State.AWAY
        assert await probe(client, "ready") == (503, "away")
        assert await probe(client, "live") == (200, "ok")

    async def test_a_database_that_is_away_for_all_need_not_make_it_not_ready(
        self, app: FastAPI, client: Client
    ) -> None:
        app.state.vitals.database = State.AWAY
        settings = app.state.settings.having(ready_requires_database=False)
        app.dependency_overrides[dependencies.settings] = lambda: settings
        assert await probe(client, "ready") == (200, "ok")

    async def test_a_slow_loop_makes_it_not_ready(self, app: FastAPI, client: Client) -> None:
        app.state.vitals.lag_seconds = 2.0
        assert await probe(client, "ready") == (503, "slow")


class TestVitals:
    async def test_notice_a_loop_that_was_blocked(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(health, "LOOK_SECONDS", 0.01)
        vitals = Vitals()
        async with vitals.watched(database, StoppedClock(NOW), {}):
            await asyncio.sleep(0.02)
            time.sleep(0.2)  # noqa: ASYNC251 - this is what a blocked loop is
            await asyncio.sleep(0.001)
            assert vitals.lag_seconds > 0.1

    async def test_notice_a_pool_that_stays_empty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "LOOK_SECONDS", 0.01)
        monkeypatch.setattr(health, "STUCK_SECONDS", 0.05)
        vitals = Vitals()
        vitals.started_at = 0.0

        class Full:
            is_saturated = True

        watching = asyncio.create_task(vitals._watch_loop(Full()))  # type: ignore[arg-type]
        await asyncio.sleep(0.02)
        assert vitals.ready(requires_database=False) is State.OK
        await asyncio.sleep(0.1)
        assert vitals.ready(requires_database=False) is State.SATURATED
        Full.is_saturated = False
        await asyncio.sleep(0.03)
        assert vitals.ready(requires_database=False) is State.OK
        watching.cancel()

    async def test_notice_a_database_that_goes_away(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def nothing(_sql: str) -> None:
            raise Unavailable(Reason.DATABASE)

        vitals = Vitals()
        await vitals._look_at_database(database)
        assert str(vitals.database) == "ok"
        monkeypatch.setattr(health, "fetch_value", nothing)
        await vitals._look_at_database(database)
        assert str(vitals.database) == "away"
