"""Starting the servers that are compared: processes of their own, on the core that serves."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import node
from bench.ground import Ground

_ROOT: Final = Path(__file__).parents[1]
_PATIENCE_SECONDS: Final = 60.0


class DidNotStart(Exception):
    """A server is not there."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the servers: its program, which is handed a listening socket and our line to it."""

    name: str
    meaning: str
    command: Sequence[str]
    why_not: Callable[[], str | None] = lambda: None
    """Says why it cannot be had here, if it cannot; brings what it needs."""


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"bench.servers.{module}", *arguments)


FLOOR: Final = Kind("floor", "uvicorn, asyncpg, dictionaries, orjson", _python("floor"))
SHOP: Final = Kind("tradepost", "as it is", _python("shop"))


def profiled(path: Path) -> Kind:
    """Tradepost, which writes down where its time went."""
    return Kind("profile", "as it is, sampled", _python("shop", "--profile", str(path)))


def without(protection: str) -> Kind:
    """Tradepost with a protection taken out."""
    return Kind(f"without {protection}", "less safe", _python("shop", "--without", protection))


INTERPRETED: Final = Kind(
    "interpreted", "Tradepost, its operations run by graphql-core", _python("shop", "--interpreted")
)
TEXTBOOK: Final = Kind(
    "textbook", "FastAPI, Strawberry's router, Tortoise's models", _python("textbook")
)
MERCURIUS: Final = Kind(
    "mercurius",
    "Mercurius, graphql-jit and pg, on Node",
    ("node", str(node.FOLDER / "server.mjs")),
    why_not=node.why_not,
)
SELLING: Final = frozenset({"tradepost", "interpreted"})
"""Those that have a checkout."""
KINDS: Final[Mapping[str, Kind]] = {
    "floor": FLOOR,
    "tradepost": SHOP,
    "interpreted": INTERPRETED,
    "textbook": TEXTBOOK,
    "mercurius": MERCURIUS,
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    kind: Kind
    process: int
    port: int


@contextmanager
def started(kind: Kind, ground: Ground, core: int, log: Path) -> Iterator[Running]:
    """Lend a server that runs on one core.

    It is handed a socket to listen on, and the end of a line: it says there that it is ready, and
    ends when we are gone.

    :raises DidNotStart: with the end of what it said.
    """
    ours, theirs = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0), backlog=1_024) as listener, ours, theirs:
        port: int = listener.getsockname()[1]
        with log.open("ab") as out:
            process = subprocess.Popen(
                [
                    *kind.command,
                    "--line",
                    str(theirs.fileno()),
                    "--listener",
                    str(listener.fileno()),
                ],
                cwd=_ROOT,
                env=_environment(ground),
                pass_fds=(theirs.fileno(), listener.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
        os.sched_setaffinity(process.pid, {core})
        theirs.close()
        listener.close()
        try:
            _await(ours, kind, log)
            yield Running(kind, process.pid, port)
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(ground: Ground) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": ground.url,
        "TRADEPOST_SECRET_KEY": ground.settings.secret_key,
        "TRADEPOST_DATA": str(ground.settings.data),
    }


def _await(line: socket.socket, kind: Kind, log: Path) -> None:
    line.settimeout(_PATIENCE_SECONDS)
    began = time.monotonic()
    try:
        said = line.recv(1)
    except TimeoutError:
        said = b""
    if not said:
        seconds = time.monotonic() - began
        raise DidNotStart(f"{kind.name} is not there after {seconds:.0f} s: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2_000:]
