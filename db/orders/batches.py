"""Doing the same to each of many orders, several at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from db.errors import Unavailable

logger = logging.getLogger(__name__)

BATCH: Final = 50
"""How many a worker takes at a time; where there are more, it comes again at once."""
LEASE: Final = timedelta(minutes=1)
"""How long the others leave an order to the worker that took it; if that dies, it is theirs."""
AT_ONCE: Final = 8
"""A gateway may take its time: the others do not wait for one."""


async def each(ids: Sequence[UUID], do: Callable[[UUID], Awaitable[None]], what: str) -> int:
    """Do something to each, the oldest first, and return how many those were.

    One with a fault does not hold up the others: ``what`` names it in the log.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(id: UUID) -> None:
        async with gate:
            try:
                await do(id)
            except Unavailable as fault:
                logger.warning("%s %s is tried again later: %s", what, id, fault)
            except Exception:  # whatever it is, the others have nothing to do with it
                logger.exception("%s %s failed", what, id)

    await asyncio.gather(*(one(each_id) for each_id in sorted(ids)))
    return len(ids)
