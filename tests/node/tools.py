"""What the tests use from npm, and the Node that runs it: the system's, or in CI one from a wheel.

Run as ``python -m tests.node.tools`` to install it, as `make test` does.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from api.explorer import node
from api.explorer.node import Node

HOME: Final = Path(__file__).parent
ROOT: Final = HOME.parents[1]
MODULES: Final = HOME / "node_modules"
WHEEL: Final = Path(sys.prefix, "share", "tradepost", "node")
IN_CI: Final = os.environ.get("CI") == "true"
SECONDS: Final = 300.0


class Tools:
    """The tools, installed."""

    def __init__(self, found: Node) -> None:
        self._node = found.node

    def run(self, script: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a script of ours or of a package, from the root of the project."""
        return subprocess.run(
            [self._node, str(script), *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def tools() -> Tools:
    """Return the tools; where there are none, skip the test that asks, or in CI fail it."""
    found = _node()
    if found and MODULES.is_dir():
        return Tools(found)
    missing = "what comes from npm is not installed: see what `make test` said at its start"
    return pytest.fail(missing) if IN_CI else pytest.skip(missing)


def install() -> None:
    """Install what package-lock.json names.

    :raises subprocess.CalledProcessError: it cannot be had.
    """
    if IN_CI and _node() is None:
        node.fetched(WHEEL, _run)
    found = _node()
    if found is None:
        _say("There is no Node 20 or newer here: tests that need one (tests/node) are skipped.")
        return
    _say("Installing what tests/node uses from npm; this happens once.")
    try:
        _run([*found.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
    except subprocess.CalledProcessError:
        if IN_CI:
            raise
        _say("It could not be had from npm: the tests that need it (tests/node) are skipped.")


def _node() -> Node | None:
    return node.found() or node.brought(WHEEL)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, cwd=HOME, check=True, timeout=SECONDS)


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    install()
