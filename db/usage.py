"""How much a piece of work asks of the database: so many statements, so many seconds."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Usage:
    """What was used since a work began, in all the tasks that it started."""

    statements: int = 0
    seconds: float = 0.0


_current: Final[ContextVar[Usage]] = ContextVar("usage", default=Usage())  # noqa: B039 - nobody's


def begin() -> None:
    """Count from nothing, in this task and those that it starts."""
    _current.set(Usage())


def current() -> Usage:
    """Return what was used so far."""
    return _current.get()
