"""What a field costs by its type, before anything is known of what is inside."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_composite_type,
)

from schema.cost.directive import Cost

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

LARGEST_PAGE: Final = 100
"""The most that ``first`` may be."""
LIST: Final = 10
"""How often the inside of a plain list counts."""
_MUTATION: Final = 10
_CONNECTION: Final = 1
_NODE: Final = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """The price of a field: ``once``, and ``each`` with what is inside for each of its things."""

    once: int
    each: int
    is_list: bool
    is_connection: bool
    inside: Composite | None
    """The type of what is inside; None where there is nothing to select."""
    page: int = LARGEST_PAGE
    """How long a connection's page is by default."""


class Rules:
    """The rules of a schema, each worked out when it is first asked for."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._known: dict[tuple[str, str], Rule] = {}

    def root(self, operation: OperationType) -> GraphQLObjectType:
        """Return the type that an operation starts from."""
        root = self._schema.get_root_type(operation)
        assert root is not None  # noqa: S101 - only valid documents have a price
        return root

    def possible(self, type_: Composite) -> tuple[GraphQLObjectType, ...]:
        """Return the types that an object in this place may be of."""
        if isinstance(type_, GraphQLObjectType):
            return (type_,)
        return tuple(self._schema.get_possible_types(type_))

    def applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        """Whether a fragment with this type condition selects from objects of a type."""
        if condition == type_.name:
            return True
        named = self._schema.type_map[condition]
        return isinstance(
            named, GraphQLInterfaceType | GraphQLUnionType
        ) and self._schema.is_sub_type(named, type_)

    def of(self, type_: GraphQLObjectType, name: str) -> Rule:
        """Return the rule of one field."""
        key = type_.name, name
        rule = self._known.get(key)
        if rule is None:
            is_mutation = type_ is self._schema.mutation_type
            rule = self._known[key] = self._made(type_.fields[name], is_mutation=is_mutation)
        return rule

    def _made(self, field: GraphQLField, *, is_mutation: bool) -> Rule:
        named = get_named_type(field.type)
        is_connection = _is_connection(named)
        weight = _MUTATION if is_mutation else _CONNECTION if is_connection else None
        printed = _printed(field)
        once = weight if printed is None else printed
        return Rule(
            once=once or 0,
            each=_NODE if once is None and self._is_node(named) else 0,
            is_list=_is_list(field),
            is_connection=is_connection,
            inside=named if is_composite_type(named) else None,
            page=field.args["first"].default_value if "first" in field.args else LARGEST_PAGE,
        )

    def _is_node(self, type_: GraphQLNamedType) -> bool:
        if not is_composite_type(type_):
            return False
        node = self._schema.type_map.get("Node")
        return any(node in each.interfaces for each in self.possible(type_))


@lru_cache(maxsize=8)
def rules_of(schema: GraphQLSchema) -> Rules:
    """Return the rules of a schema: always the same ones."""
    return Rules(schema)


def _is_connection(type_: GraphQLNamedType) -> bool:
    return isinstance(type_, GraphQLObjectType) and {"edges", "pageInfo"} <= type_.fields.keys()


def _is_list(field: GraphQLField) -> bool:
    type_ = field.type
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _printed(field: GraphQLField) -> int | None:
    """Return the weight that the SDL gives a field."""
    definition: Any = field.extensions.get("strawberry-definition")
    directives = definition.directives if definition else ()
    return next((each.weight for each in directives if isinstance(each, Cost)), None)
