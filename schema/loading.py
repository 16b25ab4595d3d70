"""Reading each thing once, and together what is asked for at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Read(Generic[K]):
    """One call of the batch: for which keys, and how many wait for it."""

    __slots__ = ("keys", "task", "waiting")

    def __init__(self) -> None:
        self.keys: list[K] = []
        self.task: asyncio.Task[Any]
        self.waiting = 0


class Loader(Generic[K, T]):
    """Gathers the keys of one turn of the event loop and reads them with one call of a batch.

    What was found, or went wrong, stays as it is for the loader's life: that of one operation. It
    takes many keys at once, with one future for all of them: a future for each would cost more
    than most reads. A read is called off when nobody waits for it any more, and not before: who
    fails beside others, or hangs up, does not speak for them.
    """

    def __init__(self, batch: Callable[[list[K]], Awaitable[Sequence[T]]]) -> None:
        self._batch = batch
        self._found: dict[K, T] = {}
        self._reads: dict[K, _Read[K]] = {}
        self._next: _Read[K] | None = None

    async def load(self, key: K) -> T:
        """Read one thing."""
        if key not in self._found:
            if key not in self._reads:
                self._gather([key])
            await self._wait((self._reads[key],))
        return self._found[key]

    async def load_all(self, keys: Sequence[K]) -> list[T]:
        """Read many things, in the order of their keys, which may repeat."""
        found, reads = self._found, self._reads
        missing = dict.fromkeys(key for key in keys if key not in found)
        if new := [key for key in missing if key not in reads]:
            self._gather(new)
        await self._wait({reads[key] for key in missing})
        return [found[key] for key in keys]

    def _gather(self, keys: list[K]) -> None:
        """Read these keys with the next call."""
        read = self._next
        if read is None:
            read = self._next = _Read()
            read.task = asyncio.ensure_future(self._run(read))
        read.keys += keys
        self._reads.update(dict.fromkeys(keys, read))

    async def _run(self, read: _Read[K]) -> None:
        """Read what was gathered until the event loop came round to us."""
        self._next = None
        self._found.update(zip(read.keys, await self._batch(read.keys), strict=True))

    async def _wait(self, reads: Collection[_Read[K]]) -> None:
        for read in reads:
            read.waiting += 1
        try:
            for read in reads:
                await asyncio.shield(read.task)
        finally:
            for read in reads:
                read.waiting -= 1
                if not read.waiting and not read.task.done():
                    self._call_off(read)

    def _call_off(self, read: _Read[K]) -> None:
        """End a read that nobody waits for; whoever asks for its keys later begins another."""
        read.task.cancel()
        if self._next is read:
            self._next = None
        for key in read.keys:
            del self._reads[key]
