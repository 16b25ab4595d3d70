"""The supervisor keeps its processes alive, and gives up only on one that never lived."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from api import supervisor
from api.supervisor import ChildFailedError, Role, Supervisor

PATIENCE_SECONDS = 60

OBEDIENT = Role("obedient", "tests.api.children.obedient")
HANGING = Role("hanging", "tests.api.children.hanging")
FAILING = Role("failing", "tests.api.children.failing")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SILENCE_SECONDS", 2.0)
    monkeypatch.setattr(supervisor, "RESTART_PAUSE_SECONDS", 0.0)


class Started:
    """The processes that were started, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pids: list[int] = []
        self.another = asyncio.Event()
        start = supervisor.Child.start

        async def noted(role: Role) -> supervisor.Child:
            child = await start(role)
            self.pids.append(child.process.pid)
            self.another.set()
            return child

        monkeypatch.setattr(supervisor.Child, "start", noted)

    async def reach(self, count: int) -> None:
        while len(self.pids) < count:
            self.another.clear()
            await self.another.wait()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    return Started(monkeypatch)


async def supervised(
    *roles: Role, when_ready: Callable[[Supervisor], Coroutine[Any, Any, None]]
) -> None:
    """Supervise until `when_ready`, which runs once all are ready, tells it to stop."""
    ready = asyncio.Event()
    one = Supervisor(roles, ready.set)
    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(one.run())
        await ready.wait()
        await when_ready(one)
        one.stopping.set()


class TestSupervisor:
    async def test_starts_one_process_for_each_role_and_stops_them(self, started: Started) -> None:
        async def nothing(one: Supervisor) -> None:
            assert len(started.pids) == 2

        await supervised(OBEDIENT, OBEDIENT, when_ready=nothing)
        assert len(started.pids) == 2
        for pid in started.pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    async def test_starts_a_killed_process_again(self, started: Started) -> None:
        async def kill(one: Supervisor) -> None:
            os.kill(started.pids[0], signal.SIGKILL)
            await started.reach(2)

        await supervised(OBEDIENT, when_ready=kill)

    async def test_replaces_a_process_that_hangs(
        self, started: Started, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def wait(one: Supervisor) -> None:
            await started.reach(2)

        await supervised(HANGING, when_ready=wait)
        assert f"hanging (pid {started.pids[0]}) hangs; killed" in caplog.text

    async def test_gives_up_where_a_process_never_gets_ready(self, started: Started) -> None:
        with pytest.raises(ChildFailedError, match=r"failing did not start \(exit 7\)"):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await Supervisor([OBEDIENT, FAILING], lambda: None).run()
        assert len(started.pids) == 2

    async def test_a_child_ends_with_its_supervisor_even_if_that_was_killed(self) -> None:
        child = await supervisor.Child.start(OBEDIENT)
        ended = asyncio.create_task(child.watch())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await child.ready.wait()
            child.writer.close()  # all that a killed supervisor can still do
            assert await child.process.wait() == 1
            await ended
