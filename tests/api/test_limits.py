"""How much is taken on at once, what comes first, and what the others hear."""

import asyncio

import pytest
from fastapi import FastAPI

from api.limits import InFlight, Place, Rank
from api.settings import Settings
from db.errors import Reason, Unavailable
from tests.api.conftest import NotedMailer
from tests.client import Client

CHANGE, READ, INTROSPECTION = Rank


def place(limit: InFlight, rank: Rank = READ) -> Place:
    return limit.place(lambda: rank)


async def enter(limit: InFlight, rank: Rank = READ) -> None:
    async with place(limit, rank):
        pass


class TestInFlight:
    async def test_lets_so_many_in_at_once_and_the_next_when_one_is_done(self) -> None:
        limit = InFlight(2, wait_seconds=1)
        most = 0

        async def work() -> None:
            nonlocal most
            async with place(limit):
                most = max(most, limit.running)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(work() for _ in range(4)))
        assert most == 2
        assert limit.running == 0

    async def test_turns_away_who_has_waited_long_enough(self) -> None:
        limit = InFlight(1, wait_seconds=0.01)
        async with place(limit):
            with pytest.raises(Unavailable) as caught:
                await enter(limit)
        assert caught.value.reason is Reason.OVERLOADED
        await enter(limit)

    async def test_turns_away_at_once_where_too_many_wait_already(self) -> None:
        limit = InFlight(1, wait_seconds=1)
        async with place(limit):
            waiting = asyncio.create_task(enter(limit))
            await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await asyncio.wait_for(enter(limit), 0.1)
        await waiting

    async def test_gives_the_place_back_when_the_work_fails(self) -> None:
        limit = InFlight(1, wait_seconds=0.01)
        for _ in range(3):
            with pytest.raises(RuntimeError):
                await self.fail(limit)
        await enter(limit)

    async def test_lets_changes_in_before_reads_and_those_before_introspection(self) -> None:
        limit, came = InFlight(6, wait_seconds=1), list[tuple[Rank, int]]()

        async def come(rank: Rank, number: int) -> None:
            async with place(limit, rank):
                came.append((rank, number))
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            for _ in range(6):
                await limit.take(lambda: READ)
            for number in range(2):
                for rank in (READ, INTROSPECTION, CHANGE):
                    group.create_task(come(rank, number))
            await asyncio.sleep(0.01)
            for _ in range(6):
                limit.release()
                await asyncio.sleep(0.01)
        assert came == [(rank, number) for rank in Rank for number in range(2)]
        assert limit.running == 0

    async def test_gives_the_place_of_the_lowest_that_waits_to_a_higher_one(self) -> None:
        limit = InFlight(2, wait_seconds=1)
        async with place(limit), place(limit):
            reading, looking, buying = (
                asyncio.create_task(enter(limit, rank)) for rank in (READ, INTROSPECTION, CHANGE)
            )
            with pytest.raises(Unavailable):
                await looking
            with pytest.raises(Unavailable):
                await enter(limit, READ)
        await asyncio.gather(reading, buying)
        assert limit.running == 0

    async def test_loses_no_place_to_who_leaves_while_waiting(self) -> None:
        limit = InFlight(1, wait_seconds=1)
        async with place(limit):
            early = asyncio.create_task(enter(limit))
            await asyncio.sleep(0)
            early.cancel()
        late = asyncio.create_task(enter(limit))
        async with place(limit):
            late.cancel()  # in the moment in which it is let in
        await asyncio.gather(early, late, return_exceptions=True)
        assert limit.running == 0
        await enter(limit)

    async def test_asks_for_the_rank_only_where_there_is_no_room(self) -> None:
        limit = InFlight(1)

        def unasked() -> Rank:
            raise AssertionError

        async with limit.place(unasked):
            with pytest.raises(AssertionError):
                await limit.take(unasked)

    async def fail(self, limit: InFlight) -> None:
        async with place(limit):
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


async def test_who_buys_goes_before_who_looks(client: Client) -> None:
    """Of those that wait: as many as may, all of them reading, until somebody buys."""
    limit = client.app.state.in_flight = InFlight(2, wait_seconds=0.2)
    await limit.take(lambda: READ)
    await limit.take(lambda: READ)
    reading = [asyncio.create_task(client.send("{ shop { name } }")) for _ in range(2)]
    await asyncio.sleep(0.05)
    buying = asyncio.create_task(client.send("mutation { sessionRevoke { userErrors { code } } }"))
    await asyncio.sleep(0.05)
    limit.release()
    await asyncio.wait([buying, *reading])
    assert (await buying).status_code == 200
    assert sorted([(await each).status_code for each in reading]) == [200, 503]


def test_the_limit_is_a_setting() -> None:
    assert Settings().requests_in_flight > 0
