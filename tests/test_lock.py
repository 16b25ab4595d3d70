"""The locks pin what pyproject.toml asks for, by hash, wherever the packages come from."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?P<hashes>(?: \\\n    --hash=\S+)*)", re.MULTILINE
)


def pinned(lock: str) -> dict[str, re.Match[str]]:
    return {entry["name"]: entry for entry in ENTRY.finditer((ROOT / lock).read_text())}


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.txt", PROJECT["project"]["dependencies"]),
        ("requirements-dev.txt", PROJECT["dependency-groups"]["dev"]),
        ("api/explorer/requirements.txt", PROJECT["dependency-groups"]["node"]),
    ],
)
class TestLock:
    def test_pins_what_is_asked_for(self, lock: str, wanted: list[str]) -> None:
        pins = pinned(lock)
        for requirement in map(Requirement, wanted):
            pin = pins.get(canonicalize_name(requirement.name))
            assert pin, f"{requirement.name} is not in {lock}: make lock"
            assert requirement.specifier.contains(pin["version"]), f"{requirement}: make lock"

    def test_knows_the_hash_of_every_package(self, lock: str, wanted: list[str]) -> None:
        pins = pinned(lock)
        assert len(pins) >= len(wanted)
        assert all("--hash=sha256:" in pin["hashes"] for pin in pins.values())

    def test_names_no_place_to_get_them_from(self, lock: str, wanted: list[str]) -> None:
        text = (ROOT / lock).read_text()
        assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)


def test_the_two_locks_agree() -> None:
    running, developing = pinned("requirements.txt"), pinned("requirements-dev.txt")
    for name in running.keys() & developing.keys():
        assert running[name]["version"] == developing[name]["version"]
