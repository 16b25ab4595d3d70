"""The edge behind a real uvicorn, on a real socket."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import orjson
import pytest
import uvicorn
from fastapi import FastAPI

from tests.api.conftest import NotedMailer

HEADERS = b"Host: shop.test\r\nContent-Type: application/json\r\n"


@pytest.fixture
async def port(toy_app: FastAPI) -> AsyncIterator[int]:
    """The port on which the toys are served."""
    config = uvicorn.Config(toy_app, port=0, lifespan="off", log_config=None, server_header=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


def post(query: str) -> bytes:
    body = orjson.dumps({"query": query})
    return b"POST /graphql HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (HEADERS, len(body), body)


async def hang_up(port: int, query: str) -> None:
    """Send a query, wait a moment, and close the connection without reading the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post(query))
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()


async def test_a_query_whose_client_hangs_up_is_cancelled_within_a_second(
    port: int, mailer: NotedMailer
) -> None:
    await hang_up(port, "{ slow }")
    await asyncio.sleep(0.5)
    assert mailer.events == ["cancelled"]


async def test_a_mutation_whose_client_hangs_up_runs_to_its_end(
    port: int, mailer: NotedMailer
) -> None:
    await hang_up(port, "mutation { toySlow(seconds: 0.3) { said } }")
    await asyncio.sleep(0.5)
    assert mailer.events == ["ended"]


async def test_a_body_in_chunks_is_read_no_further_than_it_may_be(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HEADERS)
    for _ in range(12):
        writer.write(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
        await writer.drain()
    answer = await asyncio.wait_for(reader.read(1000), 2)
    assert answer.startswith(b"HTTP/1.1 413 ")
    writer.close()


async def test_a_connection_serves_many_requests(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        for _ in range(3):
            response = await http.post("/graphql", json={"query": "{ __typename }"})
            assert response.json() == {"data": {"__typename": "Query"}}
            assert "server" not in response.headers


async def test_many_at_once_are_answered_each_with_its_own(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
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
        assert response.json() == {"data": {"toy": f"(None, {number})"}}
        assert response.headers["x-request-id"] == f"r{number}"
