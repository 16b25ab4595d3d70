"""A query that takes too long, or that nobody waits for any more, ends."""

import asyncio
from typing import Any

import pytest

from api import departure
from api.departure import Left, Patience


async def stays() -> dict[str, Any]:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


async def leaves() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.fixture(autouse=True)
def watched_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(departure, "UNWATCHED_SECONDS", 0.01)


class TestPatience:
    @pytest.mark.parametrize("receive", [None, stays])
    async def test_ends_with_its_time(self, receive: Any) -> None:
        with pytest.raises(TimeoutError), Patience(0.03, receive):
            await asyncio.sleep(60)

    async def test_ends_when_its_client_leaves(self) -> None:
        with pytest.raises(Left), Patience(60, leaves):
            await asyncio.sleep(60)
        await asyncio.sleep(0)
        current = asyncio.current_task()
        assert current is not None
        assert current.cancelling() == 0

    async def test_leaves_what_is_done_in_time_alone(self) -> None:
        with Patience(0.02, stays):
            await asyncio.sleep(0)
        await asyncio.sleep(0.04)

    async def test_lets_a_cancellation_from_outside_through(self) -> None:
        async def patient() -> None:
            with Patience(60, stays):
                await asyncio.sleep(60)

        task = asyncio.create_task(patient())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
