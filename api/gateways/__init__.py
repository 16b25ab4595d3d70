"""Ways to be paid: clients of other people's systems, behind the Protocol of db.payments."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from api.gateways.fake import FakeGateway
from api.gateways.manual import ManualGateway
from api.settings import Settings
from db.payments import Gateway, Gateways

if TYPE_CHECKING:
    from api.gateways.stripe import StripeGateway

__all__ = ["FakeGateway", "ManualGateway", "opened"]


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateways]:
    """Hold the gateways that the settings name, for as long as the block runs."""
    async with AsyncExitStack() as closing:
        fake = FakeGateway(settings.database_url or "")
        closing.push_async_callback(fake.close)
        known: dict[str, Gateway] = {"fake": fake, "manual": ManualGateway()}
        if "stripe" in settings.gateways:
            stripe = _stripe(settings)
            closing.push_async_callback(stripe.close)
            known["stripe"] = stripe
        yield {name: known[name] for name in settings.gateways}


def _stripe(settings: Settings) -> "StripeGateway":
    """Connect to Stripe: its library takes 0.2 s and 30 MB, and most shops of a test none of it."""
    from api.gateways.stripe import StripeGateway, connect  # noqa: PLC0415

    assert settings.stripe_secret_key  # noqa: S101 - or the settings would have been refused
    return StripeGateway(
        connect(settings.stripe_secret_key, url=settings.stripe_url),
        publishable_key=settings.stripe_publishable_key,
        webhook_secrets=settings.stripe_webhook_secret,
    )
