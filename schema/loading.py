"""Reading each thing once, and together what is asked for at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class _Read(Generic[K]):
    """One call of the batch: for which keys, and who waits for it."""

    __slots__ = ("error", "is_over", "keys", "places", "task")

    def __init__(self) -> None:
        self.keys: list[K] = []
        self.places: list[asyncio.Future[None]] = []
        self.task: asyncio.Task[None]
        self.is_over = False
        self.error: BaseException | None = None

    def place(self) -> asyncio.Future[None]:
        """Make what one may wait on, and be called off without the others."""
        place = asyncio.get_running_loop().create_future()
        self.places.append(place)
        return place

    def end(self, error: BaseException | None = None) -> None:
        """Let all go on who wait."""
        self.is_over, self.error = True, error
        for place in self.places:
            if not place.done():
                place.set_result(None)


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

    async def load_all_alone(self, keys: Sequence[K]) -> list[T]:
        """Read many things for one beside whom nobody asks: at once, and without a task."""
        found = self._found
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            if self._reads:  # some may be among them, or have gone wrong
                return await self.load_all(keys)
            try:
                found.update(zip(missing, await self._batch(missing), strict=True))
            except Exception as error:
                self._failed(missing, error)
                raise
        return [found[key] for key in keys]

    def _failed(self, keys: list[K], error: Exception) -> None:
        """Remember what went wrong."""
        read = _Read[K]()
        read.end(error)
        self._reads.update(dict.fromkeys(keys, read))

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
        try:
            found = await self._batch(read.keys)
            self._found.update(zip(read.keys, found, strict=True))
        except BaseException as error:
            read.end(error)  # all who asked hear of it
            if isinstance(error, asyncio.CancelledError):
                raise
        else:
            read.end()

    async def _wait(self, reads: Collection[_Read[K]]) -> None:
        places = [read.place() for read in reads if not read.is_over]
        try:
            for place in places:
                await place
        except asyncio.CancelledError:
            for place in places:
                place.cancel()
            for read in reads:
                self._call_off_if_unwanted(read)
            raise
        for read in reads:
            if read.error is not None:
                raise read.error

    def _call_off_if_unwanted(self, read: _Read[K]) -> None:
        """End a read that nobody waits for; whoever asks for its keys later begins another."""
        if read.is_over or not all(place.done() for place in read.places):
            return
        read.task.cancel()
        if self._next is read:
            self._next = None
        for key in read.keys:
            self._reads.pop(key, None)
