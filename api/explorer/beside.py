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

NICENESS: Final = 10


@contextmanager
def building(settings: Settings) -> Iterator[Callable[[], str]]:
    """Lend a function that has the explorer built where it is not, and says how it stands."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> str:
        if not settings.explorer:
            return ""
        build = Build()
        if not (build.is_done and build.is_tidy):
            started.append(_build())
        return "GraphiQL in a browser" + ("" if build.is_done else ", as soon as it is built")

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
    """End a build and npm with it, at once: the next one clears away what is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def build_gently() -> None:
    """Build the explorer, giving way to the shop.

    :raises CommandFailedError: it cannot be built.
    """
    os.nice(NICENESS)
    try:
        Build().make()
    except BuildFailedError as failure:
        raise CommandFailedError(f"The explorer cannot be built. {failure}") from failure
