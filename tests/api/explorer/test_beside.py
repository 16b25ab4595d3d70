"""The explorer is built beside a shop that runs, and its build goes when the shop goes."""

import sys
from pathlib import Path

import pytest

from api.explorer import beside
from api.explorer.building import Build
from api.settings import Settings
from tests.api.running import eventually


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a builder that never ends notes its process, once it is started."""
    note = tmp_path / "started"
    slow = tmp_path / "python"
    slow.write_text(f"#!/bin/sh\necho $$ > {note}\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    monkeypatch.setattr(beside, "Build", lambda: Build(tmp_path / "home"))
    return note


def test_the_build_is_started_and_stopped(builder: Path) -> None:
    with beside.building(Settings()) as start:
        assert not builder.exists()
        assert start() == "GraphiQL in a browser, as soon as it is built"
        assert eventually(lambda: builder.exists() and bool(builder.read_text()))
        process = Path("/proc", builder.read_text().strip())
        if Path("/proc").exists():
            assert process.exists()
    assert not process.exists()


def test_nothing_is_started_where_it_is_built(builder: Path, tmp_path: Path) -> None:
    Build(tmp_path / "home").folder.mkdir(parents=True)
    with beside.building(Settings()) as start:
        assert start() == "GraphiQL in a browser"
    assert not builder.exists()


def test_what_a_killed_build_left_is_cleared_away(builder: Path, tmp_path: Path) -> None:
    build = Build(tmp_path / "home")
    build.folder.mkdir(parents=True)
    (build.home / "0123.making" / "node_modules").mkdir(parents=True)
    with beside.building(Settings()) as start:
        assert start() == "GraphiQL in a browser"
        assert eventually(builder.exists)
    build.make()
    assert build.is_tidy


def test_nothing_is_started_where_it_is_off(builder: Path) -> None:
    with beside.building(Settings(explorer=False)) as start:
        assert not start()
    assert not builder.exists()
