"""Make sure that there is a shop to serve: the demo's, an empty one, or the one that is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from api.faults import Fault, StartRefusedError
from api.preparation import Tell, url_of
from api.settings import Settings
from db import secrets, shop
from db.config import Database
from db.seeds import demo
from db.seeds.filling import is_empty

HOW_TO_INSTALL = "tradepost install --name NAME --currency GBP --country GB"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[None]:
    """Use the database inside the block, as a command does that calls the shop's verbs."""
    secrets.install(secrets.Keyring(settings.secret_key))
    database = Database(url_of(settings), pool_min=1, pool_max=2)
    await database.open()
    try:
        with database.used():
            yield
    finally:
        await database.close()


async def open_shop(settings: Settings, tell: Tell) -> list[demo.Login]:
    """Fill an empty shop with the demo where the settings say so, else see that there is one.

    Returns the demo's logins that work here: none where the settings want no demo.

    :raises StartRefusedError: in production, if there is none.
    """
    if settings.demo and await is_empty(url_of(settings)):
        from api.intake import fill_with_demo  # noqa: PLC0415  (a start seldom needs all that)

        await fill_with_demo(settings, tell)
    async with opened(settings):
        try:
            await shop.settings()
        except shop.ShopIsNotInstalled:
            if settings.is_production:
                found = "leads to a database in which no shop is installed."
                fault = Fault("DATABASE_URL", found, f"Install one: {HOW_TO_INSTALL}")
                raise StartRefusedError([fault]) from None
            await install("Tradepost", "GBP", ["GB"])
        return await demo.logins_here() if settings.demo else []


async def install(
    name: str,
    currency: str,
    countries: list[str],
    *,
    prices_include_tax: bool = True,
    time_zone: str = "UTC",
) -> shop.ShopRow:
    """Install a shop, unless there is one; return the one that there is."""
    return await shop.install(
        name=name,
        currency=currency,
        prices_include_tax=prices_include_tax,
        time_zone=time_zone,
        countries=countries,
        now=datetime.now(UTC),
    )
