"""Build the explorer beside a running shop, as a process of its own that goes with the shop."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from api.explorer.building import Build, BuildFailedError
from api.faults import CommandFailedError
from api.settings import Settings

STOP_SECONDS: Final = 5
NICENESS: Final = 10


@contextmanager
def building(settings: Settings) -> Iterator[Callable[[], str]]:
    """Lend a function that has the explorer built where it is not, and says how it stands."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        if not settings.explorer:
            return ""
        if Build().is_done:
            return "GraphiQL in a browser"
        started.append(_build())
        return "GraphiQL in a browser, as soon as it is built"

    try:
        yield start
    finally:
        for process in started:
            _stop(process)


def _build() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "api", "explorer", "build"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # why it failed is on the page
        start_new_session=True,  # Ctrl-C in the terminal is for the shop, which then stops this
    )


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
            return


def build_gently() -> None:
    """Build the explorer, giving way to the shop; leave nothing behind when told to stop.

    :raises CommandFailedError: it cannot be built.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.nice(NICENESS)
    try:
        Build().make()
    except BuildFailedError as failure:
        raise CommandFailedError(f"The explorer cannot be built. {failure}") from failure
