"""What is written down: a line for each request, and everything that went wrong.

JSON in production, for machines; readable elsewhere, for people. Ids and never personal data.
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TextIO

import orjson

from api.settings import Settings

GATHER_SECONDS: Final = 0.1
MOST_LINES: Final = 200
FIELDS: Final = "fields"
"""The attribute of a log record that holds its fields: ``extra={FIELDS: {...}}``."""


def configure(settings: Settings, *, gathering: bool = False) -> None:
    """Write the logs of this process to standard error.

    ``gathering``: together where they are many. Its loop must run as long as the process does.
    """
    _note_no_more_than_is_written()
    handler = Gathering(sys.stderr) if gathering else logging.StreamHandler(sys.stderr)
    handler.setFormatter(Machine() if settings.is_production else Person())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error"):  # which bring handlers of their own
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _note_no_more_than_is_written() -> None:
    """Spare each record the search for where it comes from: see Python's logging HOWTO."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as the HOWTO says


class Gathering(logging.StreamHandler[TextIO]):
    """Writes the lines of a moment's requests together: one call of the system, not one for each.

    Everything else is written at once, with all that came before it.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._is_due = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line of a record for a moment."""
        self._lines.append(self.format(record))
        can_wait = hasattr(record, FIELDS) and record.levelno <= logging.INFO
        if not can_wait or len(self._lines) >= MOST_LINES or not self._later():
            self.flush()

    def flush(self) -> None:
        """Write what was kept."""
        self._is_due = False
        lines, self._lines = self._lines, []
        if lines:
            self.stream.write("\n".join(lines) + "\n")
            super().flush()

    def _later(self) -> bool:
        """See to it that the lines are written soon; not where no loop runs to do it."""
        if not self._is_due:
            try:
                asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)
            except RuntimeError:
                return False
            self._is_due = True
        return True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, FIELDS, {})
    return found


@lru_cache(maxsize=1)
def _second(since_epoch: int) -> str:
    """Print the second that many lines share."""
    return datetime.fromtimestamp(since_epoch, UTC).isoformat()[: len("2026-11-23T12:00:00")]


class Machine(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": f"{_second(int(record.created))}.{int(record.created % 1 * 1000):03}+00:00",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class Person(logging.Formatter):
    """One readable line, and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        at = _second(int(record.created))[-len("12:00:00") :]
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
