"""One clock for all: the process's time, corrected by its offset to the database's."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from db.base import fetch_value

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(instant: datetime) -> int:
    """Return the time from 1970 to an instant, in microseconds.

    >>> microseconds(datetime(1970, 1, 1, 0, 1, 0, 5, tzinfo=UTC))
    60000005
    """
    return (instant - _EPOCH) // _MICROSECOND


class Clock(Protocol):
    """What gives the present instant, in UTC."""

    def now(self) -> datetime: ...


class DatabaseClock:
    """The process's time corrected by its offset to the database, so that skew does not matter."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def synchronize(self) -> None:
        """Measure the offset again, taking the answer as of the middle of its round trip."""
        before = datetime.now(UTC)
        there: datetime = await fetch_value("SELECT clock_timestamp()")
        after = datetime.now(UTC)
        self._offset = there - (before + (after - before) / 2)
