"""The named example operations: files that anyone can add to, and a test that runs them all."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).with_name("examples")


@dataclass(frozen=True, slots=True)
class Example:
    """An operation with what it needs.

    ``before`` are operations that are asked first, one after the other. They, the variables and
    the headers may hold ``${/where/in/the/answers}`` so far, and ``${uuid}``: another each time.
    """

    name: str
    title: str
    about: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)


def load() -> tuple[Example, ...]:
    """Read all of them, in the order of their file names.

    The first two lines of a file are comments: its title, and what it is about.
    """
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.graphql")))


def _read(path: Path) -> Example:
    query = path.read_text(encoding="utf-8")
    title, about = (line.removeprefix("# ") for line in query.splitlines()[:2])
    beside = path.with_suffix(".json")
    needs = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return Example(path.stem, title, about, query, **needs)
