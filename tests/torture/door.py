"""The door of a real shop: real HTTP, real processes, one PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx

from db import ids, invariants
from db.base import execute
from db.config import Database
from db.stock import Units
from tests.api.running import Running
from tests.goods import JSON_ADDRESS, make_method, make_shop
from tests.patience import PATIENCE_SECONDS, until_done

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
        self,
        variant: UUID,
        *,
        total: str,
        key: str | None = None,
        token: str = "tok_ok",
        code: str | None = None,
    ) -> Any:
        """Buy one unit, with a discount code or without, and return the response's body."""
        return await self.buy_all([Units(variant, 1)], total=total, key=key, token=token, code=code)

    async def buy_all(
        self,
        basket: Sequence[Units],
        *,
        total: str,
        key: str | None = None,
        token: str = "tok_ok",
        code: str | None = None,
    ) -> Any:
        """Buy all that is in a basket, and return the response's body."""
        lines = [
            {"variantId": ids.encode("var", each.variant_id), "quantity": each.quantity}
            for each in basket
        ]
        checkout = {
            "source": {"lines": lines},
            "details": {
                "email": "ada@example.com",
                "shippingAddress": JSON_ADDRESS,
                "shippingMethodId": self.method_id,
                "discountCode": code,
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


@asynccontextmanager
async def open_shop(database: Database, data: Path, **variables: str) -> AsyncIterator[Door]:
    """Run a shop on the test's database; when it is closed, the oracle looks at what it left."""
    await make_shop()
    method_id = await make_method(price=0)
    settings = {
        "DATABASE_URL": database.url,
        "TRADEPOST_DEMO": "false",
        "TRADEPOST_EXPIRY_SECONDS": "0.2",
        # The crowd is to meet at the shelf, and not to be sent away at the door.
        "TRADEPOST_REQUESTS_IN_FLIGHT": "200",
        "TRADEPOST_GUEST_POINTS": "1000000",
        "TRADEPOST_CHECKOUTS_PER_MINUTE": "1000000",
    }
    with Running(data, **settings | variables) as running:
        assert running.was_open, running.said
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=running.url, limits=limits, timeout=30) as http:
            yield Door(http, method_id)
    assert await invariants.check() == []


async def insist(door: Door, variant: UUID, key: str) -> Any:
    """Buy one unit; send the same call again until there is an answer."""
    while True:
        try:
            body = await door.buy(variant, total="10.00", key=key)
        except (httpx.TransportError, AssertionError):  # killed, or not up again yet
            await asyncio.sleep(0.1)
            continue
        answer = body["data"]["checkoutComplete"]
        if answer["order"]:
            return answer["order"]
        # What was asked before was not answered, and may still be under way.
        codes = [each["code"] for each in answer["userErrors"]]
        assert codes == ["IDEMPOTENCY_IN_PROGRESS"], answer
        await asyncio.sleep(0.1)


async def buy_at_last(door: Door, variant: UUID, key: str) -> Any:
    """Insist on one unit, but not for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await insist(door, variant, key)


async def half_a_minute_goes_by() -> None:
    """Let the reconciler's time come, once those who vanished have let go of what they held."""
    older = "UPDATE payment_operation SET created_at = created_at - interval '30 seconds'"
    await until_done(lambda: execute(older))
