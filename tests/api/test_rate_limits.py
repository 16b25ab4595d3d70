"""CST-1, AUT-3: what is asked for has a price, and who asks for too much has to wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from api.app import rates
from api.settings import Settings
from db import ids, limits, users
from db.config import Database
from db.limits import Buckets, Rate
from db.users import guessing
from tests import factories
from tests.api.running import Running
from tests.api.serving import served
from tests.client import Client, StoppedClock
from tests.conftest import NOW
from tests.factories import PASSWORD
from tests.goods import make_shop
from tests.schema.operations import NOTHING
from tests.statements import statements

MINUTE: Final = timedelta(minutes=1)
MONSTER: Final = """
    { products(first: 100) { nodes { categories { products(first: 100) { nodes {
        variants { product { variants { sku } } } } } } } } }"""
SIGN_IN: Final = """
    mutation($email: String!, $password: String!) {
      sessionCreate(email: $email, password: $password) { session { accessToken } }
    }"""


@pytest.fixture(autouse=True)
async def _as_in_production(app: FastAPI) -> AsyncIterator[None]:
    """The limits that a shop has without being told otherwise."""
    settings = Settings()
    app.state.settings = app.state.settings.having(query_points=settings.query_points)
    app.state.buckets = Buckets(rates(settings))
    before = guessing._installed
    users.install_guesses(
        users.Guesses.of(
            per_account=settings.failures_per_account, per_address=settings.failures_per_address
        )
    )
    yield
    users.install_guesses(before)


@pytest.fixture
async def over_http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on a real socket."""
    async with (
        served(app) as shop,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{shop.port}") as http,
    ):
        yield http


async def cost_of(client: Client, query: str, **variables: Any) -> dict[str, Any]:
    body = (await client.send(query, **variables)).json()
    cost: dict[str, Any] = body["extensions"]["cost"]
    return cost


class TestEveryAnswer:
    async def test_says_what_it_cost_and_what_is_left(self, client: Client) -> None:
        cost = await cost_of(client, "{ products(first: 20) { nodes { variants { sku } } } }")
        assert cost == {
            "requested": 221,
            "limit": 3000,
            "remaining": 2779,
            "resetAt": "2026-11-23T12:00:04.420000Z",
        }

    @pytest.mark.parametrize(
        ("query", "points"),
        [
            ("{ __typename }", 0),
            ("{ viewer { id } }", 1),
            ("{ nonsense }", 0),
            ("{", 0),
            ("query($n: Int!) { products(first: $n) { nodes { id } } }", 0),
            ("{ orders { nodes { id } } }", 21),
        ],
    )
    async def test_does_so_whatever_came_of_it(
        self, client: Client, query: str, points: int
    ) -> None:
        assert (await cost_of(client, query))["requested"] == points
        assert (await cost_of(client, query))["remaining"] == 3000 - 2 * points

    async def test_cst_1_the_price_before_is_the_amount_deducted(self, client: Client) -> None:
        fields = "products(first: 7) { totalCount nodes { id variants { id } } }"
        before = await cost_of(client, "{ __typename }")
        dry = await client.ask(f"{{ rateLimit(dryRun: true) {{ cost remaining }} {fields} }}")
        shown = await client.ask(f"{{ rateLimit {{ cost limit remaining used }} {fields} }}")
        after = await cost_of(client, "{ __typename }")
        assert dry["rateLimit"] == {"cost": 88, "remaining": before["remaining"]}
        assert before["remaining"] - after["remaining"] == 88
        assert shown["rateLimit"] == {"cost": 88, "limit": 3000, "remaining": 2912, "used": 88}


