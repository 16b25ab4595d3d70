"""`tradepost run`, from outside: it opens, answers, and leaves nothing behind."""

import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from db.embedded import EmbeddedServer
from db.invariants import INVARIANTS
from tests.api.live.talking import talking
from tests.api.running import Running, eventually, free_port, tradepost

pytestmark = [
    pytest.mark.served,
    pytest.mark.timeout(180),
    pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes through /proc"),
]

PRODUCTION = {
    "TRADEPOST_ENV": "production",
    "TRADEPOST_SECRET_KEY": "k3yThatNobodyGuesses-0123456789-abcdef",
}

INSTALL = ["install", "--currency", "GBP", "--country", "GB"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def shop(data: Path) -> Iterator[Running]:
    with Running(data, TRADEPOST_DEMO="false") as running:
        assert running.was_open, running.said
        yield running


@pytest.fixture
async def bare(server: EmbeddedServer) -> AsyncIterator[str]:
    """The URL of a database with nothing in it, on the server of the tests."""
    admin = await asyncpg.connect(server.url("postgres"))
    name = f"test_bare_{os.getpid()}"
    await admin.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def everything_is_gone(shop: Running, children: dict[int, str]) -> bool:
    return not (shop.postgresql or shop.answers or any(_lives(pid) for pid in children))


def _lives(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def processes(shop: Running, module: str) -> list[int]:
    return [pid for pid, command in shop.children().items() if module in command]


class TestRun:
    def test_says_where_everything_is_and_it_is_there(self, shop: Running) -> None:
        ask = "?query={__typename}"
        for path in (f"/graphql{ask}", "/schema.graphql", "/health", "/openapi.json"):
            assert f"http://localhost:{shop.port}{path.removesuffix(ask)}\n" in shop.said
            page = httpx.get(f"{shop.url}{path}", timeout=10)
            assert page.status_code == 200, path
        assert str(shop.data) in shop.said
        assert "ortoise" not in shop.said  # what it is made of tells nobody anything

    def test_prints_one_curl_that_answers(self, shop: Running) -> None:
        command = re.search(r"curl -s (\S+) -H '(\S+): (\S+)' -d '(.+)'", shop.said)
        assert command
        url, header, value, body = command.groups()
        answer = httpx.post(url, headers={header: value}, content=body, timeout=10).json()
        assert "errors" not in answer
        assert answer["data"]["shop"]["currencyCode"]

    def test_ctrl_c_stops_all_of_it_without_a_traceback(self, shop: Running) -> None:
        children = shop.children()
        assert len(children) == 2
        assert shop.interrupt() == 0
        assert everything_is_gone(shop, children)
        assert shop.said.endswith("Stopped.\n")
        assert "Traceback" not in shop.said

    def test_creates_nothing_outside_its_folder(self, data: Path, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir()
        with Running(data, HOME=str(home), XDG_DATA_HOME=str(home / "share")) as shop:
            assert shop.was_open, shop.said
        assert not list(home.iterdir())

    async def test_a_kill_loses_nothing_that_was_committed(self, data: Path) -> None:
        with Running(data) as shop:
            children = shop.children()
            url = EmbeddedServer(data / "postgres").url()
            connection = await asyncpg.connect(url)
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            shop.kill()
            connection.terminate()
            assert eventually(lambda: everything_is_gone(shop, children))
        with Running(data, PORT=str(shop.port)) as again:
            assert again.was_open, again.said
            connection = await asyncpg.connect(url)
            assert await connection.fetchval("SELECT answer FROM kept") == 42
            await connection.close()

    def test_a_killed_process_is_started_again(self, shop: Running) -> None:
        [first] = processes(shop, "api.server")
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: processes(shop, "api.server") not in ([first], []))
        assert eventually(lambda: shop.answers)
        assert f"web process (pid {first}) ended: SIGKILL" in shop.said


class TestTwoCopies:
    def test_the_second_says_who_has_the_port(self, shop: Running) -> None:
        second = tradepost("run", data=shop.data, PORT=str(shop.port))
        assert second.returncode == 2
        assert f"is running already (pid {shop.process.pid}," in second.stderr
        assert f"PORT={shop.port + 1}" in second.stderr
        assert shop.answers

    def test_on_another_port_they_share_the_database(self, shop: Running) -> None:
        server = shop.postgresql
        with Running(shop.data) as second:
            assert second.was_open, second.said
            assert second.postgresql == server
            assert second.interrupt() == 0
        assert shop.answers
        assert shop.postgresql == server

    def test_a_port_of_somebody_else_is_named(self, data: Path) -> None:
        with socket.socket() as other:
            port = free_port()
            other.bind(("127.0.0.1", port))
            other.listen()
            said = tradepost("run", data=data, PORT=str(port))
        assert said.returncode == 2
        assert f"PORT is {port}, which another program has" in said.stderr
        assert not (data / "postgres").exists()


class TestProduction:
    async def test_does_nothing_by_itself_and_has_no_demo(self, data: Path, bare: str) -> None:
        given = {**PRODUCTION, "DATABASE_URL": bare}
        for lacking, command in (
            ("Bring it up to date first: tradepost migrate", ["migrate"]),
            ("no shop is installed", [*INSTALL, "--name", "Ours"]),
        ):
            refused = tradepost("run", data=data, PORT=str(free_port()), **given)
            assert refused.returncode == 2
            assert lacking in refused.stderr
            done = tradepost(*command, data=data, **given)
            assert done.returncode == 0, done.stderr
        with Running(data, **given) as shop:
            assert shop.was_open, shop.said
            assert "example.com" not in shop.said
            assert shop.postgresql is None
        connection = await asyncpg.connect(bare)
        for table in ("users", "product", "orders"):
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
        await connection.close()

    @pytest.mark.parametrize("command", ["reset", "seed"])
    def test_is_never_reset_nor_filled_with_the_demo(
        self, data: Path, bare: str, command: str
    ) -> None:
        refused = tradepost(command, data=data, DATABASE_URL=bare, **PRODUCTION)
        assert refused.returncode in {1, 2}
        assert "production" in refused.stderr


class TestCommands:
    def test_an_owner_is_made_from_the_command_line(self, data: Path, bare: str) -> None:
        tradepost(*INSTALL, "--name", "Ours", data=data, DATABASE_URL=bare)
        owner = ["create-owner", "me@example.com"]
        weak = tradepost(*owner, data=data, DATABASE_URL=bare, typed="12345\n")
        assert (weak.returncode, weak.stderr) == (
            1,
            "Use at least 12 characters. Nothing was changed.\n",
        )
        made = tradepost(*owner, data=data, DATABASE_URL=bare, typed="blue horse staple 9\n")
        assert "me@example.com is an owner now." in made.stdout

    def test_invariants_hold_in_a_new_shop(self, data: Path, bare: str) -> None:
        asked = tradepost("invariants", data=data, DATABASE_URL=bare)
        assert asked.returncode == 0, asked.stderr
        assert "invariants hold" in asked.stdout

    async def test_an_invariant_that_does_not_hold_is_shown(self, data: Path, bare: str) -> None:
        tradepost("invariants", data=data, DATABASE_URL=bare)
        connection = await asyncpg.connect(bare)
        await connection.execute(
            "INSERT INTO idempotency (scope, key, mutation, args_hash, created_at)"
            " VALUES ('anon', 'k', 'orderCancel', '', now())"
        )
        await connection.close()

        asked = tradepost("invariants", data=data, DATABASE_URL=bare)

        assert asked.returncode == 1
        assert re.search(r"A key that was claimed has its outcome\.\s+│ not so", asked.stdout)
        assert asked.stdout.count(" so ") == len(INVARIANTS)
        assert "Not so: A key that was claimed has its outcome.\n  {" in asked.stderr

    def test_the_doctor_names_what_is_wrong(self, data: Path, server: EmbeddedServer) -> None:
        said = tradepost("doctor", data=data, DATABASE_URL=server.url("nowhere"))
        assert said.returncode == 1
        assert "wrong DATABASE_URL names the database 'nowhere'" in said.stdout

    def test_help_waits_for_nothing_that_it_does_not_need(self, data: Path) -> None:
        asked = tradepost("--help", data=data, PYTHONPROFILEIMPORTTIME="1")
        assert "create-owner" in asked.stdout
        assert " typer" in asked.stderr
        for large in ("fastapi", "graphql", "strawberry", "tortoise"):
            assert f" {large}" not in asked.stderr


class TestDraining:
    def test_it_is_not_ready_before_the_port_closes(self, data: Path) -> None:
        with Running(data, TRADEPOST_DEMO="false", TRADEPOST_DRAIN_SECONDS="2") as shop:
            assert shop.was_open, shop.said
            ready = f"{shop.url}/health/ready"
            assert httpx.get(ready, timeout=5).status_code == 200
            shop.process.terminate()
            assert eventually(lambda: httpx.get(ready, timeout=5).status_code == 503, seconds=2)
            assert httpx.get(f"{shop.url}/schema.graphql", timeout=5).status_code == 200
            assert shop.process.wait(30) == 0
            assert not shop.answers


async def test_who_is_connected_is_told_of_a_restart(shop: Running) -> None:
    async with talking(shop.port) as talk:
        await talk.introduce()
        os.kill(shop.process.pid, signal.SIGTERM)
        code, _ = await talk.closed(seconds=10)
        assert code == 1012
    assert shop.process.wait(30) == 0
