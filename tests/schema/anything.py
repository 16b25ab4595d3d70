"""Makes up operations: valid ones, with arguments that are as odd as their types allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

DEPTH: Final = 4
BREADTH: Final = 6
ODD: Final[Mapping[str, Sequence[Any]]] = {
    "Int": [0, 1, 2, 5, 20, 100, 101, 999, 1000, -1, 2**31 - 1, -(2**31)],
    "Boolean": [True, False],
    "String": [
        "tea",
        "Tea light",
        "ada@example.com",
        "85123A",
        "",
        " ",
        "%",
        "_",
        "\\",
        '"',
        '"tea',
        "-",
        "- -tea",
        "tea & ! | ( :*",
        "'; DROP TABLE product; --",
        "$1",
        "{0}",
        "%s",
        "🎩",
        "\u202e",
        "é" * 300,
        "x" * 5_000,
        "a\nb",
        "a\0b",
        "standard",
        "tok_ok",
        "tok_declined",
        "fake",
        "Europe/Berlin",
        "1001",
        "-1",
        "9" * 30,
        "a-long-password-of-many-words",
        "WyJuZXdlc3QiLDFd",
        "W10",
        "order_00000000000000000000000000",
    ],
    "DateTime": [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00.123456789Z",
        "2026-11-23T23:59:59+05:45",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "1970-01-01T00:00:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23",
        "now",
        "",
    ],
    "Decimal": ["0", "0.00", "1", "19.9", "0.001", "-1", "1e3", "99999999999.99", "9" * 18, ""],
    "CountryCode": ["GB", "DE", "US", "XX", "de", ""],
    "CurrencyCode": ["EUR", "GBP", "JPY", "XXX", "eur", ""],
    "URL": ["https://example.com/a.jpg", "http://example.com", "javascript:alert(1)", "//[", ""],
    "JSON": [{}],
}  # fmt: skip
SIZES: Final = [0, 1, 1, 2, 3, 51, 101, 251]


@dataclass
class Inventor:
    """Makes up operations for a schema, with the ids that are known."""

    schema: GraphQLSchema
    ids: Sequence[str]
    random: Random

    def operation(self) -> tuple[str, dict[str, Any]]:
        """Make up a whole operation and its variables."""
        root = self.random.choice([self.schema.query_type, self.schema.mutation_type])
        assert root is not None
        name, field = self.random.choice(list(root.fields.items()))
        given = {
            argument: self.value(definition.type)
            for argument, definition in field.args.items()
            if self._must_be_given(definition) or self.random.random() < 0.5
        }
        declared = ", ".join(f"${each}: {field.args[each].type}" for each in given)
        called = ", ".join(f"{each}: ${each}" for each in given)
        selection = self.selection(get_named_type(field.type), DEPTH)
        kind = "query" if root is self.schema.query_type else "mutation"
        head = f"{kind}({declared})" if declared else kind
        return f"{head} {{ {name}{f'({called})' if called else ''}{selection} }}", given

    def selection(self, type_: GraphQLNamedType, depth: int) -> str:
        """Make up what is selected of a type."""
        if is_leaf_type(type_):
            return ""
        assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        inside = [
            f"{name}{self._paged(field)}{self.selection(get_named_type(field.type), depth - 1)}"
            for name, field in self._some(type_)
            if depth > 1 or is_leaf_type(get_named_type(field.type))
        ]
        return f" {{ __typename {' '.join(inside)} }}"

    def value(self, type_: GraphQLInputType) -> Any:
        """Make up a value of an input type."""
        if isinstance(type_, GraphQLNonNull):
            return self._value(type_.of_type)
        return None if self.random.random() < 0.1 else self._value(type_)

    def _value(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLList):
            one = self.value(type_.of_type)
            size = self.random.choice(SIZES)
            if self.random.random() < 0.3:
                return [one] * size
            return [self.value(type_.of_type) for _ in range(min(size, 3))]
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return self._input(type_)
        if type_.name == "ID":
            return self.random.choice([*self.ids, *ODD["String"][:8]])
        return self.random.choice(ODD[type_.name])

    def _input(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        fields = type_.fields
        if getattr(type_.extensions.get("strawberry-definition"), "is_one_of", False):
            name = self.random.choice(list(fields))
            return {name: self._value(fields[name].type)}
        return {
            name: self.value(field.type)
            for name, field in fields.items()
            if isinstance(field.type, GraphQLNonNull) or self.random.random() < 0.5
        }

    def _some(
        self, type_: GraphQLObjectType | GraphQLInterfaceType
    ) -> list[tuple[str, GraphQLField]]:
        fields = list(type_.fields.items())
        return self.random.sample(fields, min(BREADTH, len(fields)))

    def _paged(self, field: GraphQLField) -> str:
        return "(first: 2)" if "first" in field.args else ""

    @staticmethod
    def _must_be_given(argument: GraphQLArgument) -> bool:
        return isinstance(argument.type, GraphQLNonNull)