class TestADryRun:
    async def test_cst_1_runs_nothing_else(self, client: Client) -> None:
        with statements() as sent:
            data = await client.ask(
                "query($dry: Boolean!) { shop { name } rateLimit(dryRun: $dry) { cost } ...F }"
                " fragment F on Query { viewer { id } products { nodes { id } } }",
                dry=True,
            )
        assert data == {"rateLimit": {"cost": 22}}
        assert sent == []

    async def test_prices_what_would_be_refused(self, client: Client) -> None:
        dry = MONSTER.replace("{", "{ rateLimit(dryRun: true) { cost }", 1)
        assert await client.ask(dry) == {"rateLimit": {"cost": 12_102_101}}

    async def test_is_one_only_where_it_is_included(self, client: Client) -> None:
        query = """query($yes: Boolean!) {
            rateLimit(dryRun: true) @include(if: $yes) { cost } viewer { id } }"""
        assert await client.ask(query, yes=False) == {"viewer": None}
        assert await client.ask(query, yes=True) == {"rateLimit": {"cost": 1}}


class TestAMonster:
    async def test_cst_1_is_refused_without_being_run(self, client: Client) -> None:
        await client.send("{ __typename }")
        with statements() as sent:
            response = await client.send(MONSTER)
        assert sent == []
        body = response.json()
        extensions = body["errors"][0]["extensions"]
        assert extensions["code"] == "QUERY_TOO_EXPENSIVE"
        assert (extensions["cost"], extensions["limit"]) == (12_102_101, 2_000)
        assert body["extensions"]["cost"]["requested"] == 12_102_101
        assert body["extensions"]["cost"]["remaining"] == 3_000

    async def test_does_not_hide_in_a_variable(self, client: Client) -> None:
        query = """query($n: Int = 100) { products(first: $n) { nodes {
            categories { products(first: $n) { nodes { id } } } } } }"""
        assert await client.codes(query) == ["QUERY_TOO_EXPENSIVE"]
        assert await client.codes(query, n=50) == ["QUERY_TOO_EXPENSIVE"]
        assert await client.codes(query, n=3) == []


class TestWhoAsksForTooMuch:
    PAGE: Final = "{ products(first: 90) { nodes { variants { sku } } } }"  # 991 points

    async def test_is_told_over_http_how_long_to_wait(
        self, over_http: httpx.AsyncClient, clock: StoppedClock
    ) -> None:
        async def ask() -> httpx.Response:
            return await over_http.post("/graphql", json={"query": self.PAGE})

        for _ in range(3):
            assert (await ask()).status_code == 200
        refused = await ask()
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "20"
        (error,) = refused.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert error["extensions"]["retryable"] is True
        assert error["extensions"]["retryAfterSeconds"] == 20
        assert refused.json()["extensions"]["cost"]["remaining"] == 27
        clock.instant = NOW + timedelta(seconds=20)
        assert (await ask()).status_code == 200

    async def test_is_refused_in_a_url_as_in_a_body(self, over_http: httpx.AsyncClient) -> None:
        for _ in range(3):
            await over_http.post("/graphql", json={"query": self.PAGE})
        response = await over_http.get(
            "/graphql", params={"query": self.PAGE}, headers={"accept": "application/json"}
        )
        assert response.status_code == 429

    @pytest.mark.parametrize(("proxies", "left"), [("127.0.0.1", 2009), ("192.0.2.1", 1018)])
    async def test_is_known_behind_a_proxy_that_is_trusted(
        self, app: FastAPI, proxies: str, left: int
    ) -> None:
        app.state.settings = app.state.settings.having(forwarded_allow_ips=proxies)
        async with (
            served(app) as shop,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{shop.port}") as http,
        ):
            for address in ("198.51.100.1", "198.51.100.2"):
                response = await http.post(
                    "/graphql",
                    json={"query": self.PAGE},
                    headers={"X-Forwarded-For": address},
                )
        assert response.json()["extensions"]["cost"]["remaining"] == left

    async def test_is_their_own_trouble(self, client: Client) -> None:
        for _ in range(4):
            await client.send(self.PAGE)
        ada = client.taking(factories.caller(await factories.user()))
        assert (await cost_of(ada, self.PAGE))["limit"] == 6000
        assert await client.codes(self.PAGE) == ["RATE_LIMITED"]

    async def test_after_thirty_checkouts_an_address_waits(self, client: Client) -> None:
        await make_shop()
        mutation = """mutation($key: String!, $variant: ID!) {
          checkoutComplete(idempotencyKey: $key, input: {
            source: {lines: [{variantId: $variant, quantity: 1}]}
            expectedTotal: {amount: "1.00", currencyCode: "EUR"}
          }) { userErrors { code } } }"""
        codes = []
        for _ in range(31):
            caller = client.taking(factories.caller(await factories.user()))
            variables = {"key": str(uuid4()), "variant": ids.encode("var", NOTHING)}
            codes.append(await caller.codes(mutation, **variables))
        assert codes == [[]] * 30 + [["RATE_LIMITED"]]


