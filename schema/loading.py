"""Reading each thing once, and together what is asked for at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Loader(Generic[K, T]):
    """Gathers the keys of one turn of the event loop and reads them with one call of a batch.

    What was found, or went wrong, stays as it is for the loader's life: that of one operation. It
    takes many keys at once, with one future for all of them: a future for each would cost more
    than most reads.
    """

    def __init__(self, batch: Callable[[list[K]], Awaitable[Sequence[T]]]) -> None:
        self._batch = batch
        self._found: dict[K, T] = {}
        self._arrivals: dict[K, asyncio.Task[None]] = {}
        self._gathered: list[K] = []
        self._coming: asyncio.Task[None] | None = None

    async def load(self, key: K) -> T:
        """Read one thing."""
        if key not in self._found:
            await self._arrival(key)
        return self._found[key]

    async def load_all(self, keys: Sequence[K]) -> list[T]:
        """Read many things, in the order of their keys, which may repeat."""
        found = self._found
        missing = [key for key in keys if key not in found]
        for arrival in {self._arrival(key) for key in missing}:
            await arrival
        return [found[key] for key in keys]

    def _arrival(self, key: K) -> asyncio.Task[None]:
        """Return the read that a key comes with: the next one, if it is in none yet."""
        arrival = self._arrivals.get(key)
        if arrival is None:
            if self._coming is None:
                self._coming = asyncio.ensure_future(self._read())
            self._gathered.append(key)
            arrival = self._arrivals[key] = self._coming
        return arrival

    async def _read(self) -> None:
        """Read what was gathered until the event loop came round to us."""
        keys, self._gathered, self._coming = self._gathered, [], None
        self._found.update(zip(keys, await self._batch(keys), strict=True))
