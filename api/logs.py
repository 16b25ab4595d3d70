"""What is written down: a line for each request, and everything that went wrong.

JSON in production, for machines; readable elsewhere, for people. Ids and never personal data.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from api.settings import Settings

FIELDS: Final = "fields"
"""The attribute of a log record that holds its fields: ``extra={FIELDS: {...}}``."""


def configure(settings: Settings) -> None:
    """Write the logs of this process to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Machine() if settings.is_production else Person())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error"):  # which bring handlers of their own
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = getattr(record, FIELDS, {})
    return found


def _instant(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


class Machine(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _instant(record).isoformat(timespec="milliseconds"),
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
        at = _instant(record).strftime("%H:%M:%S")
        line = f"{at} {record.levelname.lower():7} {record.getMessage()} {fields}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line
