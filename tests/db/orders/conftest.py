"""A shop in which orders can be made, and the gateways that it is paid through."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from api.gateways import ManualGateway
from db.config import Database
from tests.buying import Counter, open_counter
from tests.gateways import FaultyGateway
from tests.goods import make_shop, make_variant


@pytest.fixture
async def fake(database: Database) -> AsyncIterator[FaultyGateway]:
    """The fake gateway, whose line can be disturbed."""
    gateway = FaultyGateway(database.url)
    yield gateway
    await gateway.close()


@pytest.fixture
async def counter(database: Database, fake: FaultyGateway, oracle: None) -> Counter:
    """A place to buy at; when the test is over, the oracle looks at what it left."""
    await make_shop()
    return await open_counter(fake, ManualGateway())


@pytest.fixture
async def lantern(counter: Counter) -> UUID:
    """A variant at 10.00 EUR, of which there are 100."""
    return await make_variant(title="Lantern")
