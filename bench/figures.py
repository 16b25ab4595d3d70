"""The arithmetic: what was counted in a spell becomes figures, and rounds of them a middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.load import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """One server, asked one query for a while."""

    per_second: float
    p50_ms: float
    p99_ms: float
    server_us: float
    """What the server spent on its core, for one request."""
    database_us: float
    """The same of PostgreSQL, all its processes together."""
    generator_us: float
    answer_bytes: float

    @classmethod
    def of(cls, load: Load, *, server_seconds: float, database_seconds: float) -> "Spell":
        """Make the figures of one request out of those of a whole spell."""
        return cls(
            per_second=load.requests / load.seconds,
            p50_ms=percentile(load.latencies, 50) * 1e3,
            p99_ms=percentile(load.latencies, 99) * 1e3,
            server_us=server_seconds / load.requests * 1e6,
            database_us=database_seconds / load.requests * 1e6,
            generator_us=load.own_seconds / load.requests * 1e6,
            answer_bytes=load.body_bytes / load.requests,
        )


@dataclass(frozen=True, slots=True)
class Middle:
    """The median of some rounds, and the middle half of them."""

    value: float
    low: float
    high: float


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that this part of all values does not exceed.

    >>> percentile([5, 1, 4, 2, 3], 50), percentile([5, 1, 4, 2, 3], 99)
    (3, 5)
    """
    ranked = sorted(values)
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]


def middle(values: Sequence[float]) -> Middle:
    """Take the middle of what the rounds gave: one that was disturbed does not move it.

    >>> middle([1, 2, 3, 4, 50])
    Middle(value=3, low=2.0, high=4.0)
    """
    if len(values) == 1:
        return Middle(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Middle(median(values), low, high)


def ratio(values: Sequence[float], floor: Sequence[float]) -> Middle:
    """Compare round by round: what slowed a round down slowed both.

    >>> ratio([20, 30, 90], [10, 10, 30])
    Middle(value=3.0, low=2.5, high=3.0)
    """
    return middle([value / base for value, base in zip(values, floor, strict=True)])
