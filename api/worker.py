"""The worker: what happens in a shop without anybody asking for it."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from api import gateways, logs
from api.environment import load
from api.lifeline import Line
from api.preparation import WORKER_CONNECTIONS, url_of
from api.settings import Settings
from db import carts, events, limits, orders, payments, secrets, users
from db.clock import DatabaseClock
from db.config import Database
from db.errors import Unavailable
from db.events import Claim, Outcome
from db.invariants import INVARIANTS, broken
from db.payments import Gateways

logger = logging.getLogger("tradepost.worker")

CLOCK_SECONDS = 60.0
RECONCILIATION_SECONDS = 5.0
HOLDS_SECONDS = 600.0
CLEANING_SECONDS = 600.0
SESSIONS_SECONDS = 3600.0
INVARIANTS_SECONDS = 600.0
"""How often it is looked whether they were asked today."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something done again and again: how often, and what. It returns how many things it did.

    Where that was a whole batch there may be more, and the next round follows at once.
    """

    name: str
    every_seconds: float
    batch: int
    work: Callable[[], Awaitable[int]]


def jobs(settings: Settings, clock: DatabaseClock, opened: Gateways) -> list[Job]:
    """Return all that the worker does."""

    async def synchronize_clock() -> int:
        await clock.synchronize()
        return 0

    def cleaning(
        name: str,
        batch: int,
        delete: Callable[..., Awaitable[int]],
        every_seconds: float = CLEANING_SECONDS,
    ) -> Job:
        return Job(name, every_seconds, batch, lambda: delete(now=clock.now()))

    return [
        Job("clock", CLOCK_SECONDS, 1, synchronize_clock),
        Job(
            "orders that were not paid in time",
            settings.expiry_seconds,
            orders.BATCH,
            lambda: orders.expire_due(gateways=opened, now=clock.now()),
        ),
        Job(
            "payments whose outcome is not known",
            RECONCILIATION_SECONDS,
            orders.BATCH,
            lambda: orders.reconcile_due(gateways=opened, now=clock.now()),
        ),
        Job(
            "messages of gateways that came too early",
            RECONCILIATION_SECONDS,
            orders.BATCH,
            lambda: orders.apply_waiting_events(gateways=opened, now=clock.now()),
        ),
        Job(
            "authorizations that have run out",
            HOLDS_SECONDS,
            orders.BATCH,
            lambda: orders.end_run_out(gateways=opened, now=clock.now()),
        ),
        cleaning(
            "messages of gateways that are long over",
            payments.MESSAGES_AT_ONCE,
            payments.forget_messages,
        ),
        cleaning("carts that nobody came back to", carts.MOST_AT_ONCE, carts.delete_expired),
        cleaning(
            "sessions that are long over", users.MOST_AT_ONCE, users.delete_ended, SESSIONS_SECONDS
        ),
        cleaning("rate limits of those who have gone", limits.MOST_AT_ONCE, limits.delete_full),
        cleaning("idempotency keys whose time is over", events.MOST_AT_ONCE, events.forget_claims),
        cleaning("events that are long over", events.MOST_AT_ONCE, events.forget_events),
        cleaning(
            "rows of the audit trail that were kept for long enough",
            events.MOST_AT_ONCE,
            events.forget_audit,
        ),
        Job(
            "sentences that are not so, and must be",
            INVARIANTS_SECONDS,
            len(INVARIANTS) + 1,
            lambda: ask_invariants(url_of(settings), now=clock.now()),
        ),
    ]


async def ask_invariants(url: str, *, now: datetime) -> int:
    """Ask once a day what must be true of the whole shop, whichever worker comes first.

    Return how many sentences are not so; the log shows them.
    """

    async def nothing() -> Outcome:
        return Outcome()

    today = Claim("system", f"invariants of {now:%Y-%m-%d}", "system.invariants", b"")
    if (await events.once(today, now, nothing)).replayed:
        return 0
    violations = await broken(url)
    for each in violations:
        logger.error("%s", each)
    return len(violations)


async def work(settings: Settings, stopping: asyncio.Event, ready: Callable[[], None]) -> None:
    """Do all jobs until told to stop; a job under way is finished."""
    secrets.install(secrets.Keyring(settings.secret_key))
    database = Database(url_of(settings), pool_min=1, pool_max=WORKER_CONNECTIONS)
    await database.open()
    try:
        with database.used():
            clock = DatabaseClock()
            await clock.synchronize()
            ready()
            async with gateways.opened(settings) as opened:
                await repeat(jobs(settings, clock, opened), stopping)
    finally:
        await database.close()


async def repeat(all_jobs: Iterable[Job], stopping: asyncio.Event) -> None:
    """Do each job in its own rhythm until told to stop."""
    async with asyncio.TaskGroup() as group:
        for job in all_jobs:
            group.create_task(_repeat(job, stopping), name=job.name)


async def _repeat(job: Job, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        done = await _do(job)
        if done < job.batch:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), job.every_seconds)


async def _do(job: Job) -> int:
    try:
        done = await job.work()
    except Unavailable as fault:
        logger.warning("%s: %s", job.name, fault)
        return 0
    except Exception:  # the fault of one job must not stop the others
        logger.exception("%s failed", job.name)
        return 0
    if done:
        logger.info("%s: %d", job.name, done)
    return done


async def run(settings: Settings, line: Line | None = None) -> None:
    """Work until SIGTERM or SIGINT."""
    logs.configure(settings)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    beating = asyncio.create_task(line.beat()) if line else None
    try:
        await work(settings, stopping, ready=line.ready if line else lambda: None)
    finally:
        if beating:
            beating.cancel()


def main() -> None:
    """Be the worker of a supervisor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--line", type=int, required=True)
    line = Line(parser.parse_args().line)
    settings = load()
    asyncio.run(run(settings, line))


if __name__ == "__main__":
    main()
