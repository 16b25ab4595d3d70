"""Crowds at the door of a real shop: real HTTP, several processes, one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from db import ids, invariants
from db.base import execute, fetch, fetch_value
from db.config import Database
from tests.api.running import PATIENCE_SECONDS, Running
from tests.buying import charges, reserved
from tests.goods import JSON_ADDRESS, make_method, make_shop, make_variant

pytestmark = pytest.mark.timeout(180)

PROCESSES: Final = 2
AT_ONCE: Final = 100
BUY: Final = """
mutation Buy($input: CheckoutInput!, $key: String!) {
  checkoutComplete(input: $input, idempotencyKey: $key) {
    order { id status }
    guestToken
    userErrors { code ... on StockError { available } }
  }
}"""


class Door:
    """A real shop, as many clients at once see it."""

    def __init__(self, http: httpx.AsyncClient, method_id: UUID) -> None:
        self.http = http
        self.method_id = ids.encode("ship", method_id)

    async def buy(
        self, variant: UUID, *, total: str, key: str | None = None, token: str = "tok_ok"
    ) -> Any:
        """Buy one unit, and return the response's body."""
        checkout = {
            "source": {"lines": [{"variantId": ids.encode("var", variant), "quantity": 1}]},
            "details": {
                "email": "ada@example.com",
                "shippingAddress": JSON_ADDRESS,
                "shippingMethodId": self.method_id,
            },
            "expectedTotal": {"amount": total, "currencyCode": "EUR"},
            "payment": {"gateway": "fake", "token": token},
        }
        response = await self.http.post(
            "/graphql",
            json={"query": BUY, "variables": {"input": checkout, "key": key or str(uuid4())}},
        )
        assert response.status_code == httpx.codes.OK, response.text
        body = response.json()
        assert "errors" not in body, body
        return body


@pytest.fixture
async def door(database: Database, tmp_path: Path) -> AsyncIterator[Door]:
    """A shop that runs in several processes on the test's database."""
    await make_shop()
    method_id = await make_method(price=0)
    variables = {
        "DATABASE_URL": database.url,
        "WEB_CONCURRENCY": str(PROCESSES),
        "TRADEPOST_DEMO": "false",
        "TRADEPOST_EXPIRY_SECONDS": "0.2",
        # The crowd is to meet at the shelf, and not to be sent away at the door.
        "TRADEPOST_REQUESTS_IN_FLIGHT": "200",
        "TRADEPOST_GUEST_POINTS": "1000000",
        "TRADEPOST_CHECKOUTS_PER_MINUTE": "1000000",
    }
    with Running(tmp_path / "data", **variables) as running:
        assert running.was_open, running.said
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=running.url, limits=limits, timeout=30) as http:
            yield Door(http, method_id)
    assert await invariants.check() == []


async def deadlocks() -> int:
    found: int = await fetch_value(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return found


class TestCrowds:
    async def test_stk_1_a_hundred_buyers_share_ten_units(self, door: Door) -> None:
        lantern = await make_variant(on_hand=10)

        bodies = await asyncio.gather(*(door.buy(lantern, total="10.00") for _ in range(100)))

        payloads = [body["data"]["checkoutComplete"] for body in bodies]
        placed = [each for each in payloads if each["order"]]
        assert [each["order"]["status"] for each in placed] == ["PLACED"] * 10
        sold_out = [each["userErrors"] for each in payloads if not each["order"]]
        assert sold_out == [[{"code": "OUT_OF_STOCK", "available": 0}]] * 90
        assert await reserved(lantern) == 10
        assert await deadlocks() == 0

    async def test_idm_1_fifty_clients_with_one_key_buy_once(self, door: Door) -> None:
        lantern, key = await make_variant(on_hand=100), str(uuid4())

        bodies = await asyncio.gather(
            *(door.buy(lantern, total="10.00", key=key) for _ in range(50))
        )

        orders = {body["data"]["checkoutComplete"]["order"]["id"] for body in bodies}
        tokens = {body["data"]["checkoutComplete"]["guestToken"] for body in bodies}
        replays = [body["extensions"]["idempotency"]["replayed"] for body in bodies]
        assert (len(orders), len(tokens)) == (1, 1)
        assert sorted(replays) == [False] + [True] * 49
        assert {body["data"]["checkoutComplete"]["order"]["status"] for body in bodies} == {
            "PLACED"
        }
        assert await reserved(lantern) == 1
        (order_id,) = orders
        uuid = ids.decode("order", order_id)
        assert uuid
        assert [each["captured"] for each in await charges(uuid)] == [True]
        assert len(await fetch("SELECT FROM idempotency")) == 1


class TestWorker:
    async def test_gives_stock_back_that_nobody_pays_for(self, door: Door) -> None:
        lantern = await make_variant(on_hand=1)
        declined = await door.buy(lantern, total="10.00", token="tok_declined")
        assert declined["data"]["checkoutComplete"]["order"]["status"] == "PENDING"

        await execute("UPDATE orders SET expires_at = created_at")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await reserved(lantern):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)

        assert await fetch_value("SELECT status FROM orders") == "EXPIRED"
        bought = await door.buy(lantern, total="10.00")
        assert bought["data"]["checkoutComplete"]["order"]["status"] == "PLACED"
