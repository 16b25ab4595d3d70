"""A query that takes too long, or that nobody waits for any more, ends."""

import asyncio
from typing import Any

import pytest

from api.departure import Alarm, Left, Patience


async def stays() -> dict[str, Any]:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


async def leaves() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.fixture
def alarm() -> Alarm:
    return Alarm(0.01)


class TestPatience:
    @pytest.mark.parametrize("receive", [None, stays])
    async def test_ends_with_its_time(self, alarm: Alarm, receive: Any) -> None:
        with pytest.raises(TimeoutError), Patience(alarm, 0.03, receive):
            await asyncio.sleep(60)

    async def test_ends_when_its_client_leaves(self, alarm: Alarm) -> None:
        with pytest.raises(Left), Patience(alarm, 60, leaves):
            await asyncio.sleep(60)
        await asyncio.sleep(0)
        current = asyncio.current_task()
        assert current is not None
        assert current.cancelling() == 0

    async def test_leaves_what_is_done_in_time_alone(self, alarm: Alarm) -> None:
        with Patience(alarm, 0.02, stays):
            await asyncio.sleep(0)
        await asyncio.sleep(0.04)

    async def test_lets_a_cancellation_from_outside_through(self, alarm: Alarm) -> None:
        async def patient() -> None:
            with Patience(alarm, 60, stays):
                await asyncio.sleep(60)

        task = asyncio.create_task(patient())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def test_rings_for_each_in_its_time(self, alarm: Alarm) -> None:
        ended = list[tuple[str, str]]()

        async def wait(name: str, first: float, then: float) -> None:
            await asyncio.sleep(first)
            try:
                with Patience(alarm, 0.1, stays):
                    await asyncio.sleep(then)
                ended.append((name, "done"))
            except TimeoutError:
                ended.append((name, "late"))

        async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
            for name, first, then in (
                ("hangs", 0, 60),
                ("is quick", 0, 0),
                ("takes a while", 0, 0.05),
                ("hangs later", 0.2, 60),
                ("is quick later", 0.2, 0),
            ):
                tasks.create_task(wait(name, first, then))
        assert sorted(ended[:3]) == [
            ("hangs", "late"),
            ("is quick", "done"),
            ("takes a while", "done"),
        ]
        assert sorted(ended[3:]) == [("hangs later", "late"), ("is quick later", "done")]
