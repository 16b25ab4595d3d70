"""What is asked for at the same time is read together, and for as long as somebody waits."""

import asyncio
from collections.abc import Callable
from typing import Final

import pytest

from schema.loading import Loader

BLINK: Final = 0.01


class Shelf:
    """Reads slowly, and knows what was asked of it and what was called off."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.called_off: list[list[int]] = []
        self.opens = asyncio.Event()

    async def read(self, keys: list[int]) -> list[str]:
        self.asked.append(list(keys))
        try:
            await self.opens.wait()
        except asyncio.CancelledError:
            self.called_off.append(list(keys))
            raise
        if 13 in keys:
            raise LookupError("13")
        return [str(key) for key in keys]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def loader(shelf: Shelf) -> Loader[int, str]:
    return Loader(shelf.read)


async def let_go(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_asked_in_one_turn_is_read_with_one_call(
    shelf: Shelf, loader: Loader[int, str]
) -> None:
    shelf.opens.set()
    one, some = await asyncio.gather(loader.load(1), loader.load_all([2, 1, 2]))
    assert (one, some) == ("1", ["2", "1", "2"])
    assert await loader.load_all([1, 3]) == ["1", "3"]
    assert shelf.asked == [[1, 2], [3]]


async def test_a_read_that_fails_fails_for_all_who_asked(
    shelf: Shelf, loader: Loader[int, str]
) -> None:
    shelf.opens.set()
    both = await asyncio.gather(loader.load(13), loader.load_all([4, 13]), return_exceptions=True)
    assert [str(each) for each in both] == ["13", "13"]
    with pytest.raises(LookupError):
        await loader.load(13)
    assert shelf.asked == [[13, 4]]


class TestWhoIsAlone:
    async def test_reads_at_once_and_each_thing_once(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        shelf.opens.set()
        tasks = asyncio.all_tasks()
        assert await loader.load_all_alone([2, 1, 2]) == ["2", "1", "2"]
        assert asyncio.all_tasks() == tasks
        assert await loader.load_all_alone([1, 3]) == ["1", "3"]
        assert await loader.load_all([3, 2]) == ["3", "2"]
        assert shelf.asked == [[2, 1], [3]]

    async def test_is_told_again_what_went_wrong(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        shelf.opens.set()
        for load in (loader.load_all_alone, loader.load_all_alone, loader.load_all):
            with pytest.raises(LookupError):
                await load([13, 4])
        assert shelf.asked == [[13, 4]]

    async def test_joins_a_read_that_has_begun(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        begun = asyncio.create_task(loader.load(1))
        await asyncio.sleep(BLINK)
        shelf.opens.set()
        assert await loader.load_all_alone([1, 2]) == ["1", "2"]
        assert await begun == "1"
        assert shelf.asked == [[1], [2]]

    async def test_leaves_nothing_behind_when_called_off(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        alone = asyncio.create_task(loader.load_all_alone([1, 2]))
        await asyncio.sleep(BLINK)
        await let_go(alone)
        shelf.opens.set()
        assert await loader.load_all([2]) == ["2"]
        assert (shelf.asked, shelf.called_off) == ([[1, 2], [2]], [[1, 2]])


class TestWhoIsCalledOff:
    async def test_leaves_the_read_to_the_others(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        first, second = [asyncio.create_task(loader.load(1)) for _ in range(2)]
        await asyncio.sleep(BLINK)
        await let_go(first)
        shelf.opens.set()
        assert await second == "1"
        assert (shelf.asked, shelf.called_off) == ([[1]], [])

    @pytest.mark.parametrize("wait", [lambda: asyncio.sleep(0), lambda: asyncio.sleep(BLINK)])
    async def test_ends_a_read_that_nobody_else_waits_for(
        self, shelf: Shelf, loader: Loader[int, str], wait: Callable[[], asyncio.Future[None]]
    ) -> None:
        """In the middle of it, and before it has begun."""
        alone = asyncio.create_task(loader.load_all([1, 2]))
        await wait()
        await let_go(alone)
        await asyncio.sleep(0)
        assert shelf.called_off == shelf.asked
        shelf.opens.set()
        assert await loader.load_all([2, 3]) == ["2", "3"]
        assert shelf.asked[-1] == [2, 3]

    async def test_takes_nothing_from_who_waits_for_another_read_first(
        self, shelf: Shelf, loader: Loader[int, str]
    ) -> None:
        early = asyncio.create_task(loader.load(1))
        await asyncio.sleep(BLINK)
        late = asyncio.create_task(loader.load(2))
        both = asyncio.create_task(loader.load_all([1, 2]))
        await asyncio.sleep(BLINK)
        await let_go(late)
        await let_go(early)
        shelf.opens.set()
        assert await both == ["1", "2"]
        assert (shelf.asked, shelf.called_off) == ([[1], [2]], [])
