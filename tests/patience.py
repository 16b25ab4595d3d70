"""What clients do who are told that the shop is busy."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from db.errors import Unavailable

T = TypeVar("T")

_TRIES = 20


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call again as long as it is refused with UNAVAILABLE: nothing was done, try later.

    For crowds of callers in one process, on a machine that is busy with other tests.
    """
    for attempt in range(_TRIES):
        try:
            return await call()
        except Unavailable:
            await asyncio.sleep(0.05 * attempt)
    return await call()
