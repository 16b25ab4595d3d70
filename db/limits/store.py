"""The buckets that all processes share: a name, and the instant when it will be full again.

The table is unlogged: after a crash of the database everybody starts with a full bucket.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from db.base import execute, fetch, fetch_value
from db.limits.rate import Rate

MOST_AT_ONCE: Final = 1_000

_CHARGE: Final = """
    INSERT INTO rate_bucket AS known (name, full_at)
    VALUES ($1, $2::timestamptz + $3::interval)
    ON CONFLICT (name) DO UPDATE SET full_at = greatest(known.full_at, $2) + $3
     WHERE greatest(known.full_at, $2) + $3 <= $2 + $4::interval
    RETURNING full_at
"""

_SETTLE: Final = """
    INSERT INTO rate_bucket AS known (name, full_at)
    SELECT name, $3::timestamptz + owed
      FROM unnest($1::text[], $2::interval[]) AS debt (name, owed) ORDER BY name
    ON CONFLICT (name) DO UPDATE
       SET full_at = greatest(known.full_at, $3) + (excluded.full_at - $3)
    RETURNING name, full_at
"""
"""In the order of their names, so that two processes never wait for each other."""


async def charge(name: str, rate: Rate, points: int, now: datetime) -> datetime | None:
    """Take points out of a bucket, and return when it will be full; None if there are too few."""
    found: datetime | None = await fetch_value(
        _CHARGE, name, now, rate.time_of(points), rate.period
    )
    return found


async def full_at(name: str, now: datetime) -> datetime:
    """Return when a bucket will be full: now, if nothing is known of it."""
    found: datetime | None = await fetch_value(
        "SELECT full_at FROM rate_bucket WHERE name = $1", name
    )
    return found or now


async def settle(debts: Sequence[tuple[str, timedelta]], now: datetime) -> dict[str, datetime]:
    """Write down what was spent already, whether it was there or not; return when each is full."""
    names, owed = zip(*debts, strict=True)
    return {row[0]: row[1] for row in await fetch(_SETTLE, names, owed, now)}


async def give_back(names: Sequence[str], times: Sequence[timedelta]) -> None:
    """Put back what was taken for nothing."""
    await execute(
        "UPDATE rate_bucket SET full_at = full_at - time"
        " FROM unnest($1::text[], $2::interval[]) AS given (given_name, time)"
        " WHERE name = given_name",
        names,
        times,
    )


async def delete_full(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Forget buckets that are full, and return how many; call again while it is ``most``."""
    return await execute(
        "DELETE FROM rate_bucket WHERE name IN (SELECT name FROM rate_bucket WHERE full_at <= $1"
        " LIMIT $2 FOR UPDATE SKIP LOCKED)",
        now,
        most,
    )
