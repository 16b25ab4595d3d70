"""Writes the smallest operation that calls a field of the schema, with arguments that parse."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_leaf_type,
)

from db import ids

NOTHING: Final = UUID("01900000-0000-7000-8000-000000000000")
"""A well-formed id of nothing."""

_PREFIXES: Final = {
    "cart": "cart",
    "order": "order",
    "payment": "pay",
    "product": "prod",
    "variant": "var",
    "category": "cat",
    "user": "user",
    "address": "addr",
    "fulfillment": "ful",
    "shipping": "ship",
}
_LEAVES: Final[Mapping[str, str]] = {
    "String": '"text"',
    "Int": "1",
    "Boolean": "false",
    "DateTime": '"2026-11-23T12:00:00Z"',
    "Decimal": '"1.00"',
    "CountryCode": '"GB"',
    "CurrencyCode": '"GBP"',
    "URL": '"https://example.com/"',
}


def operation(schema: GraphQLSchema, coordinate: str) -> str:
    """Write an operation that calls ``Query.x`` or ``Mutation.x`` with what it requires."""
    root, _, name = coordinate.partition(".")
    type_ = schema.type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    field = type_.fields[name]
    arguments = ", ".join(
        f"{argument}: {literal(definition.type, f'{name} {argument}')}"
        for argument, definition in field.args.items()
        if isinstance(definition.type, GraphQLNonNull) and definition.default_value is Undefined
    )
    called = f"{name}({arguments})" if arguments else name
    return f"{root.lower()} {{ {called}{_selection(get_named_type(field.type))} }}"


def _selection(type_: GraphQLNamedType) -> str:
    """Select as little as shows whether something is there; of a payload, each of its things."""
    if is_leaf_type(type_):
        return ""
    if isinstance(type_, GraphQLObjectType) and "userErrors" in type_.fields:
        things = (
            f"{name}{_selection(get_named_type(each.type))}"
            for name, each in type_.fields.items()
            if name != "userErrors"
        )
        return f" {{ {' '.join(things)} userErrors {{ code }} }}"
    return " { __typename }"


def literal(type_: GraphQLInputType, hint: str) -> str:
    """Write a value of an input type; ``hint`` tells what an id is the id of."""
    if isinstance(type_, GraphQLNonNull):
        return literal(type_.of_type, hint)
    if isinstance(type_, GraphQLList):
        return f"[{literal(type_.of_type, hint)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if isinstance(type_, GraphQLInputObjectType):
        return _input_object(type_, hint)
    if type_.name == "ID":
        return f'"{ids.encode(_prefix(hint), NOTHING)}"'
    return _LEAVES[type_.name]


def _input_object(type_: GraphQLInputObjectType, hint: str) -> str:
    fields: dict[str, Any] = type_.fields
    required = [
        name
        for name, field in fields.items()
        if isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
    ]
    chosen = [next(iter(fields))] if _is_one_of(type_) else required
    return "{" + ", ".join(f"{name}: {literal(fields[name].type, name)}" for name in chosen) + "}"


def _is_one_of(type_: GraphQLInputObjectType) -> bool:
    """Ask Strawberry, which does not tell graphql-core."""
    return bool(type_.extensions["strawberry-definition"].is_one_of)


def _prefix(hint: str) -> str:
    """Guess from ``orderCancel id`` or ``variantId`` what kind of thing is meant."""
    words = hint.lower()
    return next(
        (prefix for word, prefix in _PREFIXES.items() if word in words.rpartition(" ")[2]),
        next((prefix for word, prefix in _PREFIXES.items() if words.startswith(word)), "order"),
    )
