"""The examples in the docstrings are right."""

import doctest
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PROMPT: Final = ">>" + "> "
PACKAGES: Final = ("api", "bench", "db", "schema", "tests")


def examples() -> dict[str, int]:
    """Count the examples of each module that has some."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    counts = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text().count(PROMPT)
        for path in paths
        if "node_modules" not in path.parts
    }
    return {name: count for name, count in counts.items() if count}


EXAMPLES: Final = examples()


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_of_a_module_hold(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert (found.failed, found.attempted) == (0, EXAMPLES[name])
