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
            if key not in self._arrivals:
                self._gather([key])
            await self._arrivals[key]
        return self._found[key]

    async def load_all(self, keys: Sequence[K]) -> list[T]:
        """Read many things, in the order of their keys, which may repeat."""
        found, arrivals = self._found, self._arrivals
        missing = dict.fromkeys(key for key in keys if key not in found)
        if new := [key for key in missing if key not in arrivals]:
            self._gather(new)
        for arrival in {arrivals[key] for key in missing}:
            await arrival
        return [found[key] for key in keys]

    def _gather(self, keys: list[K]) -> None:
        """Read these keys with the next call."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._read())
        self._gathered += keys
        self._arrivals.update(dict.fromkeys(keys, self._coming))

    async def _read(self) -> None:
        """Read what was gathered until the event loop came round to us."""
        keys, self._gathered, self._coming = self._gathered, [], None
        self._found.update(zip(keys, await self._batch(keys), strict=True))
