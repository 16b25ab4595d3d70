"""What the commands do that set up, renew and check a shop."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

from rich.console import Console
from rich.table import Table

from api import opening, preparation
from api.environment import load
from api.faults import CommandFailedError
from api.settings import Settings
from db import invariants, users
from db.config import InUse, wipe
from db.errors import Refusal, Refusals
from db.money import MoneyError
from db.shop import ShopRow


def reset(settings: Settings, tell: preparation.Tell) -> None:
    """Empty the database and open the shop anew."""
    with preparation.database(settings) as ready:
        asyncio.run(preparation.diagnosed(ready))
        try:
            asyncio.run(wipe(preparation.url_of(ready)))
        except InUse as fault:
            raise CommandFailedError(f"{fault}") from fault
        asyncio.run(preparation.prepare(ready, tell))
        asyncio.run(opening.open_shop(ready, tell))


def install(
    name: str, currency: str, countries: list[str], *, prices_include_tax: bool, time_zone: str
) -> None:
    """Install a shop, unless there is one, and say what there is."""

    async def work(ready: Settings) -> ShopRow:
        async with opening.opened(ready):
            return await opening.install(
                name,
                currency.upper(),
                [country.upper() for country in countries],
                prices_include_tax=prices_include_tax,
                time_zone=time_zone,
            )

    with preparation.prepared(load()) as ready:
        try:
            found = asyncio.run(work(ready))
        except (MoneyError, ZoneInfoNotFoundError) as fault:
            raise CommandFailedError(str(fault.args[0])) from fault
    Console().print(f"The shop is {found.name}, with prices in {found.currency}.")


def create_owner(email: str, password: str) -> None:
    """Make an owner, or one of an account that there is."""

    async def work(ready: Settings) -> None:
        async with opening.opened(ready):
            await users.create_owner(email=email, password=password, now=datetime.now(UTC))

    with preparation.prepared(load()) as ready:
        try:
            asyncio.run(work(ready))
        except (Refusal, Refusals) as fault:
            raise CommandFailedError(f"{fault} Nothing was changed.") from fault
    Console().print(f"{email} is an owner now.")


def ask_invariants() -> None:
    """Ask the database every sentence that must be true of a shop."""
    with preparation.prepared(load()) as ready:
        violations = asyncio.run(invariants.broken(preparation.url_of(ready)))
    Console().print(_table({each.sentence for each in violations}))
    if violations:
        raise CommandFailedError("\n".join(map(str, violations)))
    Console().print(f"All {len(invariants.INVARIANTS)} invariants hold.")


def _table(broken: Collection[str]) -> Table:
    table = Table("What must be true", "")
    for each in invariants.INVARIANTS:
        table.add_row(each.sentence, "not so" if each.sentence in broken else "so")
    return table
