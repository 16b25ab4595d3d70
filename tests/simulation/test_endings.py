"""SIM-2: every history ends, whatever happens in it, and the next one is told as if it had not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from db.base import atomically, execute
from tests.simulation import loop, scheduling
from tests.simulation.loop import Stuck, VirtualLoop
from tests.simulation.scheduling import STANDSTILL
from tests.simulation.simulation import Simulation, simulation
from tests.simulation.world import World

pytestmark = pytest.mark.timeout(120)

Work = Callable[[], Awaitable[None]]
Story = Callable[[World], Awaitable[None]]
TellStory = Callable[[Story], str | None]


@pytest.fixture
def tell(database_url: str, monkeypatch: pytest.MonkeyPatch) -> TellStory:
    """A function that tells another story than usual, then a usual one, and closes all."""

    def tell(story: Story) -> str | None:
        with simulation(database_url) as tell:
            with monkeypatch.context() as patch:
                patch.setattr(Simulation, "_story", lambda _, world: _calmly(story, world))
                violation: str | None = tell(0).violation
            monkeypatch.undo()  # how the test has shortened its patience
            assert tell(0).violation is None
        return violation

    return tell


async def _calmly(story: Story, world: World) -> None:
    """Tell a story in which only that goes wrong which it says."""
    world.scheduler.calm()
    await story(world)


def _begin(world: World, name: str, work: Work) -> "asyncio.Task[None]":
    """Let a process of its own do something in one transaction."""
    return world.loop.create_task(
        world.run(world.process(name), name, lambda: atomically(work)), name=name
    )


async def _change() -> None:
    await execute("UPDATE shop SET name = $1", "Another")


async def _change_and_sleep() -> None:
    await _change()
    await asyncio.sleep(3600)


async def _change_and_stop() -> None:
    await _change()
    await asyncio.Event().wait()


class TestAHistoryThatBreaksOff:
    def test_ends_who_sleeps_in_a_transaction(self, tell: TellStory) -> None:
        async def story(world: World) -> None:
            sleeper = _begin(world, "sleeper", _change_and_sleep)
            await asyncio.sleep(1000)
            raise AssertionError(sleeper.done())

        assert tell(story) == "False"

    def test_ends_those_who_wait_for_a_lock(self, tell: TellStory) -> None:
        async def story(world: World) -> None:
            await asyncio.gather(
                *(_begin(world, name, _change_and_stop) for name in ("ada", "ben", "cleo"))
            )

        assert tell(story) == STANDSTILL


class TestAHistoryThatDoesNotEnd:
    def test_is_told_so_far(self, tell: TellStory, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scheduling, "MOST_STEPS", 500)

        async def story(world: World) -> None:
            while True:
                await _begin(world, "Sisyphus", _change)

        assert tell(story) == "Not so: A history ends. This one goes on after 500 steps."

    def test_is_told_when_a_statement_is_not_answered(
        self, tell: TellStory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scheduling, "PATIENCE_SECONDS", 0.2)

        async def story(world: World) -> None:
            async def sleep() -> None:
                await execute("SELECT pg_sleep(3600)")

            await _begin(world, "sleeper", sleep)

        assert tell(story) == "PostgreSQL did not answer within 0 seconds."


class TestALoopThatWouldNotEnd:
    def test_is_left_when_nobody_comes_to_rest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loop, "MOST_ROUNDS", 1000)

        async def run() -> None:
            while True:  # noqa: ASYNC110 - the wrong way to wait
                await asyncio.sleep(0)

        with (
            asyncio.Runner(loop_factory=VirtualLoop) as runner,
            pytest.raises(Stuck, match=r"Nobody came to rest in 1,000 rounds\."),
        ):
            runner.run(run())

    def test_is_left_when_nothing_is_heard(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loop, "PATIENCE_SECONDS", 0.1)

        with (
            asyncio.Runner(loop_factory=VirtualLoop) as runner,
            pytest.raises(Stuck, match=r"Nothing was heard"),
        ):
            runner.run(asyncio.Event().wait())
