"""Writes valid operations over any schema, at random: all that GraphQL lets a client write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
)
from hypothesis import strategies as st

MOST_DEPTH = 3
VARIABLES = ("yes", "no", "either")
_DECLARED = {"yes": "Boolean! = true", "no": "Boolean! = false", "either": "Boolean = true"}


def values() -> st.SearchStrategy[dict[str, bool | None]]:
    """Make what a client may give for the variables: a default does not stand in for null."""
    either = st.booleans()
    return st.fixed_dictionaries(
        {}, optional={"yes": either, "no": either, "either": st.one_of(either, st.none())}
    )


@dataclass
class Writer:
    """One document under construction. ``draw`` decides; ``literal`` writes arguments."""

    schema: GraphQLSchema
    draw: Callable[[st.SearchStrategy[Any]], Any]
    literal: Callable[[Any, str], str]
    fragments: list[str] = field(default_factory=list)
    count: int = 0

    def document(self, roots: Sequence[str]) -> str:
        """Write a query of some of these fields of the root."""
        query = self.schema.query_type
        assert query is not None
        body = " ".join(self._field(query, name, 0) for name in self.draw(_some(roots, most=2)))
        whole = " ".join([body, *self.fragments])
        used = [name for name in VARIABLES if f"${name}" in whole]
        declared = ", ".join(f"${name}: {_DECLARED[name]}" for name in used)
        head = f"query Odd({declared})" if declared else "query Odd"
        return " ".join([head, "{", body, "}", *self.fragments])

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        own = getattr(type_, "fields", {})
        names = [name for name in own if depth < MOST_DEPTH or is_leaf_type(_named(own[name]))]
        items = [self._field(type_, name, depth) for name in self.draw(_some(names, most=3))]
        if is_abstract_type(type_):
            kinds = self.draw(_some(self.schema.get_possible_types(type_), most=2))
            items += [self._fragment(kind, depth) for kind in kinds]
        elif self.draw(st.integers(0, 3)) == 0:
            items.append(self._fragment(type_, depth))
        if not items or self.draw(st.integers(0, 3)) == 0:
            items.append("__typename")
        return "{ " + " ".join(items) + " }"

    def _fragment(self, type_: GraphQLNamedType, depth: int) -> str:
        """Write a fragment on a type or on one of its interfaces, in place or with a name."""
        interfaces = list(getattr(type_, "interfaces", ()))
        on = self.draw(st.sampled_from([type_, *interfaces]))
        selection = self._selection(on, depth)
        if self.draw(st.booleans()):
            return f"... on {on.name}{self._directive()} {selection}"
        name = f"F{self._next()}"
        self.fragments.append(f"fragment {name} on {on.name} {selection}")
        return f"...{name}{self._directive()}"

    def _field(self, type_: GraphQLNamedType, name: str, depth: int) -> str:
        own: GraphQLField = cast("Any", type_).fields[name]
        arguments = self._arguments(own, name)
        alias = f"r{self._next()}: " if arguments or self.draw(st.integers(0, 3)) == 0 else ""
        below = ""
        if is_composite_type(_named(own)):
            below = " " + self._selection(_named(own), depth + 1)
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _arguments(self, own: GraphQLField, name: str) -> str:
        given = {
            argument: definition
            for argument, definition in own.args.items()
            if _must_be_given(definition)
            or argument == "first"
            or self.draw(st.integers(0, 3)) == 0
        }
        written = [f"{each}: {self.literal(given[each].type, f'{name} {each}')}" for each in given]
        return f"({', '.join(written)})" if written else ""

    def _directive(self) -> str:
        if self.draw(st.integers(0, 5)):
            return ""
        condition = self.draw(st.sampled_from(["true", "false", *(f"${v}" for v in VARIABLES)]))
        return f" @{self.draw(st.sampled_from(['skip', 'include']))}(if: {condition})"

    def _next(self) -> int:
        self.count += 1
        return self.count


def _must_be_given(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined


def _named(field: GraphQLField) -> GraphQLNamedType:
    return get_named_type(field.type)


def _some(items: Sequence[Any], *, most: int) -> st.SearchStrategy[list[Any]]:
    if not items:
        return st.just([])
    return st.lists(st.sampled_from(list(items)), min_size=1, max_size=most, unique_by=str)
