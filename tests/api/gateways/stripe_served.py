"""The stand-in for Stripe, served over real loopback HTTP, and a gateway that speaks to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import httpx
import uvicorn
from pydantic import SecretStr

from api.gateways.stripe import StripeGateway, connect
from api.gateways.stripe_stand_in import StandIn
from api.gateways.stripe_stand_in.app import SECRET_KEY, WEBHOOK_SECRET

QUICK: Final = httpx.Timeout(2.0, read=0.4)
"""A silence is noticed soon."""


@asynccontextmanager
async def stripe_served(
    now: Callable[[], datetime],
) -> AsyncIterator[tuple[StripeGateway, StandIn]]:
    """Serve a stand-in with this clock, and connect a gateway to it."""
    stand_in = StandIn(now)
    config = uvicorn.Config(
        stand_in, host="127.0.0.1", port=0, lifespan="off", log_config=None, log_level="critical"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    gateway = StripeGateway(
        connect(SecretStr(SECRET_KEY), url=url, timeout=QUICK),
        publishable_key="pk_test_standin",
        webhook_secrets=(SecretStr("whsec_the_next_one"), SecretStr(WEBHOOK_SECRET)),
    )
    try:
        yield gateway, stand_in
    finally:
        stand_in.release()
        await gateway.close()
        server.should_exit = True
        await serving
