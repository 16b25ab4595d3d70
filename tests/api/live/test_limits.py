"""What limits a request limits an operation over a WebSocket, and each of its messages."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from db import users
from db.base import execute
from db.limits import Buckets, Rate, Rates
from tests import factories
from tests.api.live.talking import talking
from tests.client import StoppedClock
from tests.db.events.test_notifier import tell
from tests.goods import make_shop

TOYS = "{ toys(first: 5) { nodes { number } } }"
UPDATED = "subscription($id: ID!) { orderUpdated(orderId: $id) { order { version } } }"


def a_minute(points: int) -> Buckets:
    """Let everybody spend so much in a minute."""
    rate = Rate(points, timedelta(minutes=1))
    return Buckets(
        Rates(guest=rate, user=rate, api_key=rate, checkout=rate, document=Rate(10**9, rate.period))
    )


async def test_an_operation_may_cost_no_more_than_one_may(toy_app: FastAPI, port: int) -> None:
    toy_app.state.settings = toy_app.state.settings.having(query_points=5)
    async with talking(port) as talk:
        await talk.introduce()
        await talk.ask(TOYS)
        assert await talk.codes() == ["QUERY_TOO_EXPENSIVE"]
        assert await talk.answer("{ __typename }")


async def test_operations_are_paid_from_the_callers_bucket(toy_app: FastAPI, port: int) -> None:
    toy_app.state.buckets = a_minute(10)
    async with talking(port) as talk:
        await talk.introduce()
        assert await talk.answer(TOYS)
        await talk.ask(TOYS)
        assert await talk.codes() == ["RATE_LIMITED"]


async def test_each_message_of_a_subscription_is_paid_for(
    app: FastAPI, shop_port: int, clock: StoppedClock
) -> None:
    await make_shop()
    guest_id, token = await users.make_guest(clock.now())
    order = await factories.order(guest_id=guest_id)
    app.state.buckets = a_minute(2)
    async with talking(shop_port) as talk:
        await talk.introduce(guestToken=token)
        await talk.ask(UPDATED, id=order.typeid)
        left = (await talk.hear())["payload"]["extensions"]["cost"]
        assert (left["requested"], left["remaining"]) == (1, 1)
        for number in range(2):
            await execute("UPDATE orders SET version = version + 1 WHERE id = $1", order.id)
            await tell(order.typeid)
            if number == 0:
                assert (await talk.hear())["type"] == "next"
        assert await talk.codes() == ["RATE_LIMITED"]
        clock.instant += timedelta(minutes=1)
        await talk.ask(UPDATED, id=order.typeid)  # state first: nothing was lost
        shown = (await talk.hear())["payload"]["data"]["orderUpdated"]
        assert shown["order"]["version"] == order.version + 2


@pytest.mark.parametrize("depth", [13])
async def test_a_document_goes_no_deeper_than_in_a_request(port: int, depth: int) -> None:
    query = "{ toys { nodes " + "{ a " * depth + "} " * depth + "} }"
    async with talking(port) as talk:
        await talk.introduce()
        await talk.ask(query)
        assert await talk.codes() == ["QUERY_TOO_EXPENSIVE"]
