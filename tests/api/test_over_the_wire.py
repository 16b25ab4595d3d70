"""The edge behind our own uvicorn, on a real socket."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from db.base import fetch_value
from db.config import Database
from tests.api.conftest import NotedMailer
from tests.api.serving import Served, post, served

SLOW_QUERY = post("{ slow }")
SLOW_MUTATION = post("mutation { toySlow(seconds: 0.3) { said } }")
QUICK = post("{ __typename }")


@pytest.fixture
async def shop(toy_app: FastAPI) -> AsyncIterator[Served]:
    """The toys, served."""
    async with served(toy_app) as shop:
        yield shop


async def becomes(count: int, database: Database) -> bool:
    """Wait until so many statements sleep in the database."""
    sleeping = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query = 'SELECT pg_sleep(60)'
    """
    with database.used():
        while await fetch_value(sleeping) != count:  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.02)
    return True


class TestAClientThatHangsUp:
    async def hangs_up(self, shop: Served, request: bytes) -> None:
        """Send requests, wait a moment, and close the connection without reading an answer."""
        wire = await shop.dial()
        await wire.send(request)
        await asyncio.sleep(0.1)
        await wire.hang_up()
        await asyncio.sleep(0.5)

    @pytest.mark.parametrize(
        ("before", "after"),
        [(b"", b""), (QUICK, b""), (b"", QUICK), (b"", QUICK * 30), (b"", SLOW_MUTATION[:-9])],
    )
    async def test_stops_its_query_within_a_second(
        self, shop: Served, mailer: NotedMailer, before: bytes, after: bytes
    ) -> None:
        await self.hangs_up(shop, before + SLOW_QUERY + after)
        assert mailer.events == ["cancelled"]

    async def test_stops_its_query_though_it_has_sent_more_since(
        self, shop: Served, mailer: NotedMailer
    ) -> None:
        wire = await shop.dial()
        for request in (SLOW_QUERY, QUICK, QUICK):
            await wire.send(request)
            await asyncio.sleep(0.1)
        await wire.hang_up()
        await asyncio.sleep(0.5)
        assert mailer.events == ["cancelled"]

    async def test_on_a_connection_that_was_used_before_stops_its_query(
        self, shop: Served, mailer: NotedMailer
    ) -> None:
        wire = await shop.dial()
        assert (await wire.ask(QUICK)).status == 200
        await wire.send(SLOW_QUERY)
        await asyncio.sleep(0.1)
        await wire.hang_up()
        await asyncio.sleep(0.5)
        assert mailer.events == ["cancelled"]

    async def test_by_a_reset_stops_its_query(self, shop: Served, mailer: NotedMailer) -> None:
        wire = await shop.dial()
        await wire.send(SLOW_QUERY)
        await asyncio.sleep(0.1)
        wire.writer.transport.abort()
        await asyncio.sleep(0.5)
        assert mailer.events == ["cancelled"]

    async def test_stops_what_the_database_does_for_it(
        self, shop: Served, database: Database
    ) -> None:
        wire = await shop.dial()
        await wire.send(post("{ slowInDatabase }"))
        assert await becomes(1, database)
        await wire.hang_up()
        async with asyncio.timeout(1):
            assert await becomes(0, database)

    async def test_does_not_stop_its_mutation(self, shop: Served, mailer: NotedMailer) -> None:
        await self.hangs_up(shop, SLOW_MUTATION)
        assert mailer.events == ["ended"]

    async def test_has_nothing_run_that_still_waited_its_turn(
        self, shop: Served, mailer: NotedMailer
    ) -> None:
        await self.hangs_up(shop, SLOW_MUTATION * 2)
        await asyncio.sleep(0.3)
        assert mailer.events == ["ended"]


async def test_a_connection_serves_many_requests(shop: Served) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{shop.port}") as http:
        for _ in range(3):
            response = await http.post("/graphql", json={"query": "{ __typename }"})
            assert response.json()["data"] == {"__typename": "Query"}
            assert "server" not in response.headers


async def test_many_at_once_are_answered_each_with_its_own(shop: Served) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{shop.port}") as http:
        responses = await asyncio.gather(
            *(
                http.post(
                    "/graphql",
                    json={"query": f"{{ toy(by: {{number: {number}}}) }}"},
                    headers={"x-request-id": f"r{number}"},
                )
                for number in range(1, 41)
            )
        )
    for number, response in enumerate(responses, start=1):
        assert response.json()["data"] == {"toy": f"(None, {number})"}
        assert response.headers["x-request-id"] == f"r{number}"
