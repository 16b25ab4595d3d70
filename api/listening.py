"""The port: opened once, before anything else is started, and who has it if we cannot."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from api.faults import Fault, StartRefusedError
from api.settings import Settings

BACKLOG = 2048
_OPTIONS = [
    (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),
    # Connections inherit these: a peer that went without a word is gone after a minute and a half.
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    *(
        (socket.IPPROTO_TCP, getattr(socket, name), value)
        for name, value in (
            ("TCP_KEEPIDLE", 60),
            ("TCP_KEEPINTVL", 10),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", 60_000),  # the same for what was sent to it; in milliseconds
        )
        if hasattr(socket, name)  # Linux has them all, other systems some
    ),
]


def listen(settings: Settings) -> socket.socket:
    """Open the port.

    :raises StartRefusedError: if it cannot be had, naming who has it where we know.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        for level, option, value in _OPTIONS:
            listener.setsockopt(level, option, value)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as fault:
        raise StartRefusedError([_fault(settings, fault)]) from fault
    return listener


@contextmanager
def noted(settings: Settings) -> Iterator[None]:
    """Note who has the port, for the next one who wants it; the lock says that it still holds.

    Where nothing can be written (a container that only reads) there is no note, and nothing amiss.
    """
    with ExitStack() as open_things:
        with suppress(OSError):
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            note = open_things.enter_context(_note(settings).open("a+"))
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
            note.truncate(0)
            note.write(str(os.getpid()))
            note.flush()
        yield


def _fault(settings: Settings, fault: OSError) -> Fault:
    host, port = settings.host, settings.port
    if isinstance(fault, socket.gaierror) or fault.errno == errno.EADDRNOTAVAIL:
        return Fault(
            "HOST",
            f"is {host!r}, which is no address of this machine.",
            "Set it like HOST=127.0.0.1 or, to be reached from outside, HOST=0.0.0.0",
        )
    if fault.errno == errno.EACCES:
        return Fault("PORT", f"is {port}, which only root may open.", "Set it like PORT=8000")
    holder = _holder(settings)
    if holder:
        return Fault(
            "PORT",
            f"is {port}, where Tradepost is running already (pid {holder}, {settings.url}).",
            f"Use that one, stop it (Ctrl-C, or kill {holder}), or set another like "
            f"PORT={port + 1}",
        )
    return Fault(
        "PORT",
        f"is {port}, which another program has ({fault.strerror}).",
        f"Stop it, or set another like PORT={port + 1}",
    )


def _holder(settings: Settings) -> int | None:
    """Return the process of ours that has the port, if it is one of this data folder."""
    try:
        with _note(settings).open() as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(note.read())
    except (OSError, ValueError):
        pass
    return None


def _note(settings: Settings) -> Path:
    return settings.data / f"running-{settings.port}"
