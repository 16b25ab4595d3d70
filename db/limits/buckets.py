"""The buckets as one process sees them.

A process may spend a tenth of a bucket, its lease, before it asks the others; by the second it
writes down what it spent and learns what they did. So most requests cost no statement, and all
processes together give at most a lease each more than there is.

While the database is away each process counts for itself: nobody is refused for that reason, and
nobody gets more than the limit from any one process.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from db.access import Caller
from db.clock import Clock
from db.config import Database
from db.errors import Unavailable
from db.limits import store
from db.limits.addresses import network
from db.limits.rate import Rate, RateLimited, Standing

logger = logging.getLogger(__name__)

LEASES: Final = 10
"""How many leases a bucket holds."""
MOST_BUCKETS: Final = 50_000
SETTLE_SECONDS: Final = 1
_AWAY: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Rates:
    """How much each kind of caller may do."""

    guest: Rate
    user: Rate
    api_key: Rate
    checkout: Rate
    document: Rate
    """Counted in characters."""


@dataclass(slots=True)
class _Bucket:
    """What is known here of a bucket, and how much of what was spent the others do not know."""

    name: str
    rate: Rate
    full_at: datetime
    owed: int = 0

    def after(self, points: int, now: datetime) -> datetime:
        """Return when it would be full if so much more were taken."""
        return max(self.full_at, now) + self.rate.time_of(points)

    def tell(self) -> int:
        """Return what is owed, to be told to the others."""
        owed, self.owed = self.owed, 0
        return owed

    def hear(self, full_at: datetime) -> None:
        """Take in when it will be full, as the others know it."""
        self.full_at = max(self.full_at, full_at + self.rate.time_of(self.owed))


class Buckets:
    """The buckets of the callers of a process."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._known: dict[UUID | str, _Bucket] = {}
        self._away_until = datetime.min.replace(tzinfo=UTC)

    async def take(self, caller: Caller, points: int, now: datetime) -> Standing:
        """Take an operation's price out of its caller's bucket.

        :raises RateLimited: there is not so much in it now.
        """
        return await self._take(self._of(caller, now), points, now)

    async def take_checkout(self, caller: Caller, now: datetime) -> None:
        """Count one more checkout from the caller's address.

        :raises RateLimited: there were too many.
        """
        await self._take_of_address("checkout", self._rates.checkout, caller, 1, now)

    async def take_document(self, caller: Caller, characters: int, now: datetime) -> None:
        """Count a document that has to be read for the first time, from the caller's address.

        :raises RateLimited: there was too much of that.
        """
        await self._take_of_address("document", self._rates.document, caller, characters, now)

    def standing(self, caller: Caller, now: datetime) -> Standing:
        """Describe the caller's bucket, and take nothing."""
        bucket = self._of(caller, now)
        return bucket.rate.standing(bucket.after(0, now), now)

    def __len__(self) -> int:
        return len(self._known)

    async def _take_of_address(
        self, what: str, rate: Rate, caller: Caller, points: int, now: datetime
    ) -> None:
        key = f"{what}:{network(caller.ip)}"
        await self._take(self._found(key, key, rate, now), points, now)

    def _of(self, caller: Caller, now: datetime) -> _Bucket:
        key = caller.user_id or caller.api_key_id or network(caller.ip)
        bucket = self._known.get(key)
        if bucket is not None:
            return bucket
        if caller.user_id:
            return self._found(key, f"user:{key}", self._rates.user, now)
        if caller.api_key_id:
            return self._found(key, f"key:{key}", self._rates.api_key, now)
        return self._found(key, f"address:{key}", self._rates.guest, now)

    def _found(self, key: UUID | str, name: str, rate: Rate, now: datetime) -> _Bucket:
        bucket = self._known.get(key)
        if bucket is None:
            if len(self._known) >= MOST_BUCKETS:
                del self._known[next(iter(self._known))]
            bucket = self._known[key] = _Bucket(name, rate, now)
        return bucket

    async def _take(self, bucket: _Bucket, points: int, now: datetime) -> Standing:
        rate = bucket.rate
        full_at = bucket.after(points, now)
        if full_at > now + rate.period:  # the others can only have taken more
            raise _refusal(bucket, points, now)
        before, bucket.full_at = bucket.full_at, full_at
        bucket.owed += points
        if bucket.owed * LEASES > rate.points and now >= self._away_until:
            await self._ask(bucket, points, before, now)
        return rate.standing(bucket.full_at, now)

    async def _ask(self, bucket: _Bucket, points: int, before: datetime, now: datetime) -> None:
        """Take all that is owed from the bucket that all share: refuse where that is too much."""
        owed = bucket.tell()
        try:
            full_at = await store.charge(bucket.name, bucket.rate, owed, now)
            if full_at is None:
                bucket.owed += owed - points
                bucket.full_at = before
                bucket.hear(await store.full_at(bucket.name, now))
                raise _refusal(bucket, points, now)
            bucket.hear(full_at)
        except Unavailable as fault:
            self._is_away(fault, now)

    def _is_away(self, fault: Unavailable, now: datetime) -> None:
        if now >= self._away_until:
            logger.warning("Rate limits are counted by each process for itself: %s", fault)
        self._away_until = now + _AWAY

    async def settle(self, now: datetime) -> None:
        """Tell the others what was spent here, learn what they spent, and forget who is idle."""
        idle = [key for key, one in self._known.items() if not one.owed and one.full_at <= now]
        for key in idle:
            del self._known[key]
        owing = [one for one in self._known.values() if one.owed]
        for start in range(0, len(owing), store.MOST_AT_ONCE):
            await self._settle(owing[start : start + store.MOST_AT_ONCE], now)

    async def _settle(self, owing: list[_Bucket], now: datetime) -> None:
        debts = [(one.name, one.rate.time_of(one.tell())) for one in owing]
        try:
            full = await store.settle(debts, now)
        except Unavailable as fault:
            self._is_away(fault, now)
            return
        for one in owing:
            one.hear(full[one.name])

    @asynccontextmanager
    async def settled(self, database: Database, clock: Clock) -> AsyncIterator[None]:
        """Settle by the second inside the block, and once more at its end."""
        with database.used():
            task = asyncio.create_task(self._keep_settling(clock))
        try:
            yield
        finally:
            task.cancel()
            with database.used():
                await self.settle(clock.now())

    async def _keep_settling(self, clock: Clock) -> None:
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                await self.settle(clock.now())
            except Exception:  # tomorrow's limits must not end with today's mishap
                logger.exception("Rate limits could not be settled")


def _refusal(bucket: _Bucket, points: int, now: datetime) -> RateLimited:
    rate = bucket.rate
    return RateLimited(
        bucket.after(points, now) - now - rate.period, rate.standing(bucket.after(0, now), now)
    )
