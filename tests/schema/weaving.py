"""Makes up queries that are written in every way there is: aliases, fragments, directives."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_leaf_type,
)

from tests.schema.operations import literal

DEPTH: Final = 4
HEAD: Final = "query Q($few: Int = 3, $some: Int, $yes: Boolean! = true, $no: Boolean!)"
SIZES: Final = ("", "(first: 2)", "(first: 7)", "(first: null)", "(first: $few)", "(first: $some)")
CONDITIONS: Final = ("", "", "", "@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)")


@dataclass
class Weaver:
    """Makes up queries for a schema."""

    schema: GraphQLSchema
    random: Random
    _fragments: list[str] = field(default_factory=list)
    _names: int = 0

    def query(self) -> str:
        """Make up a document with one query; its variables are those of :meth:`variables`."""
        assert self.schema.query_type is not None
        selection = self._selection(self.schema.query_type, DEPTH)
        return "\n".join([f"{HEAD} {selection}", *self._fragments])

    def variables(self) -> dict[str, Any]:
        """Make up values: some are left out."""
        sizes = {"few": self.random.choice([1, 2, 4]), "some": self.random.choice([None, 1, 5])}
        given = {name: size for name, size in sizes.items() if self._maybe()}
        return {**given, "yes": self._maybe(), "no": self._maybe()}

    def _maybe(self) -> bool:
        return self.random.random() < 0.5

    def _name(self) -> str:
        self._names += 1
        return f"n{self._names}"

    def _selection(self, type_: GraphQLNamedType, depth: int) -> str:
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        parts = [self._part(type_, depth) for _ in range(self.random.randint(1, 3))]
        if isinstance(type_, GraphQLInterfaceType):
            possible = self.schema.get_possible_types(type_)
            some = self.random.sample(possible, min(3, len(possible)))
            parts += [f"... on {each.name} {self._selection(each, depth)}" for each in some]
        return f"{{ __typename {' '.join(parts)} }}"

    def _part(self, type_: Any, depth: int) -> str:
        """Make up fields: bare, or in a fragment that may be spread more than once."""
        fields = " ".join(self._field(*each, depth) for each in self._some(type_, depth))
        if not fields or self._maybe():
            return fields
        condition = self.random.choice(CONDITIONS)
        if self._maybe():
            return f"... {condition} {{ {fields} }}"
        name = self._name()
        self._fragments.append(f"fragment {name} on {type_.name} {{ {fields} }}")
        return f"...{name} {condition} ...{name}" if self._maybe() else f"...{name} {condition}"

    def _some(self, type_: Any, depth: int) -> list[tuple[str, GraphQLField]]:
        fields = [
            (name, each)
            for name, each in type_.fields.items()
            if depth > 1 or is_leaf_type(get_named_type(each.type))
        ]
        return self.random.sample(fields, min(2, len(fields)))

    def _field(self, name: str, definition: GraphQLField, depth: int) -> str:
        """Write a field: under a name of its own where it has arguments, so that all fit."""
        inside = get_named_type(definition.type)
        selection = "" if is_leaf_type(inside) else self._selection(inside, depth - 1)
        required = [
            f"({argument}: {literal(each.type, argument)})"
            for argument, each in definition.args.items()
            if isinstance(each.type, GraphQLNonNull) and each.default_value is Undefined
        ]
        given = self.random.choice(SIZES) if "first" in definition.args else "".join(required)
        alias = f"{self._name()}: " if definition.args else ""
        return f"{alias}{name}{given} {self.random.choice(CONDITIONS)} {selection}"
