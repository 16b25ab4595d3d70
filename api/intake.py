"""What the commands do that bring data into a shop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api import opening, preparation
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
from db.seeds.filling import CannotFill, Progress
from db.shop import ShopIsNotInstalled

Importer = Callable[[Settings, Progress], Awaitable[Report]]


async def fill_with_demo(settings: Settings, tell: preparation.Tell) -> None:
    """Fill an empty shop with the demo."""
    tell("Filling the shop with the demo's goods, customers and orders ...")
    try:
        await _seed(settings, Size.DEMO, replace=False, progress=Silence())
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
    _bring_in(
        settings, lambda ready, progress: _seed(ready, size, replace=replace, progress=progress)
    )


def import_retail(path: Path, *, replace: bool) -> None:
    """Turn the Online Retail data into a shop with its past, and say what went in."""
    _bring_in(
        load(),
        lambda ready, progress: import_online_retail(
            url=preparation.url_of(ready),
            path=path,
            now=datetime.now(UTC),
            replace=replace,
            progress=progress,
        ),
    )


def import_shopify(path: Path) -> None:
    """Bring a Shopify export into the shop, and say what went in."""
    _bring_in(load(), lambda ready, progress: _shopify(ready, path, progress))


async def _shopify(settings: Settings, path: Path, progress: Progress) -> Report:
    async with opening.opened(settings):
        try:
            return await shopify.import_shopify(path=path, now=datetime.now(UTC), progress=progress)
        except ShopIsNotInstalled as fault:
            raise CannotFill("There is no shop yet: start it once, or seed it.") from fault


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
    async with opening.opened(settings):
        return await run.replay(
            path=path,
            day=day,
            concurrency=concurrency,
            url=url or f"http://127.0.0.1:{settings.port}/graphql",
            database_url=preparation.url_of(settings),
            now=datetime.now(UTC),
            progress=bar,
        )


def _bring_in(settings: Settings, importer: Importer) -> None:
    with preparation.prepared(settings) as ready:
        try:
            with Bar() as bar:
                report = asyncio.run(_started(importer(ready, bar)))
        except (UnreadableFile, CannotFill) as fault:
            raise CommandFailedError(f"{fault} Nothing was changed.") from fault
    _print(report.tables())


def _print(tables: Iterable[Table]) -> None:
    console = Console()
    for table in tables:
        console.print(table)


async def _started(work: Awaitable[Report]) -> Report:
    return await work


async def _seed(settings: Settings, size: Size, *, replace: bool, progress: Progress) -> Report:
    return await fill_with(
        url=preparation.url_of(settings),
        size=size,
        now=datetime.now(UTC),
        replace=replace,
        progress=progress,
    )
