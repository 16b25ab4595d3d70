"""Whatever PostgreSQL throws becomes an answer of ours, and never reaches a client in its words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from api import dependencies
from db import ids, orders
from db.base import execute, fetch_value
from db.config import Database
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_method, make_shop, make_variant
from tests.schema.orders.test_checkout import BUY, checkout
from tests.snapshot import unchanged

SECRET_WORDS = "something that only the database may say"


@asynccontextmanager
async def throwing(sqlstate: str, event: str, times: int = 1000) -> AsyncIterator[None]:
    """Have the database throw an error at some statements, so many times."""
    await execute("CREATE SEQUENCE thrown")  # unlike a table, it does not go back with a rollback
    await execute(
        "CREATE FUNCTION throw() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('thrown') <= {times} THEN"
        f"   RAISE EXCEPTION '{SECRET_WORDS}' USING ERRCODE = '{sqlstate}';"
        " END IF; RETURN NEW; END $$"
    )
    await execute(f"CREATE TRIGGER throws BEFORE {event} FOR EACH ROW EXECUTE FUNCTION throw()")
    try:
        yield
    finally:
        await execute(f"DROP TRIGGER throws ON {event.rpartition(' ')[2]}")
        await execute("DROP FUNCTION throw")
        await execute("DROP SEQUENCE thrown")


class Shopper:
    def __init__(self, client: Client, input: Any) -> None:
        self.client = client
        self.input = input

    async def buy(self) -> httpx.Response:
        return await self.client.send(BUY, input=self.input, key=str(uuid4()))


@pytest.fixture
async def lantern(client: Client) -> UUID:
    await make_shop()
    return await make_variant()


@pytest.fixture
async def shopper(client: Client, lantern: UUID) -> Shopper:
    method = ids.encode("ship", await make_method(price=0))
    return Shopper(client, checkout(lantern, method))


# By a statement, by another one before it, and at the end of the transaction.
PLACES = ["INSERT ON orders", "INSERT ON guest", "INSERT ON payment"]
STATES = {
    "40001": "a serialization failure",
    "40P01": "a deadlock",
    "55P03": "a lock that is not to be had",
    "57P01": "a shutdown",
    "57P03": "a start that is not over",
    "08006": "a connection that is lost",
    "53300": "too many connections",
    "53100": "a full disk",
    "53200": "no memory",
    "25006": "read-only after a failover",
}


class TestEveryError:
    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("sqlstate", STATES, ids=STATES.values())
    async def test_that_passes_by_itself_is_unavailable_and_may_be_tried_again(
        self, shopper: Shopper, sqlstate: str, place: str
    ) -> None:
        async with unchanged(), throwing(sqlstate, place):
            response = await shopper.buy()

        assert SECRET_WORDS not in response.text
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert error["extensions"]["retryable"] is True
        assert error["extensions"]["reason"] == "DATABASE"
        assert response.headers["retry-after"]

    @pytest.mark.parametrize("sqlstate", ["57014", "25P03", "25P04"])
    async def test_that_takes_too_long_is_a_timeout(self, shopper: Shopper, sqlstate: str) -> None:
        async with unchanged(), throwing(sqlstate, "INSERT ON orders"):
            response = await shopper.buy()

        (error,) = response.json()["errors"]
        assert (error["extensions"]["code"], error["extensions"]["reason"]) == (
            "UNAVAILABLE",
            "TIMEOUT",
        )

    @pytest.mark.parametrize("sqlstate", ["XX000", "42P01", "22012"])
    async def test_that_nobody_expected_is_masked(self, shopper: Shopper, sqlstate: str) -> None:
        async with unchanged(), throwing(sqlstate, "INSERT ON orders"):
            response = await shopper.buy()

        assert SECRET_WORDS not in response.text
        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "INTERNAL"


class TestConflicts:
    @pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
    async def test_run_the_whole_transaction_again_three_times(
        self, shopper: Shopper, sqlstate: str
    ) -> None:
        async with throwing(sqlstate, "INSERT ON orders", times=3):
            response = await shopper.buy()

        assert response.json()["data"]["checkoutComplete"]["order"]["status"] == "PLACED"
        assert await fetch_value("SELECT count(*) FROM orders") == 1

    async def test_a_key_that_is_held_too_long_is_in_progress(self, shopper: Shopper) -> None:
        async with unchanged(), throwing("55P03", "INSERT ON idempotency"):
            response = await shopper.buy()

        (error,) = response.json()["data"]["checkoutComplete"]["userErrors"]
        assert (error["__typename"], error["code"]) == ("RetryError", "IDEMPOTENCY_IN_PROGRESS")
        assert error["retryAfterSeconds"] >= 1


class TestAfterTheCharge:
    @pytest.mark.parametrize("sqlstate", STATES, ids=STATES.values())
    async def test_the_same_call_again_finds_what_became_of_it(
        self, shopper: Shopper, sqlstate: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("db.payments.sending.ANSWER_SECONDS", 0.2)
        key = str(uuid4())
        async with throwing(sqlstate, "UPDATE ON orders"):
            response = await shopper.client.send(BUY, input=shopper.input, key=key)
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert SECRET_WORDS not in response.text

        again = await shopper.client.ask(BUY, input=shopper.input, key=key)
        assert again["checkoutComplete"]["order"]["status"] == "PENDING"
        gateways = shopper.client.app.dependency_overrides[dependencies.gateways]()
        await orders.reconcile_due(gateways=gateways, now=NOW + timedelta(seconds=30))
        last = await shopper.client.ask(BUY, input=shopper.input, key=key)

        assert last["checkoutComplete"]["order"]["status"] == "PLACED"
        assert await fetch_value("SELECT count(*) FROM orders") == 1


class TestLocks:
    """What somebody else locks for long, such as a migration."""

    @asynccontextmanager
    async def locked(self, database: Database, table: str) -> AsyncIterator[None]:
        other = await asyncpg.connect(database.url)
        try:
            async with other.transaction():
                await other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                yield
        finally:
            await other.close()

    @pytest.mark.parametrize(
        ("table", "token"), [("product", None), ("session", "at_somebody")], ids=["read", "caller"]
    )
    async def test_keep_a_request_waiting_for_a_bounded_time(
        self, client: Client, lantern: UUID, database: Database, table: str, token: str | None
    ) -> None:
        someone = client.holding(token=token)
        async with self.locked(database, table):
            response = await someone.send("{ products { nodes { title } } }")

        (error,) = response.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert error["extensions"]["retryable"] is True
        assert response.headers["retry-after"]
