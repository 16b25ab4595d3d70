"""So much in so long a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from db.errors import Fault


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``points`` that an empty one needs ``period`` to become again, evenly.

    >>> rate = Rate(10, timedelta(minutes=1))
    >>> rate.time_of(2)
    datetime.timedelta(seconds=12)
    """

    points: int
    period: timedelta

    def time_of(self, points: int) -> timedelta:
        """Return how long it takes to fill in so many points."""
        return self.period * points // self.points

    def remaining(self, full_at: datetime, now: datetime) -> int:
        """Return how many points there are in a bucket that will be full at an instant."""
        left = (now + self.period - full_at) * self.points // self.period
        return max(0, min(left, self.points))

    def standing(self, full_at: datetime, now: datetime) -> "Standing":
        """Describe such a bucket."""
        return Standing(self.points, self.remaining(full_at, now), max(full_at, now))


class Standing(NamedTuple):
    """How full a bucket is, and when it will be full."""

    limit: int
    remaining: int
    reset_at: datetime


class RateLimited(Fault):
    """The caller has to wait. Nothing was done."""

    def __init__(self, wait: timedelta, standing: Standing) -> None:
        self.retry_after_seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(f"Too much at once: try again in {self.retry_after_seconds} s.")
        self.standing = standing
