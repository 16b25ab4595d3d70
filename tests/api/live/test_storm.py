"""Clients that lose their connection again and again end with the final state (SUB-1)."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Final

import pytest
from fastapi import FastAPI

from db.access import Role
from db.base import execute
from db.orders import Order
from tests import factories
from tests.api.live.talking import talking
from tests.db.events.test_notifier import tell
from tests.goods import make_shop

CLIENTS: Final = 24
CHANGES: Final = 25
STAYS_SECONDS: Final = (0.02, 0.4)
PATIENCE_SECONDS: Final = 20.0
UPDATED: Final = "subscription($id: ID!) { orderUpdated(orderId: $id) { order { version } } }"


@dataclass
class Follower:
    """Follows an order, and is cut off after a moment; begins anew, until it has seen the end."""

    order: Order
    final: int
    dice: random.Random
    seen: list[int] = field(default_factory=list)
    connections: int = 0

    async def follow(self, port: int, token: str) -> None:
        while self.final not in self.seen:
            self.connections += 1
            async with talking(port) as talk:
                await talk.introduce(authorization=f"Bearer {token}")
                await talk.ask(UPDATED, id=self.order.typeid)
                try:
                    async with asyncio.timeout(self.dice.uniform(*STAYS_SECONDS)):
                        while True:
                            update = (await talk.hear())["payload"]["data"]["orderUpdated"]
                            self.seen.append(update["order"]["version"])
                except TimeoutError:
                    continue


async def change(order: Order, dice: random.Random) -> None:
    for _ in range(CHANGES):
        await execute("UPDATE orders SET version = version + 1 WHERE id = $1", order.id)
        await tell(order.typeid)
        await asyncio.sleep(dice.uniform(0, 0.1))


@pytest.mark.parametrize("seed", [1, 2])
async def test_sub_1_a_storm_of_reconnections_loses_no_final_state(
    app: FastAPI, shop_port: int, seed: int
) -> None:
    await make_shop()
    dice = random.Random(seed)  # noqa: S311 - for a test
    token = await factories.sign_in(await factories.user(role=Role.SUPPORT))
    orders = [await factories.order() for _ in range(4)]
    followers = [
        Follower(order, order.version + CHANGES, dice)
        for order in orders
        for _ in range(CLIENTS // len(orders))
    ]
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(
            *(follower.follow(shop_port, token) for follower in followers),
            *(change(order, dice) for order in orders),
        )
    assert sum(follower.connections for follower in followers) > 2 * CLIENTS
    for follower in followers:
        assert follower.seen == sorted(follower.seen), "state never goes back"
    await asyncio.sleep(0.3)
    assert app.state.presence.count == 0
