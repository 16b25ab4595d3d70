"""The command runs: small, and never to see how fast anything is."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.servers import without
from tests.api.running import ROOT, environment

TINY = ("--rounds", "1", "--seconds", "0.05", "--no-protections")
needs_two_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="the bench pins servers to a core of their own: it needs two, on Linux",
)


def bench(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@needs_two_cores
def test_everybody_gives_the_same_answers_and_is_measured(tmp_path: Path) -> None:
    done = bench(tmp_path, *TINY, "--servers", "floor,tradepost,textbook")
    assert done.returncode == 0, done.stderr
    assert "floor, tradepost, textbook give the same data" in done.stderr
    assert re.findall(r"\*\*(Q\w+)\*\*", done.stdout) == ["Q0", "Q1", "Q2", "Q3", "Q4", "Q4f"]
    page = done.stdout.partition("**Q1**")[2]
    assert re.search(r"\| floor .* 2 \| +8,919 \|", page)


def test_an_unknown_server_is_a_fault_of_the_command(tmp_path: Path) -> None:
    done = bench(tmp_path, *TINY, "--servers", "flor")
    assert done.returncode == 2
    assert "flor" in done.stderr


@pytest.mark.parametrize("take_out", without.WITHOUT.values(), ids=without.WITHOUT)
def test_what_is_taken_out_is_there(
    take_out: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that was renamed must not be measured as if it cost nothing."""
    replaced = []

    def replace(where: object, name: str, _: object) -> None:
        assert hasattr(where, name)
        replaced.append(name)

    monkeypatch.setattr(without, "_replace", replace)
    monkeypatch.setattr(logging.getLogger("api.graphql"), "setLevel", replaced.append)
    take_out()
    assert replaced
