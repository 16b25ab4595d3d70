"""A `tradepost run` in a process of its own, as a person would start it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from api.environment import FIELDS
from api.settings import PREFIX
from db.embedded.cluster import Postmaster
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
ENGINE = f"{PREFIX}COMPILED"
"""Servers run on the engine that the tests are run with."""


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Return an environment with these settings of ours and no other, but for the engine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == ENGINE or not (name.startswith(PREFIX) or name in FIELDS)
    }
    return {**kept, "TRADEPOST_DATA": str(data), "TRADEPOST_EXPLORER": "false", **variables}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def tradepost(
    *arguments: str, data: Path, typed: str = "", **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        cwd=ROOT,
        env=environment(data, **variables),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
    """Tell whether the condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Running:
    """The shop, open."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port = int(variables.pop("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_suffix(".log")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "api", "run"],
                cwd=ROOT,
                env=environment(data, PORT=str(self.port), **variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.was_open = eventually(lambda: self.is_open or self.process.poll() is not None)

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def is_open(self) -> bool:
        return "Tradepost is open" in self.said

    @property
    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", timeout=5).is_success
        except httpx.HTTPError:
            return False

    @property
    def postgresql(self) -> Postmaster | None:
        return Postmaster.of(self.data / "postgres")

    def children(self) -> dict[int, str]:
        """Return the processes it started, and what they run."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = entry.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                command = entry.joinpath("cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            if int(parent) == self.process.pid:
                found[int(entry.name)] = command
        return found

    def interrupt(self) -> int:
        """Press Ctrl-C: the terminal sends it to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Kill it, so that nothing of it can do anything any more."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)
