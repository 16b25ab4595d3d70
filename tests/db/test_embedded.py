"""The embedded PostgreSQL: shared while somebody uses it, gone with the last of them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from db.embedded import EmbeddedServer, EmbeddedServerError, cluster, programs
from db.embedded.cluster import Postmaster

PATIENCE_SECONDS = 20

HOLD = """
import sys, time
from pathlib import Path
from db.embedded import EmbeddedServer
print(EmbeddedServer(Path(sys.argv[1]), durable=False).start(), flush=True)
time.sleep(600)
"""


class Holder:
    """Another process that uses the server."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "postgres"
    yield folder
    if postmaster := Postmaster.of(folder):
        postmaster.stop()


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def is_gone(folder: Path) -> bool:
    return Postmaster.of(folder) is None


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def log_of(folder: Path) -> str:
    return next(folder.rglob("server.log")).read_text()


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


class TestStart:
    async def test_makes_a_database_that_answers(self, folder: Path) -> None:
        server = EmbeddedServer(folder, durable=False, max_connections=33)
        url = server.start()
        try:
            assert await ask(url, "SELECT current_database()") == "tradepost"
            assert await ask(url, "SHOW max_connections") == "33"
            assert await ask(url, "SHOW TimeZone") == "UTC"
            assert await ask(url, "SHOW fsync") == "off"
        finally:
            server.close()

    async def test_keeps_the_values_of_rows_out_of_its_log(self, folder: Path) -> None:
        with EmbeddedServer(folder, durable=False) as url:
            await ask(url, "CREATE TABLE person AS SELECT 'ada@example.com' AS email")
            await ask(url, "CREATE UNIQUE INDEX one_person ON person (email)")
            with pytest.raises(asyncpg.UniqueViolationError):
                await ask(url, "INSERT INTO person SELECT email FROM person")
            said = log_of(folder)
        assert "duplicate key" in said
        assert "Key (email)" not in said

    async def test_lets_nobody_in_without_the_password(self, folder: Path) -> None:
        with (
            EmbeddedServer(folder, durable=False) as url,
            pytest.raises(asyncpg.InvalidPasswordError),
        ):
            await asyncpg.connect(url, password="guessed")
        assert mode(folder / "password") == 0o600
        assert mode(folder) in {0o700, 0o711}

    async def test_finds_what_was_there_before(self, folder: Path) -> None:
        with EmbeddedServer(folder, durable=False) as url:
            await ask(url, "CREATE TABLE kept ()")
        with EmbeddedServer(folder, durable=False) as again:
            assert again == url
            assert await ask(again, "SELECT to_regclass('kept') IS NOT NULL")

    def test_refuses_a_folder_that_cannot_be_written(self) -> None:
        with pytest.raises(EmbeddedServerError, match="/proc/none cannot be written to"):
            EmbeddedServer(Path("/proc/none")).start()

    def test_refuses_data_of_another_version(self, folder: Path) -> None:
        with EmbeddedServer(folder, durable=False):
            pass
        (folder / "data" / "PG_VERSION").write_text("14\n")
        with pytest.raises(EmbeddedServerError, match="made by PostgreSQL 14"):
            EmbeddedServer(folder).start()

    def test_says_what_to_do_without_the_wheel(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(programs, "find_spec", lambda name: None)
        with pytest.raises(EmbeddedServerError, match="set DATABASE_URL"):
            EmbeddedServer(folder).start()

    async def test_comes_up_again_after_a_kill_of_the_server(self, folder: Path) -> None:
        server = EmbeddedServer(folder, durable=False)
        url = server.start()
        killed = Postmaster.of(folder)
        assert killed
        os.kill(killed.pid, signal.SIGKILL)
        second = EmbeddedServer(folder, durable=False)
        try:
            assert second.start() == url
            assert await ask(url, "SELECT 1") == 1
        finally:
            second.close()
            server.close()

    async def test_is_not_misled_by_a_number_that_another_process_has_now(
        self, folder: Path
    ) -> None:
        with EmbeddedServer(folder, durable=False):
            note = (folder / "data" / "postmaster.pid").read_text()
        stale = note.replace(note.split("\n", 1)[0], str(os.getpid()), 1)
        (folder / "data" / "postmaster.pid").write_text(stale)
        with EmbeddedServer(folder, durable=False) as url:
            assert await ask(url, "SELECT 1") == 1


class TestSharing:
    async def test_two_processes_use_one_server(self, folder: Path) -> None:
        first, second = Holder(folder), Holder(folder)
        try:
            assert first.url == second.url
            first.kill()
            assert await ask(second.url, "SELECT 1") == 1
        finally:
            first.kill()
            second.kill()
        assert eventually(lambda: is_gone(folder))

    def test_a_killed_process_leaves_no_server_behind(self, folder: Path) -> None:
        holder = Holder(folder)
        assert not is_gone(folder)
        holder.kill()
        assert eventually(lambda: is_gone(folder))

    def test_the_last_to_leave_has_stopped_it(self, folder: Path) -> None:
        first, second = EmbeddedServer(folder, durable=False), EmbeddedServer(folder, durable=False)
        first.start()
        second.start()
        first.close()
        assert not is_gone(folder)
        second.close()
        assert is_gone(folder)

    def test_a_late_comer_keeps_it_alive(self, folder: Path) -> None:
        holder = Holder(folder)
        with EmbeddedServer(folder, durable=False):
            holder.kill()
            time.sleep(0.5)
            assert not is_gone(folder)
        assert eventually(lambda: is_gone(folder))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs somebody else")
class TestAsRoot:
    async def test_runs_as_another_user_where_namespaces_are_forbidden(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(programs, "DISGUISE", ("false",))
        # pytest's own folders are closed to everybody else, so the data must move.
        with EmbeddedServer(folder, durable=False) as url:
            assert await ask(url, "SELECT 1") == 1
            shelter = programs.home_of(folder)
            assert shelter != folder
            assert (shelter / "data").owner() != "root"
        with EmbeddedServer(folder, durable=False) as again:
            assert again == url
        shutil.rmtree(shelter)

    def test_says_so_where_nobody_can(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(programs, "DISGUISE", ("false",))
        monkeypatch.setattr(programs, "UNPRIVILEGED_USERS", ("nobody-of-that-name",))
        with pytest.raises(EmbeddedServerError, match="does not run as root"):
            EmbeddedServer(folder).start()


def test_a_port_is_kept_over_restarts(tmp_path: Path) -> None:
    port = cluster._free_port(tmp_path)
    assert cluster._free_port(tmp_path) == port
