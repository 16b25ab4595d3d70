"""What of the schema's promises a change breaks, and whether that was said.

graphql-core finds what a client's documents would trip over. It does not see what stands in
directives: whom a field is for, and what it costs.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    value_from_ast_untyped,
)
from rich.table import Table

from api.faults import CommandFailedError

SCHEMA: Final = "schema/schema.graphql"
CHANGELOG: Final = "schema/CHANGELOG.md"
MAIN: Final = "origin/main"

_COORDINATE: Final = re.compile(r"@?\w+(?:\.\w+)?(?:\(\w+:\))?")
_STATED: Final = re.compile(r"^- \*\*Breaking\b.*$", re.MULTILINE)
_QUOTED: Final = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was."""

    coordinate: str
    what: str
    is_breaking: bool = True


def changes(before: str, now: str) -> list[Change]:
    """Compare two SDLs: what breaks clients first, then what may surprise them."""
    old, new = build_schema(before), build_schema(now)
    return [
        *(_change(each.description) for each in find_breaking_changes(old, new)),
        *_guards_and_prices(old, new),
        *(
            _change(each.description, is_breaking=False)
            for each in find_dangerous_changes(old, new)
        ),
    ]


def stated(before: str, now: str) -> frozenset[str]:
    """Return what the lines that a changelog has gained say that it breaks.

    >>> sorted(stated("", "- **Breaking:** `Order.email` and `Query.order(by:)` go."))
    ['Order.email', 'Query.order(by:)']
    """
    gained = set(_STATED.findall(now)) - set(_STATED.findall(before))
    return frozenset(name for line in gained for name in _QUOTED.findall(line))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The schema beside the one that it was at a commit."""

    reference: str
    changes: list[Change]
    stated: frozenset[str]

    @property
    def unsaid(self) -> list[Change]:
        """What breaks and was not said to."""
        return [
            each for each in self.changes if each.is_breaking and each.coordinate not in self.stated
        ]

    def table(self) -> Table:
        """Show every change, a line each."""
        table = Table("", "Where", "What", title=f"Since {self.reference}", title_justify="left")
        for each in self.changes:
            table.add_row(self._verdict(each), each.coordinate, each.what)
        return table

    def _verdict(self, change: Change) -> str:
        if not change.is_breaking:
            return "look"
        return "breaks" if change in self.unsaid else "said so"


def compare(against: str | None) -> Comparison | None:
    """Compare the schema with an earlier one; None where none is known."""
    reference = against or _base()
    if reference is None:
        return None
    return Comparison(
        reference,
        changes(_at(reference, SCHEMA), Path(SCHEMA).read_text()),
        stated(_at(reference, CHANGELOG), Path(CHANGELOG).read_text()),
    )


def _change(description: str, *, is_breaking: bool = True) -> Change:
    names: list[str] = _COORDINATE.findall(description)
    coordinate = next((name for name in names if set(name) & set(".@(")), names[0])
    return Change(coordinate, description, is_breaking)


def _guards_and_prices(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    """Find fields for others than before, more or fewer, and those that cost more."""
    now = dict(_fields(new))
    for coordinate, field in _fields(old):
        if coordinate not in now:
            continue
        before, after = _applied(field, "auth"), _applied(now[coordinate], "auth")
        if before != after:
            yield Change(coordinate, f"{coordinate} was {_guard(before)}, and is {_guard(after)}.")
        was, costs = (_applied(each, "cost").get("weight") for each in (field, now[coordinate]))
        if costs is not None and (was is None or costs > was):
            yield Change(
                coordinate, f"{coordinate} costs {costs} points, not {was or 'its default'}."
            )


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field


def _applied(field: GraphQLField, name: str) -> dict[str, Any]:
    """Return the arguments of a directive of this name, without those that are false."""
    directives = field.ast_node.directives if field.ast_node else ()
    return {
        argument.name.value: value
        for directive in directives or ()
        if directive.name.value == name
        for argument in directive.arguments or ()
        if (value := value_from_ast_untyped(argument.value))
    }


def _guard(auth: dict[str, Any]) -> str:
    asked = [str(auth["requires"])] if "requires" in auth else []
    names = asked + ["its owner"] * ("owner" in auth)
    return f"for {' or '.join(names)}" if names else "for everybody"


def _base() -> str | None:
    """Name what to compare with: main, or on main what was there before the last change."""
    head, main = _git("rev-parse", "HEAD"), _git("merge-base", "HEAD", MAIN)
    if head and _git("diff", "--quiet", "HEAD", "--", SCHEMA) is None:
        return "HEAD"
    if main and main != head:
        return main.strip()[:12]
    last = (_git("log", "-2", "--format=%h", "--", SCHEMA) or "").split()
    return last[1] if len(last) > 1 else None


def _at(reference: str, path: str) -> str:
    """Read a file as it was.

    :raises CommandFailedError: there is no such commit, or no such file in it.
    """
    text = _git("show", f"{reference}:{path}")
    if text is None:
        raise CommandFailedError(f"There is no {path} at {reference}.")
    return text


def _git(*arguments: str) -> str | None:
    """Ask git; None where it says no, or is not there."""
    git = shutil.which("git")
    if git is None:
        return None
    done = subprocess.run([git, *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None
