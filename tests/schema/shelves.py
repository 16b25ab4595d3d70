"""A stand-in for the shop in which everything is there: counts how many Nodes an operation finds.

Plain lists hold ten things, pages as many as are asked for, and nothing is ever null.
"""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    build_schema,
    execute,
    get_named_type,
    is_abstract_type,
)

from schema.connections import DEFAULT_PAGE
from schema.cost.rules import LIST
from schema.root import sdl

PLAIN: Final = build_schema(sdl())
VALUES: Final[Mapping[str, Any]] = {"Boolean": True, "Int": 7}


class Shelves:
    """Answers every field, and counts."""

    def __init__(self, random: Random) -> None:
        self.nodes = 0
        self._random = random

    def count(self, document: DocumentNode, variables: Mapping[str, Any]) -> int:
        """Run an operation, and return how many Nodes were looked at."""
        result = execute(
            PLAIN,
            document,
            root_value={},
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value["type"],
        )
        assert isinstance(result, ExecutionResult)
        assert not result.errors, result.errors
        return self.nodes

    def _resolve(self, source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        type_ = info.return_type
        type_ = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if not isinstance(type_, GraphQLList):
            return self._thing(get_named_type(type_), arguments)
        size = source.get("size", LIST)
        return [self._thing(get_named_type(type_), {}) for _ in range(size)]

    def _thing(self, type_: Any, arguments: Mapping[str, Any]) -> Any:
        if isinstance(type_, GraphQLScalarType):
            return VALUES.get(type_.name, "7")
        if isinstance(type_, GraphQLEnumType):
            return next(iter(type_.values.values())).value
        if is_abstract_type(type_):
            type_ = self._random.choice(PLAIN.get_possible_types(type_))
        assert isinstance(type_, GraphQLObjectType)
        self.nodes += any(each.name == "Node" for each in type_.interfaces)
        if {"edges", "pageInfo"} <= type_.fields.keys():
            return {"type": type_.name, "size": arguments["first"] or DEFAULT_PAGE}
        return {"type": type_.name}
