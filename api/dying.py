"""Dying on purpose, for tests: as suddenly as by ``kill -9``, at a named point of a payment.

A test writes the name of a point into a file. The process that reaches it removes the file, so that
it is the only one, and kills itself.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

from db import crash_points
from db.crash_points import CrashPoint


def die_where(file: Path) -> None:
    """Look, at every crash point of this process, whether the file names it."""

    def look(point: CrashPoint) -> None:
        with suppress(FileNotFoundError):
            if file.read_text() == point:
                file.unlink()
                os.kill(os.getpid(), signal.SIGKILL)

    crash_points.install(look)
