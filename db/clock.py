"""One clock for all: the process's time, corrected by its offset to the database's."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

from db.base import fetch_value


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