def new_documents(app: FastAPI, characters: int) -> None:
    """Let an address send so many characters of documents that were not seen before, a minute."""
    documents = Rate(characters, MINUTE)
    app.state.buckets = Buckets(replace(rates(Settings()), document=documents))


class TestADocumentThatIsNotKnown:
    """To read one for the first time takes longer than most answers."""

    async def test_is_counted_for_its_address_whether_it_is_valid_or_not(
        self, app: FastAPI, client: Client, clock: StoppedClock
    ) -> None:
        new_documents(app, 1_000)
        for query in ("{ __typename }", "{ a: __typename }", "{ nonsense }"):
            assert "RATE_LIMITED" not in await client.codes(query)
        response = await client.send("{ b: __typename }")
        assert response.status_code == 429
        assert response.headers["retry-after"] == "12"
        assert response.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert await client.codes("{ __typename }") == []
        clock.instant = NOW + timedelta(seconds=12)
        assert await client.codes("{ b: __typename }") == []

    async def test_counts_as_the_largest_where_the_schema_has_to_be_written_down(
        self, app: FastAPI, client: Client
    ) -> None:
        new_documents(app, 50_000)
        asked = "{ a: __typename __schema { queryType { name } } }"
        for _ in range(9):  # which is kept
            assert await client.codes(asked) == []
        varying = "query($x: Boolean!) { __typename @skip(if: $x) __schema { queryType { name } } }"
        assert await client.codes(varying, x=True) == []
        assert await client.codes(varying, x=True) == ["RATE_LIMITED"]
        assert await client.codes(asked) == []


class TestAPassword:
    async def test_aut_3_is_not_guessed_under_many_names(self, client: Client) -> None:
        fields = "".join(
            f'g{each}: sessionCreate(email: "a@example.com", password: "{each}") '
            "{ session { accessToken } } "
            for each in range(5)
        )
        with statements() as sent:
            assert await client.codes(f"mutation {{ {fields} }}") == ["BAD_REQUEST"]
        assert sent == []

    async def test_aut_3_is_guessed_ten_times(self, over_http: httpx.AsyncClient) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)

        async def guess(password: str) -> httpx.Response:
            variables = {"email": "ada@example.com", "password": password}
            return await over_http.post("/graphql", json={"query": SIGN_IN, "variables": variables})

        for each in range(10):
            assert (await guess(f"wrong-{each}")).status_code == 200
        refused = await guess(PASSWORD)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "90"
        assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


@pytest.mark.served
async def test_two_processes_share_a_bucket(database: Database, tmp_path: Path) -> None:
    await make_shop()
    variables = {
        "DATABASE_URL": database.url,
        "WEB_CONCURRENCY": "2",
        "TRADEPOST_DEMO": "false",
        "TRADEPOST_QUERY_POINTS": "100",
        "TRADEPOST_GUEST_POINTS": "100",
    }
    with Running(tmp_path / "data", **variables) as running:
        assert running.was_open, running.said
        began = time.monotonic()

        async def answered() -> bool:
            async with httpx.AsyncClient(base_url=running.url, timeout=30) as http:
                response = await http.post("/graphql", json={"query": "{ viewer { id } }"})
                assert response.status_code in {200, 429}
                return "errors" not in response.json()

        answers = [
            answer
            for _ in range(10)
            for answer in await asyncio.gather(*(answered() for _ in range(20)))
        ]
        refilled = (time.monotonic() - began) * 100 / 60 + 1
        # Each of the two lets ten points pass before it asks, and ten more while it is asking.
        assert 100 <= sum(answers) <= 100 + 2 * (10 + 10) + refilled
    shared = await limits.full_at("address:127.0.0.1", NOW)
    assert shared > NOW
