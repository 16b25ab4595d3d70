"""A build is there whole or not at all, once, whoever asks for it and whatever kills it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.explorer import node
from api.explorer.building import SOURCE, Build, BuildFailedError
from tests.api.explorer.tools import Tools
from tests.api.running import ROOT, eventually

MAKE = """
import sys, pathlib
from api.explorer.building import Build
Build(pathlib.Path(sys.argv[1])).make()
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tools:
    tools = Tools(tmp_path / "bin")
    tools.lay_out()
    monkeypatch.setenv("PATH", tools.path)
    return tools


@pytest.fixture
def build(tools: Tools, tmp_path: Path) -> Build:
    return Build(tmp_path / "home")


def contents(build: Build) -> set[str]:
    return {path.name for path in build.home.iterdir()}


class TestMake:
    def test_builds_what_is_not_there_and_leaves_nothing_else(
        self, build: Build, tools: Tools
    ) -> None:
        assert (build.is_done, build.is_under_way) == (False, False)
        build.make()
        build.make()
        assert build.is_done
        assert tools.builds == 1
        assert contents(build) == {build.digest, "build.lock"}
        assert (build.folder / "index.html").exists()
        assert (build.folder / "assets" / "index-1a2b.js.gz").exists()

    def test_is_done_once_when_many_ask(self, build: Build, tools: Tools) -> None:
        tools.lay_out(npm="sleep 0.3")
        with ThreadPoolExecutor(4) as pool:
            for made in [pool.submit(build.make) for _ in range(4)]:
                made.result()
        assert tools.builds == 1

    def test_that_is_killed_holds_up_nobody_and_is_done_anew(
        self, build: Build, tools: Tools
    ) -> None:
        tools.lay_out(npm="sleep 60")
        killed = subprocess.Popen(
            [sys.executable, "-c", MAKE, str(build.home)], cwd=ROOT, start_new_session=True
        )
        assert eventually(lambda: build.is_under_way)
        assert eventually(lambda: any(build.home.glob("*.making")))
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        assert (build.is_done, build.is_under_way) == (False, False)

        tools.lay_out()
        build.make()
        assert contents(build) == {build.digest, "build.lock"}

    def test_that_takes_too_long_is_given_up(self, build: Build, tools: Tools) -> None:
        tools.lay_out(npm="exec sleep 60")
        began = time.monotonic()
        with pytest.raises(BuildFailedError, match="npm took too long"):
            build.make(seconds=0.3)
        assert time.monotonic() - began < 10
        assert contents(build) == {f"{build.digest}.failed", "build.lock"}

    def test_that_fails_says_why_until_it_succeeds(self, build: Build, tools: Tools) -> None:
        tools.lay_out(npm="echo no such network; exit 7")
        with pytest.raises(BuildFailedError):
            build.make()
        assert build.failure == "npm ended with 7:\nno such network"
        tools.lay_out()
        build.make()
        assert build.failure is None

    def test_says_when_its_home_cannot_be_used(self, tools: Tools, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(BuildFailedError, match="cannot be used: Not a directory"):
            Build(tmp_path / "file" / "home").make()

    def test_gives_none_of_our_secrets_to_other_people_s_code(
        self, build: Build, tools: Tools, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secrets = {
            "TRADEPOST_SECRET_KEY": "s",
            "DATABASE_URL": "d",
            "AWS_SECRET_ACCESS_KEY": "a",
        }
        for name, value in {**secrets, "https_proxy": "http://proxy.test"}.items():
            monkeypatch.setenv(name, value)
        tools.lay_out(npm=f"env > {tools.folder}/environment")
        build.make()
        passed_on = (tools.folder / "environment").read_text()
        assert "https_proxy=http://proxy.test" in passed_on
        assert not any(name in passed_on for name in secrets)


class TestNode:
    @pytest.mark.parametrize(
        ("version", "is_used"),
        [
            ("v18.20.4", False),
            ("v20.18.3", False),
            ("v20.19.0", True),
            ("v21.7.3", False),
            ("v22.11.0", False),
            ("v22.12.0", True),
            ("v26.0.0", True),
            ("", False),
        ],
    )
    def test_of_the_system_is_used_where_it_is_new_enough(
        self, tools: Tools, version: str, is_used: bool
    ) -> None:
        tools.lay_out(version=version)
        assert (node.found() is not None) is is_used

    def test_is_not_used_without_npm(self, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
        (tools.folder / "npm").unlink()
        monkeypatch.setenv("PATH", str(tools.folder))
        assert node.found() is None

    def test_comes_as_a_wheel_whose_hash_is_known(self, tmp_path: Path) -> None:
        ran: list[Sequence[str]] = []
        fetched = node.fetched(tmp_path, ran.append)
        [pip] = ran
        assert {"pip", "--require-hashes", "--only-binary=:all:"} <= set(pip)
        assert fetched.npm[0] == fetched.node
        assert Path(fetched.node).is_relative_to(tmp_path)


class TestTheSource:
    def test_names_another_build_when_it_changes(self) -> None:
        assert Build().digest == Build().digest
        assert re.fullmatch("[0-9a-f]{16}", Build().digest)

    def test_locks_every_package_by_its_hash_and_names_no_place_to_get_it(self) -> None:
        lock = (SOURCE / "package-lock.json").read_text()
        assert '"resolved"' not in lock
        assert "registry" not in lock
        assert lock.count('"integrity": "sha512-') == lock.count('    "node_modules/')
