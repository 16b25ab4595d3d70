"""A whole day at once, and what came of it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Final

import httpx
from rich.table import Table

from api.importing.files import UnreadableFile, size_of
from api.replay.buyers import Goods, goods_by_code, open_sessions, total_of
from api.replay.day import Basket, Day, read_day, sold_only
from api.replay.purchase import Buyer, Clock, Result
from db import shop
from db.invariants import Violation, broken
from db.money import Money
from db.seeds.filling import Progress

_PERCENTILES: Final = (50, 95, 99, 100)
_SECONDS_PER_CALL: Final = 30
_MILLISECONDS: Final = 1_000


@dataclass(slots=True)
class Replayed:
    """What became of a day. Sums are in minor units of ``currency``."""

    day: date
    currency: str
    results: Sequence[Result]
    left_out: Counter[str]
    clock: Clock
    held: int
    seconds: float
    violations: Sequence[Violation] = field(default=())

    @property
    def placed(self) -> list[Result]:
        return [one for one in self.results if one.refusal is None]

    @property
    def refused(self) -> list[Result]:
        return [one for one in self.results if one.refusal is not None]

    @property
    def is_right(self) -> bool:
        """All that was sent and not refused is there, to the penny, and nothing is broken."""
        sent = sum(one.sent for one in self.placed)
        replied = sum(one.placed for one in self.placed)
        return 0 < sent == replied == self.held and not self.violations

    def tables(self) -> list[Table]:
        """Lay out what happened for a terminal."""
        return [self._orders(), *self._reasons(), self._latencies(), self._truths()]

    def _orders(self) -> Table:
        table = Table(f"The invoices of {self.day}", title_justify="left")
        table.add_column("Orders", justify="right")
        table.add_column(self.currency, justify="right")
        self._row(table, "sent", len(self.results), sum(one.sent for one in self.results))
        self._row(table, "refused", len(self.refused), sum(one.sent for one in self.refused))
        replied = sum(one.placed for one in self.placed)
        self._row(table, "placed, as the API replied", len(self.placed), replied)
        self._row(table, "placed, as the database holds them", len(self.placed), self.held)
        table.add_section()
        left = sum(one.sent for one in self.placed) - self.held
        self._row(table, "sent and neither refused nor placed", 0, left)
        return table

    def _row(self, table: Table, name: str, orders: int, amount: int) -> None:
        table.add_row(name, f"{orders:,}", Money(amount, self.currency).text)

    def _reasons(self) -> list[Table]:
        refusals = Counter(one.refusal or "" for one in self.refused)
        tables = []
        for heading, what, reasons in (
            ("Refused", "Orders", refusals),
            ("Left out", "Lines, or units where it says so", self.left_out),
        ):
            table = Table(heading)
            table.add_column(what, justify="right")
            for reason, number in reasons.most_common():
                table.add_row(reason, f"{number:,}")
            if reasons:
                tables.append(table)
        return tables

    def _latencies(self) -> Table:
        table = Table(f"{len(self.placed) / self.seconds:,.1f} orders a second")
        table.add_column("Calls", justify="right")
        for percentile in _PERCENTILES:
            name = "most" if percentile == _PERCENTILES[-1] else f"p{percentile}"
            table.add_column(f"{name}, ms", justify="right")
        for name, seconds in self.clock.seconds.items():
            figures = [f"{one * _MILLISECONDS:,.0f}" for one in percentiles(seconds)]
            table.add_row(name, f"{len(seconds):,}", *figures)
        return table

    def _truths(self) -> Table:
        table = Table("What must be true")
        for violation in self.violations:
            table.add_row(str(violation))
        if not self.violations:
            table.add_row("is true: every question of the oracle has no row for an answer")
        return table


async def replay(
    *,
    path: Path,
    day: date,
    concurrency: int,
    url: str,
    database_url: str,
    now: datetime,
    progress: Progress,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Replayed:
    """Send a day of real invoices through the API, so many at a time, and add up what came of it.

    ``transport`` leads to an app in this process instead of a server.

    :raises UnreadableFile: the file cannot be read, or has nothing to send for that day.
    :raises ShopIsNotInstalled: there is no shop.
    """
    currency = (await shop.settings()).currency
    progress.stage("Reading", size_of(path))
    read = read_day(path, day, progress.advance)
    goods = await goods_by_code(now)
    sold_only(read, {code: one.price for code, one in goods.items()})
    if not read.baskets:
        raise UnreadableFile(f"{path} has no invoice of {day} with goods that this shop sells.")
    tokens = await open_sessions({one.customer for one in read.baskets if one.customer}, now)
    clock, loop = Clock(), asyncio.get_running_loop()
    began = loop.time()
    progress.stage("Buying", len(read.baskets))
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(
        timeout=_SECONDS_PER_CALL, limits=limits, transport=transport
    ) as client:
        street = _Street(client, url, clock, currency, tokens, goods, progress)
        results = await street.serve(read, concurrency)
    seconds = loop.time() - began
    placed = [one.order_id for one in results if one.order_id and one.refusal is None]
    return Replayed(
        day=day,
        currency=currency,
        results=results,
        left_out=read.left_out,
        clock=clock,
        held=await total_of(placed),
        seconds=seconds,
        violations=await broken(database_url),
    )


def percentiles(seconds: Sequence[float]) -> list[float]:
    """Find the figures that so many percent of all are not above.

    >>> percentiles([float(number) for number in range(1, 201)])
    [100.0, 190.0, 198.0, 200.0]
    """
    ordered = sorted(seconds)
    return [ordered[-(-len(ordered) * percent // 100) - 1] for percent in _PERCENTILES]


@dataclass(slots=True)
class _Street:
    """All buyers of the day. Who buys several times buys one after the other."""

    client: httpx.AsyncClient
    url: str
    clock: Clock
    currency: str
    tokens: Mapping[str, str]
    goods: Mapping[str, Goods]
    progress: Progress

    async def serve(self, day: Day, concurrency: int) -> list[Result]:
        queues: dict[str, list[Basket]] = defaultdict(list)
        for basket in day.baskets:
            queues[basket.customer or basket.invoice].append(basket)
        room = asyncio.Semaphore(concurrency)
        async with asyncio.TaskGroup() as tasks:
            served = [
                tasks.create_task(self._buy_all(place, queue, room))
                for place, queue in enumerate(queues.values())
            ]
        return [result for task in served for result in task.result()]

    async def _buy_all(
        self, place: int, baskets: Sequence[Basket], room: asyncio.Semaphore
    ) -> list[Result]:
        results = []
        for basket in baskets:
            async with room:
                results.append(await self._buyer(basket, place).buy(basket, self.goods))
            self.progress.advance(1)
        return results

    def _buyer(self, basket: Basket, place: int) -> Buyer:
        token = self.tokens.get(basket.customer or "")
        return Buyer(self.client, self.url, self.clock, self.currency, place, token)
