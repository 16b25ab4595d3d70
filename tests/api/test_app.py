"""The application as a whole."""

import pytest
from fastapi import FastAPI

from api.app import create_app
from api.heads import MOST_HEADER_BYTES
from api.running import banner
from api.settings import Settings
from db.config import Database
from schema.root import sdl
from tests.api.serving import HEADERS, served
from tests.client import Client

ORIGIN = "https://shop.example.com"
PREFLIGHT = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,guest-token",
}


async def test_its_life_opens_and_closes_the_database(database: Database) -> None:
    settings = Settings(database_url=database.url, secret_key="k" * 40)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        client = Client(app)
        assert await client.ask("{ nodes(ids: []) { id } }") == {"nodes": []}
        assert (await client.request("GET", "/health/ready")).status_code == 200
        assert set(app.state.gateways) == {"fake", "manual"}


async def test_two_do_not_share_anything(database: Database) -> None:
    one, two = (create_app(Settings(database_url=database.url)) for _ in range(2))
    for name in ("graphql", "vitals", "database", "clock"):
        assert getattr(one.state, name) is not getattr(two.state, name)


async def test_the_schema_can_be_read(client: Client) -> None:
    response = await client.request("GET", "/schema.graphql")
    assert response.text == sdl()
    assert response.headers["content-type"].startswith("text/plain")


async def test_the_schema_is_not_shown_where_clients_may_not_ask_for_it(
    database: Database,
) -> None:
    settings = Settings(database_url=database.url, introspection=False)
    client = Client(create_app(settings))
    assert (await client.request("GET", "/schema.graphql")).status_code == 404
    assert "/schema.graphql" not in banner(settings, [], 1.0, "")
    assert "/schema.graphql" in banner(Settings(), [], 1.0, "")


async def test_openapi_describes_what_is_not_graphql(client: Client) -> None:
    described = (await client.request("GET", "/openapi.json")).json()
    assert set(described["paths"]) == {
        "/gateway/{name}",
        "/health",
        "/health/live",
        "/health/ready",
        "/health/startup",
        "/schema.graphql",
    }
    ready = described["paths"]["/health/ready"]["get"]["responses"]
    assert {"200", "503"} <= set(ready)


@pytest.mark.parametrize("path", ["/graphql", "/health", "/schema.graphql", "/nothing"])
async def test_every_answer_is_careful(client: Client, path: str) -> None:
    headers = (await client.request("GET", path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-request-id"].startswith("req_")
    assert "server" not in headers


class TestOrigins:
    async def test_are_not_allowed_unless_they_are_named(self, client: Client) -> None:
        response = await client.request("OPTIONS", headers=PREFLIGHT)
        assert "access-control-allow-origin" not in response.headers
        response = await client.request(
            "POST", json={"query": "{ __typename }"}, headers={"origin": ORIGIN}
        )
        assert "access-control-allow-origin" not in response.headers

    @pytest.fixture
    def open_client(self, app: FastAPI, database: Database) -> Client:
        settings = Settings(database_url=database.url, cors_origins=(ORIGIN,))
        opened = create_app(settings)
        opened.dependency_overrides = app.dependency_overrides
        return Client(opened)

    async def test_that_are_named_may_send_tokens(self, open_client: Client) -> None:
        response = await open_client.request("OPTIONS", headers=PREFLIGHT)
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == ORIGIN
        response = await open_client.request(
            "POST", json={"query": "{ __typename }"}, headers={"origin": ORIGIN}
        )
        assert response.headers["access-control-allow-origin"] == ORIGIN

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (b"Content-Length: 200000\r\n\r\n{", 413),
            (b"X-Large: %s\r\n\r\n" % (b"a" * (MOST_HEADER_BYTES + 1)), 431),
        ],
    )
    async def test_that_are_named_hear_why_what_they_sent_was_not_even_read(
        self, open_client: Client, request_: bytes, status: int
    ) -> None:
        async with served(open_client.app) as shop:
            wire = await shop.dial()
            head = b"POST /graphql HTTP/1.1\r\n%sOrigin: %s\r\n" % (HEADERS, ORIGIN.encode())
            answer = await wire.ask(head + request_)
            assert answer.status == status
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_others_stay_outside(self, open_client: Client) -> None:
        strange = PREFLIGHT | {"origin": "https://evil.example.com"}
        response = await open_client.request("OPTIONS", headers=strange)
        assert "access-control-allow-origin" not in response.headers
