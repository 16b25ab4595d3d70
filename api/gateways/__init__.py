"""Ways to be paid: clients of other people's systems, behind the Protocol of db.payments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.gateways.fake import FakeGateway
from api.gateways.manual import ManualGateway
from api.settings import Settings
from db.payments import Gateway, Gateways

__all__ = ["FakeGateway", "ManualGateway", "opened"]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateways]:
    """Hold the gateways that the settings name, for as long as the block runs."""
    fake = FakeGateway(settings.database_url or "")
    known: dict[str, Gateway] = {"fake": fake, "manual": ManualGateway()}
    try:
        yield {name: known[name] for name in settings.gateways}
    finally:
        await fake.close()
