"""How this process is: for the machines that watch it, and for people.

A probe reads what is known already and never waits for anything, least of all for the database.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

from api.dependencies import settings
from api.settings import Settings
from db import orders
from db.base import fetch_value
from db.clock import Clock
from db.config import Database
from db.payments import Gateways

LOOK_SECONDS: Final = 0.5
WORK_SECONDS: Final = 10.0
STUCK_SECONDS: Final = 5.0
"""A loop that did not turn for so long is stuck, a pool that was empty for so long is saturated."""
SLOW_SECONDS: Final = 1.0
DATABASE_SECONDS: Final = 1.0


class State(StrEnum):
    """How a part of the process is."""

    OK = "ok"
    STARTING = "starting"
    DRAINING = "draining"
    SLOW = "slow"
    SATURATED = "saturated"
    AWAY = "away"


class Probe(BaseModel):
    """The answer to a probe: 200 with ``ok``, else 503 with the reason."""

    status: State


class Health(BaseModel):
    """A summary for people."""

    status: State
    version: str
    uptime_seconds: Annotated[int, Field(serialization_alias="uptimeSeconds")]
    database: State
    loop_lag_milliseconds: Annotated[int, Field(serialization_alias="loopLagMilliseconds")]
    seconds_behind: Annotated[
        Mapping[str, int],
        Field(
            serialization_alias="secondsBehind",
            description="How long ago the worker should have done what waits longest, by job.",
        ),
    ]


class Vitals:
    """What is known about this process: looked at again and again, in the background."""

    def __init__(self) -> None:
        self.started_at: float | None = None
        self.draining = False
        self.database = State.STARTING
        self.lag_seconds = 0.0
        self.seconds_behind: Mapping[str, int] = {}
        self._turned_at = time.monotonic()
        self._saturated_since: float | None = None

    @contextlib.asynccontextmanager
    async def watched(
        self, database: Database, clock: Clock, gateways: Gateways
    ) -> AsyncIterator[None]:
        """Watch the loop, the database and the worker's work while the block runs."""
        await self._look_at_database(database)
        self.started_at = time.monotonic()
        tasks = [
            asyncio.create_task(self._watch_loop(database)),
            asyncio.create_task(self._watch_database(database)),
            asyncio.create_task(self._watch_work(database, clock, gateways)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def live(self) -> State:
        """Whether the process makes progress."""
        return State.SLOW if time.monotonic() - self._turned_at > STUCK_SECONDS else State.OK

    def startup(self) -> State:
        """Whether the process has started."""
        return State.STARTING if self.started_at is None else State.OK

    def ready(self, *, requires_database: bool) -> State:
        """Whether the process should be given requests."""
        if self.started_at is None:
            return State.STARTING
        if self.draining:
            return State.DRAINING
        if self.lag_seconds > SLOW_SECONDS:
            return State.SLOW
        if self._is_saturated():
            return State.SATURATED
        if requires_database and self.database is not State.OK:
            return self.database
        return State.OK

    def _is_saturated(self) -> bool:
        since = self._saturated_since
        return since is not None and time.monotonic() - since > STUCK_SECONDS

    async def _watch_loop(self, database: Database) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)
            self._turned_at = time.monotonic()
            self.lag_seconds = max(0.0, self._turned_at - before - LOOK_SECONDS)
            if not database.is_saturated:
                self._saturated_since = None
            elif self._saturated_since is None:
                self._saturated_since = self._turned_at

    async def _watch_database(self, database: Database) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._look_at_database(database)

    async def _watch_work(self, database: Database, clock: Clock, gateways: Gateways) -> None:
        while True:
            with contextlib.suppress(Exception), database.used():  # a summary, never a trouble
                self.seconds_behind = await orders.seconds_behind(clock.now(), gateways)
            await asyncio.sleep(WORK_SECONDS)

    async def _look_at_database(self, database: Database) -> None:
        try:
            with database.used():
                async with asyncio.timeout(DATABASE_SECONDS):
                    await fetch_value("SELECT 1")
        except Exception:  # noqa: BLE001 - for whatever reason, it does not answer
            self.database = State.AWAY
        else:
            self.database = State.OK


async def vitals(connection: HTTPConnection) -> Vitals:
    """What is known about this process."""
    known: Vitals = connection.app.state.vitals
    known.draining = known.draining or getattr(connection.app.state, "draining", False)
    return known


Known = Annotated[Vitals, Depends(vitals)]
UNAVAILABLE: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": Probe, "description": "Not now, and why."}
}

router = APIRouter(prefix="/health", tags=["health"])


@router.get("", summary="A summary for people")
async def health(vitals: Known) -> Health:
    """Say how the process is; the status is always 200."""
    uptime = time.monotonic() - vitals.started_at if vitals.started_at else 0
    return Health(
        status=vitals.ready(requires_database=True),
        version=_version(),
        uptime_seconds=int(uptime),
        database=vitals.database,
        loop_lag_milliseconds=int(vitals.lag_seconds * 1000),
        seconds_behind=vitals.seconds_behind,
    )


@router.get("/live", summary="Does this process make progress?", responses=UNAVAILABLE)
async def live(vitals: Known, response: Response) -> Probe:
    """Fail only where a restart would help."""
    return _answer(vitals.live(), response)


@router.get("/ready", summary="Should this process be given requests?", responses=UNAVAILABLE)
async def ready(
    vitals: Known, settings: Annotated[Settings, Depends(settings)], response: Response
) -> Probe:
    """Fail while starting, draining, too slow, or out of database connections."""
    requires = settings.ready_requires_database
    return _answer(vitals.ready(requires_database=requires), response)


@router.get("/startup", summary="Has this process started?", responses=UNAVAILABLE)
async def startup(vitals: Known, response: Response) -> Probe:
    """Fail until the process has started."""
    return _answer(vitals.startup(), response)


def _answer(state: State, response: Response) -> Probe:
    response.status_code = 200 if state is State.OK else 503
    response.headers["Cache-Control"] = "no-store"
    return Probe(status=state)


def _version() -> str:
    try:
        return version("tradepost")
    except PackageNotFoundError:
        return "development"
