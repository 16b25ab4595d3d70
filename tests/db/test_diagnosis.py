"""What is wrong with a database is said in a sentence, with its cure."""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from db import diagnosis
from db.config import Database
from db.diagnosis import examine
from db.embedded import EmbeddedServer
from db.embedded.programs import DISGUISE
from tests.api.running import eventually

pytestmark = pytest.mark.usefixtures("database")


async def said(url: str, *, connections: int = 1) -> str:
    return "\n".join(
        f"{problem.found} {problem.cure}"
        for problem in (await examine(url, connections=connections)).problems
    )


@pytest.fixture
async def empty(server: EmbeddedServer) -> AsyncIterator[str]:
    """The URL of a database without any table of ours."""
    name = f"test_diagnosis_{os.getpid()}"
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


class TestExamine:
    async def test_finds_nothing_wrong_with_a_good_one(self, database: Database) -> None:
        found = await examine(database.url)
        assert not found.problems
        assert not found.pending
        assert not found.unknown
        assert found.version.startswith("18.")

    async def test_lists_the_migrations_that_are_missing(self, empty: str) -> None:
        found = await examine(empty)
        assert found.problems == []
        assert found.pending[0].endswith("open_the_shop.py")

    async def test_lists_the_migrations_of_a_newer_release(self, database: Database) -> None:
        connection = await asyncpg.connect(database.url)
        newer = "INSERT INTO aerich (version, app, content) VALUES ($1, 'tradepost', '{}')"
        await connection.execute(newer, "9_from_the_future.py")
        try:
            assert (await examine(database.url)).unknown == ["9_from_the_future.py"]
        finally:
            await connection.execute("DELETE FROM aerich WHERE version LIKE '9%'")
            await connection.close()

    async def test_knows_a_wrong_password(self, database: Database) -> None:
        parts = urlsplit(database.url)
        wrong = database.url.replace(parts.password or "", "wrong")
        assert "password authentication failed" in await said(wrong)
        assert "Correct the user and the password" in await said(wrong)

    async def test_knows_a_missing_database(self, server: EmbeddedServer) -> None:
        told = await said(server.url("nowhere"))
        assert "names the database 'nowhere', which is not on 127.0.0.1:" in told
        assert "createdb -h 127.0.0.1" in told

    async def test_knows_a_server_that_is_not_there(self) -> None:
        told = await said("postgresql://u:p@127.0.0.1:1/d")
        assert "127.0.0.1:1, where no PostgreSQL answers (connection refused)" in told

    async def test_knows_a_host_that_is_not_there(self) -> None:
        assert "where no PostgreSQL answers" in await said("postgresql://u:p@nowhere.invalid/d")

    async def test_does_not_wait_for_one_that_never_answers(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(diagnosis, "CONNECT_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0)) as mute:
            told = await said(f"postgresql://u:p@127.0.0.1:{mute.getsockname()[1]}/d")
        assert "no answer in 0.2 s" in told

    async def test_knows_one_that_is_too_old(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(diagnosis, "OLDEST_POSTGRESQL", 99)
        assert "too old. Use PostgreSQL 99 or newer." in await said(database.url)

    async def test_counts_the_connections_that_are_needed(self, database: Database) -> None:
        told = await said(database.url, connections=1000)
        assert "up to 1000 may be needed" in told
        assert "Lower WEB_CONCURRENCY or TRADEPOST_POOL_MAX" in told

    async def test_knows_a_user_who_may_not_create_tables(self, empty: str) -> None:
        admin = await asyncpg.connect(empty)
        await admin.execute("CREATE ROLE test_guest LOGIN PASSWORD 'guest'")
        try:
            parts = urlsplit(empty)
            guest = f"postgresql://test_guest:guest@{parts.hostname}:{parts.port}{parts.path}"
            assert 'GRANT CREATE ON SCHEMA public TO "test_guest"' in await said(guest)
        finally:
            await admin.execute("DROP ROLE test_guest")
            await admin.close()

    async def test_knows_another_encoding(self, server: EmbeddedServer, empty: str) -> None:
        admin = await asyncpg.connect(empty)
        name = f"test_latin_{os.getpid()}"
        await admin.execute(
            f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' "
            "LOCALE_PROVIDER 'libc' TEMPLATE template0"
        )
        try:
            assert "encoded in LATIN1" in await said(server.url(name))
        finally:
            await admin.execute(f"DROP DATABASE {name}")
            await admin.close()


@pytest.mark.skipif(not shutil.which("pgbouncer"), reason="pgbouncer is not installed")
class TestPooler:
    @pytest.mark.parametrize("mode", ["transaction", "session"])
    @pytest.mark.parametrize("ignored", ["", "statement_timeout"])
    async def test_is_recognized(
        self, database: Database, tmp_path: Path, mode: str, ignored: str
    ) -> None:
        with pooled(database.url, tmp_path, mode, ignored) as url:
            assert "PgBouncer" in await said(url)

    async def test_that_swallows_our_parameters_is_recognized(
        self, database: Database, tmp_path: Path
    ) -> None:
        swallowed = "statement_timeout,lock_timeout,idle_in_transaction_session_timeout"
        for mode in ("transaction", "session"):
            with pooled(database.url, tmp_path, mode, swallowed) as url:
                assert "takes the session away" in await said(url)


@contextmanager
def pooled(url: str, folder: Path, mode: str, ignored: str) -> Iterator[str]:
    """Run a PgBouncer in front of the database."""
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "users").write_text(f'"{parts.username}" "{parts.password}"')
    ini = folder / "pgbouncer.ini"
    ini.write_text(f"""
        [databases]
        pooled = host=127.0.0.1 port={parts.port} dbname={parts.path[1:]}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = plain
        auth_file = {folder}/users
        pool_mode = {mode}
        ignore_startup_parameters = {ignored}
    """)
    disguise = DISGUISE if os.geteuid() == 0 else ()
    process = subprocess.Popen(
        [*disguise, "pgbouncer", "-q", ini], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        assert eventually(lambda: _listens(port))
        yield f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{port}/pooled"
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
