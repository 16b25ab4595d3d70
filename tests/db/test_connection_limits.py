"""Who falls silent, keeps others waiting for a bounded time."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import pytest

from api.gateways import fake_ledger
from api.gateways.fake_ledger import Ledger
from api.gateways.fake_tokens import SCRIPTS
from db import connection_limits, engine
from db.base import atomically, execute, fetch_value
from db.config import Database
from db.errors import Unavailable
from db.payments import GatewayUnknown, Op, OperationKind, Verdict
from tests.goods import make_product
from tests.patience import until_done
from tests.torture.proxy import Proxy

COMMAND_SECONDS = 1.0
TRANSACTION_SECONDS = 6.0


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_limits, "TRANSACTION_SECONDS", TRANSACTION_SECONDS)
    monkeypatch.setattr(engine, "COMMAND_SECONDS", COMMAND_SECONDS)


@pytest.fixture
def network(database: Database) -> Iterator[Proxy]:
    with Proxy.before(database.url).listening() as network:
        yield network


@pytest.fixture
async def distant(database: Database, network: Proxy) -> AsyncIterator[Database]:
    """The database behind a network."""
    distant = Database(network.beyond(database.url), pool_min=1, pool_max=2)
    await distant.open()
    yield distant
    await distant.close()


async def rename(product: UUID, title: str) -> None:
    await execute("UPDATE product SET title = $2 WHERE id = $1", product, title)


async def test_a_statement_that_is_prepared_and_never_run_keeps_its_locks_no_longer(
    distant: Database, network: Proxy
) -> None:
    product = await make_product(title="Lantern")
    network.last_words = b"SELECT 'prepared, and never run'"

    async def work() -> None:
        await rename(product, "Torch")
        await fetch_value("SELECT 'prepared, and never run'")

    with distant.used(), pytest.raises(Unavailable):
        await atomically(work)
    with pytest.raises(Unavailable, match="Someone else"):  # it still is, for a while
        await rename(product, "Candle")
    await until_done(lambda: rename(product, "Candle"))

    assert await fetch_value("SELECT title FROM product") == "Candle"


async def test_a_gateway_that_falls_silent_keeps_its_payment_no_longer(
    database: Database, network: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_ledger, "_TIMEOUT_SECONDS", COMMAND_SECONDS)
    near, far = Ledger(database.url), Ledger(network.beyond(database.url))
    paid = await near.decide(asked(OperationKind.AUTHORIZE), SCRIPTS["tok_ok"], capture=True)
    refund = asked(OperationKind.REFUND, paid.reference)
    network.last_words = b"WHERE reference = $1 RETURNING *"

    with pytest.raises(GatewayUnknown):
        await far.move(refund, SCRIPTS["tok_ok"])
    answer = await until_done(lambda: near.move(refund, SCRIPTS["tok_ok"]))

    assert answer.verdict is Verdict.SUCCEEDED
    await near.close()
    await far.close()


def asked(kind: OperationKind, reference: str | None = None) -> Op:
    return Op(key=str(uuid4()), kind=kind, amount=1000, currency="EUR", reference=reference)
