"""People who buy one thing after another while something goes wrong, and what must be true then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID, uuid4

from db import ids
from db.base import fetch, fetch_value
from tests.buying import reserved
from tests.patience import PATIENCE_SECONDS
from tests.torture.door import Door, half_a_minute_goes_by, insist

BUYERS: Final = 6


class Buyers:
    """People who buy one unit after another, each until it is answered, under one key."""

    def __init__(self, door: Door, variant: UUID) -> None:
        self.door = door
        self.variant = variant
        self.stopping = False
        self.told: list[str] = []
        """The orders that somebody was told of."""

    async def shop(self) -> None:
        while not self.stopping:
            order = await insist(self.door, self.variant, str(uuid4()))
            self.told.append(order["id"])

    @asynccontextmanager
    async def shopping(self) -> AsyncIterator[None]:
        """Buy while the block runs; then see to it that what was begun is done.

        How long the trouble lasts is the block's affair. What is asked of the shop is that all get
        their answer once it is over.
        """
        tasks = [asyncio.create_task(self.shop()) for _ in range(BUYERS)]
        try:
            yield
            self.stopping = True
            async with asyncio.timeout(PATIENCE_SECONDS):
                await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await half_a_minute_goes_by()
        async with asyncio.timeout(PATIENCE_SECONDS):
            waiting = "SELECT count(*) FROM orders WHERE status = 'PENDING'"
            while await fetch_value(waiting):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.1)

    async def check(self) -> None:
        """Look whether each order that was told of is there once, with its stock and its money."""
        told = {ids.decode("order", each) for each in self.told}
        assert len(told) == len(self.told)
        rows = await fetch("SELECT id FROM orders WHERE status = 'PLACED'")
        assert {row[0] for row in rows} == told
        assert await reserved(self.variant) == len(told)
        charged = await fetch_value(
            "SELECT count(*) FROM fake_gateway.operation WHERE kind = 'AUTHORIZE' AND captured"
        )
        assert charged == len(told)
