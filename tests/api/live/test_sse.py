"""Server-sent events, over a real socket, as graphql-sse has them: an operation, a response."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from api.live.sse import EventStream
from tests.api.conftest import NotedMailer

STREAM = {"accept": "text/event-stream"}
FOLLOW = 'subscription { following(subject: "order_1") }'
Event = tuple[str, Any]


async def events(response: httpx.Response) -> AsyncIterator[Event]:
    """Read the events of a stream, and its comments as ("", None)."""
    name, data = "", ""
    async for line in response.aiter_lines():
        if line.startswith(":"):
            yield "", None
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data:"):
            data = line.removeprefix("data:").strip()
        elif name:
            yield name, orjson.loads(data) if data else None
            name, data = "", ""


@asynccontextmanager
async def stream(
    port: int, query: str, *, method: str = "POST", **headers: str
) -> AsyncIterator[httpx.Response]:
    form = {"query": query}
    how: dict[str, Any] = {"json": form} if method == "POST" else {"params": form}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http,
        http.stream(method, "/graphql", headers=STREAM | headers, **how) as response,
    ):
        yield response


async def all_of(port: int, query: str, *, method: str = "POST") -> list[Event]:
    async with stream(port, query, method=method) as response:
        assert response.status_code == 200
        return [event async for event in events(response)]


class TestStreams:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_are_an_event_for_each_message_and_one_for_the_end(
        self, port: int, method: str
    ) -> None:
        *told, end = await all_of(port, "subscription { counted(to: 2) }", method=method)
        assert [(name, body["data"]) for name, body in told] == [
            ("next", {"counted": 0}),
            ("next", {"counted": 1}),
        ]
        assert end == ("complete", None)

    async def test_are_what_they_say_and_are_kept_by_nobody(self, port: int) -> None:
        async with stream(port, "subscription { counted(to: 1) }") as response:
            assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert response.headers["cache-control"] == "no-store"
            assert response.headers["x-accel-buffering"] == "no"
            assert response.headers["x-request-id"]
            assert "content-length" not in response.headers
            assert "content-encoding" not in response.headers

    @pytest.mark.parametrize(
        ("query", "data"),
        [
            ("{ __typename }", {"__typename": "Query"}),
            ("mutation { toyMake(input: {}) { said } }", {"toyMake": {"said": "({}, 1)"}}),
        ],
    )
    async def test_carry_queries_and_mutations_too(
        self, port: int, query: str, data: dict[str, Any]
    ) -> None:
        (first, body), last = await all_of(port, query)
        assert (first, body["data"], last) == ("next", data, ("complete", None))

    async def test_end_with_what_went_wrong_masked_where_nobody_expected_it(
        self, port: int
    ) -> None:
        _, (name, body), last = await all_of(port, "subscription { failing }")
        assert (name, last) == ("next", ("complete", None))
        assert body["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert "hunter2" not in orjson.dumps(body).decode()

    async def test_say_now_and_then_that_they_are_still_there(
        self, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(EventStream, "keep_alive_seconds", 0.1)
        async with stream(port, FOLLOW) as response:
            heard = events(response)
            assert (await anext(heard))[0] == "next"
            assert await anext(heard) == ("", None)

    async def test_of_a_client_that_hangs_up_end_within_a_second(
        self, port: int, mailer: NotedMailer
    ) -> None:
        async with stream(port, FOLLOW) as response:
            await anext(events(response))
        await asyncio.sleep(0.5)
        assert mailer.events == ["left"]

    async def test_end_without_a_word_when_the_server_stops_so_that_clients_come_again(
        self, toy_app: FastAPI, port: int, mailer: NotedMailer
    ) -> None:
        async with stream(port, FOLLOW) as response:
            heard = events(response)
            await anext(heard)
            toy_app.state.presence.close()
            assert [event async for event in heard] == []
        assert mailer.events == ["left"]

    async def test_hold_no_place_among_the_requests_in_flight(
        self, toy_app: FastAPI, port: int
    ) -> None:
        async with stream(port, FOLLOW) as response:
            await anext(events(response))
            assert toy_app.state.in_flight.running == 0
            assert toy_app.state.presence.count == 1
        await asyncio.sleep(0.2)
        assert toy_app.state.presence.count == 0


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("subscription {", 400, "BAD_REQUEST"),
            ("subscription { nothing }", 400, "BAD_REQUEST"),
            ("subscription { following }", 400, "BAD_REQUEST"),
            ("subscription($to: Int!) { counted(to: $to) }", 400, "BAD_REQUEST"),
            ("subscription { secrets }", 401, "UNAUTHENTICATED"),
        ],
    )
    async def test_have_their_status_and_begin_no_stream(
        self, port: int, query: str, status: int, code: str
    ) -> None:
        async with stream(port, query) as response:
            body = orjson.loads(await response.aread())
        assert response.status_code == status
        assert response.headers["content-type"].startswith("application/graphql-response+json")
        assert body["errors"][0]["extensions"]["code"] == code
        assert "data" not in body

    async def test_of_a_token_that_is_not_good(self, port: int) -> None:
        async with stream(port, FOLLOW, authorization="Bearer at_nobody") as response:
            assert response.status_code == 401
            assert response.headers["content-type"].startswith("application/graphql-response+json")

    async def test_of_a_mutation_by_get(self, port: int) -> None:
        async with stream(port, "mutation { toyMake(input: {}) { said } }", method="GET") as reply:
            assert reply.status_code == 405

    async def test_503_when_as_many_are_connected_as_can_be(
        self, toy_app: FastAPI, port: int
    ) -> None:
        toy_app.state.presence._most = 0
        async with stream(port, FOLLOW) as response:
            assert response.status_code == 503
            assert "retry-after" in response.headers

    async def test_a_subscription_without_a_stream(self, port: int) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            response = await http.post(
                "/graphql",
                json={"query": FOLLOW},
                headers={"accept": "application/graphql-response+json"},
            )
        assert response.status_code == 400
        assert "text/event-stream" in response.json()["errors"][0]["message"]

    async def test_nobody_gets_a_stream_who_did_not_ask_for_one(self, port: int) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            response = await http.post("/graphql", json={"query": "{ __typename }"})
        assert response.headers["content-type"].startswith("application/json")
