"""Build the explorer, once for each state of its source, whoever asks and however often.

A build is made in a folder of its own and renamed into place: there is a whole one or none. The
lock is the kernel's, so that a build that was killed holds up nobody.
"""

import fcntl
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from api.explorer import node

SOURCE: Final = Path(__file__).with_name("web")
HOME: Final = Path(sys.prefix, "share", "tradepost", "explorer")
"""Beside the packages: what is built depends on the code alone, and not on any shop's data."""

BUILD_SECONDS: Final = 300.0
_LAST_WORDS: Final = 600
_PASSED_ON: Final = ("HOME", "LANG", "PATH", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PASSED_ON_PREFIXES: Final = ("NODE_", "NPM_CONFIG_", "PIP_")


class BuildFailedError(Exception):
    """There is no explorer; says why, to a person."""


def _digest() -> str:
    """Name the state of the source: another one is another build."""
    digest = hashlib.sha256()
    for path in sorted(SOURCE.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(SOURCE).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Build:
    """The explorer as this code wants it: there, on its way, or not."""

    home: Path = HOME
    digest: str = field(default_factory=_digest)

    @property
    def folder(self) -> Path:
        """Where it is, if it is there."""
        return self.home / self.digest

    @property
    def is_done(self) -> bool:
        return self.folder.is_dir()

    @property
    def is_under_way(self) -> bool:
        """Tell whether someone builds at this moment."""
        try:
            with self._lock.open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    @property
    def is_tidy(self) -> bool:
        """Tell whether no build that was killed has left anything behind."""
        return not list(self._left_over())

    @property
    def failure(self) -> str | None:
        """Say why the last build came to nothing."""
        try:
            return self._failed.read_text()
        except OSError:
            return None

    def make(self, *, seconds: float = BUILD_SECONDS) -> None:
        """Build it, unless it is there; if someone else does, wait for theirs.

        :raises BuildFailedError: it could not be built in this time.
        """
        deadline = time.monotonic() + seconds
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with self._alone(deadline):
                for left_over in self._left_over():
                    shutil.rmtree(left_over)
                if not self.is_done:
                    self._make_noting_failure(deadline)
        except OSError as fault:
            raise BuildFailedError(f"{self.home} cannot be used: {fault.strerror}") from fault

    @property
    def _lock(self) -> Path:
        return self.home / "build.lock"

    @property
    def _failed(self) -> Path:
        return self.folder.with_suffix(".failed")

    def _left_over(self) -> Iterator[Path]:
        return self.home.glob("*.making")

    @contextmanager
    def _alone(self, deadline: float) -> Iterator[None]:
        with self._lock.open("ab") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise BuildFailedError("Another build has not ended in time.") from None
                    time.sleep(0.2)
            yield

    def _make_noting_failure(self, deadline: float) -> None:
        self._failed.unlink(missing_ok=True)
        try:
            self._make(deadline)
        except BuildFailedError as failure:
            self._failed.write_text(str(failure))
            raise

    def _make(self, deadline: float) -> None:
        work = self.folder.with_suffix(".making")
        shutil.copytree(SOURCE, work, ignore=shutil.ignore_patterns("node_modules", "dist"))
        try:
            _build(work, deadline)
            (work / "dist").rename(self.folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _build(work: Path, deadline: float) -> None:
    """Turn the source in this folder into its `dist`.

    No package's own script is run. npm's cache is in the folder too, and goes with it.
    """

    def run(command: Sequence[str]) -> None:
        _run(command, work, deadline)

    tools = node.found() or node.fetched(work / "node", run)
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--logs-max=0", "--loglevel=error")
    patience = ("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
    run([*tools.npm, "ci", "--ignore-scripts", f"--cache={work / 'cache'}", *quiet, *patience])
    run([tools.node, "node_modules/vite/bin/vite.js", "build", "--logLevel=error"])
    for asset in (work / "dist" / "assets").iterdir():
        Path(f"{asset}.gz").write_bytes(gzip.compress(asset.read_bytes(), mtime=0))


def _run(command: Sequence[str], folder: Path, deadline: float) -> None:
    """Run a tool to its end.

    :raises BuildFailedError: it did not do what it should.
    """
    name = Path(command[0]).name
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=max(deadline - time.monotonic(), 0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BuildFailedError(f"{name} took too long.") from None
    if ended.returncode != 0:
        words = ended.stdout.strip()[-_LAST_WORDS:]
        raise BuildFailedError(f"{name} ended with {ended.returncode}:\n{words}")


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Pass on what the tools need: other people's code has no business with our secrets."""
    return {
        name: value
        for name, value in ours.items()
        if name in _PASSED_ON
        or name.upper().startswith(_PASSED_ON_PREFIXES)
        or name.lower().endswith("_proxy")
    }
