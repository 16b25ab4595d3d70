"""What the commands do that bring data into a shop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api import preparation
from api.environment import load
from api.faults import CommandFailedError, Fault, StartRefusedError
from api.importing.files import UnreadableFile
from api.importing.online_retail.file import import_online_retail
from api.importing.progress import Bar, Silence
from api.importing.report import Report
from api.importing.seeding import Size
from api.importing.seeding import seed as fill_with
from api.importing.shopify import file as shopify
from api.replay import run
from api.replay.run import Replayed
from api.settings import Settings
from db.config import Database
from db.seeds.filling import CannotFill, Progress
from db.shop import ShopIsNotInstalled

Importer = Callable[[str, Progress], Awaitable[Report]]


async def fill_with_demo(settings: Settings, tell: preparation.Tell) -> None:
    """Fill an empty shop with the demo."""
    tell("Filling the shop with the demo's goods, customers and orders ...")
    try:
        await _seed(preparation.url_of(settings), Size.DEMO, replace=False, progress=Silence())
    except CannotFill as fault:
        tell(f"Not filled: {fault}")


def seed(size: Size, *, replace: bool) -> None:
    """Fill the shop with the demo or with the bench's data, and say what went in."""
    settings = load()
    if settings.is_production and size is Size.DEMO:
        raise StartRefusedError(
            [
                Fault(
                    "TRADEPOST_ENV",
                    "is production; everybody knows the demo's logins.",
                    "Seed a development shop.",
                )
            ]
        )
    _bring_in(settings, lambda url, progress: _seed(url, size, replace=replace, progress=progress))


def import_retail(path: Path, *, replace: bool) -> None:
    """Turn the Online Retail data into a shop with its past, and say what went in."""
    _bring_in(
        load(),
        lambda url, progress: import_online_retail(
            url=url, path=path, now=datetime.now(UTC), replace=replace, progress=progress
        ),
    )


def import_shopify(path: Path) -> None:
    """Bring a Shopify export into the shop, and say what went in."""
    _bring_in(load(), lambda url, progress: _shopify(url, path, progress))


async def _shopify(url: str, path: Path, progress: Progress) -> Report:
    database = Database(url, pool_min=1, pool_max=2)
    await database.open()
    try:
        return await shopify.import_shopify(path=path, now=datetime.now(UTC), progress=progress)
    except ShopIsNotInstalled as fault:
        raise CannotFill("There is no shop yet: start it once, or seed it.") from fault
    finally:
        await database.close()


def replay(path: Path, *, day: date, concurrency: int, url: str | None) -> None:
    """Send a day of invoices through the API of a shop that runs, and say what came of it.

    :raises CommandFailedError: what came of it is not what was sent.
    """
    settings = load()
    with preparation.database(settings) as ready, Bar() as bar:
        work = _replayed(ready, bar, path=path, day=day, concurrency=concurrency, url=url)
        try:
            done = asyncio.run(work)
        except (UnreadableFile, ShopIsNotInstalled) as fault:
            raise CommandFailedError(f"{fault}") from fault
    _print(done.tables())
    if not done.is_right:
        raise CommandFailedError("What was placed is not what was sent: see above.")


async def _replayed(
    settings: Settings, bar: Bar, *, path: Path, day: date, concurrency: int, url: str | None
) -> Replayed:
    database_url = preparation.url_of(settings)
    database = Database(database_url, pool_min=1, pool_max=2)
    await database.open()
    try:
        return await run.replay(
            path=path,
            day=day,
            concurrency=concurrency,
            url=url or f"http://127.0.0.1:{settings.port}/graphql",
            database_url=database_url,
            now=datetime.now(UTC),
            progress=bar,
        )
    finally:
        await database.close()


def _aside(line: str) -> None:
    Console(stderr=True).print(line)


def _bring_in(settings: Settings, importer: Importer) -> None:
    with preparation.database(settings) as ready:
        asyncio.run(preparation.prepare(ready, _aside))
        try:
            with Bar() as bar:
                report = asyncio.run(_started(importer(preparation.url_of(ready), bar)))
        except (UnreadableFile, CannotFill) as fault:
            raise CommandFailedError(f"{fault} Nothing was changed.") from fault
    _print(report.tables())


def _print(tables: Iterable[Table]) -> None:
    console = Console()
    for table in tables:
        console.print(table)


async def _started(work: Awaitable[Report]) -> Report:
    return await work


async def _seed(url: str, size: Size, *, replace: bool, progress: Progress) -> Report:
    return await fill_with(
        url=url,
        size=size,
        now=datetime.now(UTC),
        replace=replace,
        progress=progress,
    )
