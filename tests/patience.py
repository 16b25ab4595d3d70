"""To try again until it works, but not for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from db.errors import Unavailable
from db.payments import GatewayUnknown

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


async def until_done(work: Callable[[], Awaitable[T]]) -> T:
    """Do what may be told to come back later."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(Unavailable, GatewayUnknown):
                return await work()
            await asyncio.sleep(0.1)
