"""Who uses the server: the first to come starts it, the last to go stops it.

Each process holds a shared lock on `users.lock`; the kernel drops it when the process ends,
however it ends. A detached watcher waits for the exclusive lock and stops the server for those
who were killed before they could.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

from db.embedded import cluster, programs
from db.embedded.cluster import DATABASE, OWNER, Postmaster
from db.embedded.programs import EmbeddedServerError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MAX_CONNECTIONS = 200

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The details of an error are the values of a row: an email that is taken already, for one.
    "log_error_verbosity": "terse",
}
# Faster, but a crash of the machine may take the data along: for tests.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Locks are held until close() or the end of the process, even if the server object is forgotten.
_held: list[IO[bytes]] = []

ROOT = Path(__file__).parents[2]  # of the clone, or of the site's packages


@dataclass(slots=True)
class EmbeddedServer:
    """The PostgreSQL of one folder: start() to use it, close() when done with it."""

    folder: Path
    durable: bool = True
    max_connections: int = MAX_CONNECTIONS
    server_settings: Mapping[str, str] = field(default_factory=dict)
    _users: IO[bytes] | None = field(default=None, init=False)

    def start(self) -> str:
        """Start the server, or join the one that runs; return the URL of its database.

        :raises EmbeddedServerError: if there can be no server here.
        """
        self.folder = self.folder.expanduser().resolve()
        _make_folder(self.folder)
        with _gate(self.folder), contextlib.ExitStack() as on_fault:
            users = on_fault.enter_context((self.folder / "users.lock").open("ab"))
            fcntl.flock(users, fcntl.LOCK_SH)
            if Postmaster.of(self.folder) is None:
                self._launch()
            _keep_watch(self.folder)
            on_fault.pop_all()
            self._users = users
            _held.append(users)
        return self.url()

    def url(self, database: str = DATABASE) -> str:
        """Return the URL of one of the running server's databases, there or yet to be made.

        :raises EmbeddedServerError: if the server does not run.
        """
        postmaster = Postmaster.of(self.folder)
        if postmaster is None:
            raise EmbeddedServerError(f"The embedded PostgreSQL in {self.folder} is not running.")
        password = quote((self.folder / "password").read_text())
        return f"postgresql://{OWNER}:{password}@127.0.0.1:{postmaster.port}/{quote(database)}"

    def close(self) -> None:
        """Leave the server, and stop it if nobody else uses it."""
        if self._users is None:
            return
        with _gate(self.folder), self._users:
            _stop_if_unused(self.folder, self._users)
        _held.remove(self._users)
        self._users = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self) -> None:
        found = programs.find(self.folder)
        cluster.initialize(self.folder, found)
        settings = {**SETTINGS, "max_connections": str(self.max_connections)}
        settings |= {} if self.durable else NOT_DURABLE
        postmaster = cluster.launch(self.folder, found, settings | dict(self.server_settings))
        cluster.make_database(self.folder, found, postmaster)


def watch(folder: Path) -> None:
    """Wait until no process uses the folder's server any more, then stop it."""
    with (folder / "users.lock").open("ab") as users:
        unused = False
        while not unused:
            fcntl.flock(users, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_UN)
            with _gate(folder):
                unused = _stop_if_unused(folder, users)


def _stop_if_unused(folder: Path, users: IO[bytes]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if postmaster := Postmaster.of(folder):
        postmaster.stop()
    return True


def _keep_watch(folder: Path) -> None:
    """Start the watcher, unless there is one; it inherits the lock that says so."""
    with (folder / "watch.lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        subprocess.run(
            [sys.executable, "-S", "-m", "db.embedded.server", folder],
            pass_fds=[lock.fileno()],
            cwd="/",
            env={"PYTHONPATH": str(ROOT), "PATH": os.defpath},
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )


@contextlib.contextmanager
def _gate(folder: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server."""
    with (folder / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_folder(folder: Path) -> None:
    if fcntl is None:
        raise EmbeddedServerError(
            "The embedded PostgreSQL runs on Linux and macOS only. Set DATABASE_URL to a "
            "PostgreSQL server."
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "start.lock").touch()
    except OSError as fault:
        raise EmbeddedServerError(
            f"The folder {folder} cannot be written to: {fault.strerror}. Set TRADEPOST_DATA to "
            "one that can, or DATABASE_URL to a PostgreSQL server."
        ) from fault


if __name__ == "__main__":
    if os.fork() == 0:  # the one who started us waits for the first of us only
        watch(Path(sys.argv[1]))
