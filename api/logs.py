"""What is written down: a line for each request, and everything that went wrong.

JSON in production, for machines; readable elsewhere, for people. Ids and never personal data.
"""

import asyncio
import logging
import sys
import time
from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, TextIO

import orjson

from api.settings import Settings

GATHER_SECONDS: Final = 0.1
MOST_LINES: Final = 200
FIELDS: Final = "fields"
"""The attribute of a log record that holds the fields of a line, where it was noted as one."""

_gathering: "Gathering | None" = None
"""Where this process gathers the lines of its requests, if it does."""


def configure(settings: Settings, *, gathering: bool = False) -> None:
    """Write the logs of this process to standard error.

    ``gathering``: together where they are many. Its loop must run as long as the process does.
    """
    global _gathering  # noqa: PLW0603 - as logging itself, which belongs to the process
    _note_no_more_than_is_written()
    handler: logging.Handler
    style = Machine() if settings.is_production else Person()
    if gathering:
        handler = _gathering = Gathering(sys.stderr, style)
    else:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(style)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error"):  # which bring handlers of their own
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    if settings.log_level == "info":  # which tells that it comes and goes
        logging.getLogger("tortoise").setLevel(logging.WARNING)


def note(logger: logging.Logger, message: str, fields: Mapping[str, Any]) -> None:
    """Write a line about a request.

    Where lines are gathered it is put there as it is: a record, and its way through the layers of
    Python's logging, cost an eighth of a small answer.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    if _gathering is None:
        logger.info(message, extra={FIELDS: fields})
    else:
        _gathering.note(Line(time.time(), "info", logger.name, message, fields))


def _note_no_more_than_is_written() -> None:
    """Spare each record the search for where it comes from: see Python's logging HOWTO."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 - as the HOWTO says


class Line(NamedTuple):
    """One thing that is written down. ``at`` is in seconds since 1970."""

    at: float
    level: str
    logger: str
    message: str
    fields: Mapping[str, Any]
    error: str | None = None


class Style(logging.Formatter):
    """How a line looks."""

    def format(self, record: logging.LogRecord) -> str:
        return self.printed(
            Line(
                record.created,
                record.levelname.lower(),
                record.name,
                record.getMessage(),
                getattr(record, FIELDS, {}),
                self.formatException(record.exc_info) if record.exc_info else None,
            )
        )

    @abstractmethod
    def printed(self, line: Line) -> str: ...


class Machine(Style):
    """One JSON object a line."""

    def printed(self, line: Line) -> str:
        shown: dict[str, Any] = {
            "at": f"{_second(int(line.at))}.{int(line.at % 1 * 1000):03}+00:00",
            "level": line.level,
            "logger": line.logger,
            "message": line.message,
            **line.fields,
        }
        if line.error:
            shown["error"] = line.error
        return orjson.dumps(shown, default=str).decode()


class Person(Style):
    """One readable line, and the traceback below it."""

    def printed(self, line: Line) -> str:
        fields = " ".join(f"{name}={value}" for name, value in line.fields.items())
        at = _second(int(line.at))[-len("12:00:00") :]
        shown = f"{at} {line.level:7} {line.message} {fields}".rstrip()
        return f"{shown}\n{line.error}" if line.error else shown


@lru_cache(maxsize=1)
def _second(since_epoch: int) -> str:
    """Print the second that many lines share."""
    return datetime.fromtimestamp(since_epoch, UTC).isoformat()[: len("2026-11-23T12:00:00")]


class Gathering(logging.StreamHandler[TextIO]):
    """Writes the lines of a moment's requests together: one call of the system, not one for each.

    Everything else is written at once, with all that came before it.
    """

    def __init__(self, stream: TextIO, style: Style) -> None:
        super().__init__(stream)
        self.setFormatter(style)
        self._style = style
        self._lines: list[Line] = []
        self._is_due = False

    def note(self, line: Line) -> None:
        """Keep a line for a moment."""
        self._lines.append(line)
        if len(self._lines) >= MOST_LINES:
            self.flush()
        elif not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, after what was kept."""
        self._write([*self._taken(), self.format(record)])

    def flush(self) -> None:
        """Write what was kept."""
        self._is_due = False
        if self._lines:
            self._write(self._taken())

    def _taken(self) -> list[str]:
        lines, self._lines = self._lines, []
        return list(map(self._style.printed, lines))

    def _write(self, lines: list[str]) -> None:
        self.stream.write("\n".join(lines) + "\n")
        super().flush()
