"""How much is taken on at once, and what the others hear."""

import asyncio

import pytest
from fastapi import FastAPI

from api.limits import InFlight
from api.settings import Settings
from db.errors import Reason, Unavailable
from tests.api.conftest import NotedMailer
from tests.client import Client


class TestInFlight:
    async def test_lets_so_many_in_at_once_and_the_next_when_one_is_done(self) -> None:
        limit = InFlight(2, wait_seconds=1)
        most = 0

        async def work() -> None:
            nonlocal most
            async with limit:
                most = max(most, limit.running)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(work() for _ in range(4)))
        assert most == 2
        assert limit.running == 0

    async def test_turns_away_who_has_waited_long_enough(self) -> None:
        limit = InFlight(1, wait_seconds=0.01)
        async with limit:
            with pytest.raises(Unavailable) as caught:
                await self.enter(limit)
        assert caught.value.reason is Reason.OVERLOADED
        await self.enter(limit)

    async def test_turns_away_at_once_where_too_many_wait_already(self) -> None:
        limit = InFlight(1, wait_seconds=1)
        async with limit:
            waiting = asyncio.create_task(self.enter(limit))
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await asyncio.wait_for(self.enter(limit), 0.1)
        await waiting

    async def test_gives_the_place_back_when_the_work_fails(self) -> None:
        limit = InFlight(1, wait_seconds=0.01)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await self.fail(limit)
        await self.enter(limit)

    async def enter(self, limit: InFlight) -> None:
        async with limit:
            pass

    async def fail(self, limit: InFlight) -> None:
        async with limit:
            raise RuntimeError


async def test_too_many_requests_are_told_to_come_back(
    toy_app: FastAPI, mailer: NotedMailer
) -> None:
    toy_app.state.in_flight = InFlight(2, wait_seconds=0.05)
    client = Client(toy_app)
    responses = await asyncio.gather(
        *(client.send("{ slow(seconds: 0.3) }") for _ in range(8)),
    )
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200, 200, 503, 503, 503, 503, 503, 503]
    shed = next(response for response in responses if response.status_code == 503)
    assert shed.headers["retry-after"] == "1"
    assert shed.headers["x-request-id"]
    (error,) = shed.json()["errors"]
    assert error["extensions"]["reason"] == "OVERLOADED"
    assert (await client.request("GET", "/health/live")).status_code == 200


def test_the_limit_is_a_setting() -> None:
    assert Settings().requests_in_flight > 0
