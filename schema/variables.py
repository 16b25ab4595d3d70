"""The variables of an operation: coerced before anything else is done with them.

graphql-core says what is wrong with them in the words of Python. Clients are told in those of
GraphQL and JSON: which variable, where in it, what was expected.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    get_nullable_type,
    is_leaf_type,
    type_from_ast,
)
from graphql.execution import get_variable_values
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource

from schema.errors import InvalidRequest

_MOST_ERRORS: Final = 10
_KINDS: Final[Mapping[str, str]] = {
    "Int": "this must be a whole number of at most 32 bits.",
    "Float": "this must be a finite number.",
    "String": "this must be a string.",
    "Boolean": "this must be true or false.",
    "ID": "this must be a string or a whole number.",
}

Place = tuple[str | int, ...]
Found = tuple[Place, str]
Definitions: TypeAlias = tuple[VariableDefinitionNode, ...]
Leaf: TypeAlias = tuple[GraphQLVariableSignature, Callable[[Any], Any]]
"""A variable of a scalar or an enum, and what coerces its value."""


class Variables:
    """The variables that an operation declares. Made once for it."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._leaves = _leaves(schema, self._definitions)

    def coerce(self, given: Mapping[str, Any]) -> VariableValues:
        """Bring values into the types that are declared, with their defaults.

        :raises InvalidRequest: some do not fit.
        """
        return self._plain(given) or self._any(given)

    def _plain(self, given: Mapping[str, Any]) -> VariableValues | None:
        """Coerce values that are all leaves, there and good: graphql-core takes ten times as long.

        It works the types of the variables out of the document again for each request.
        """
        if self._leaves is None:
            return None
        values = VariableValues({}, {})
        for signature, coerce in self._leaves:
            name = signature.name
            value = given.get(name)
            try:
                coerced = Undefined if value is None else coerce(value)
            except Exception:  # noqa: BLE001 - then graphql-core finds out what is wrong
                return None
            if coerced is Undefined:
                return None
            values.sources[name] = VariableValueSource(signature, value)
            values.coerced[name] = coerced
        return values

    def _any(self, given: Mapping[str, Any]) -> VariableValues:
        values = get_variable_values(
            self._schema, self._definitions, dict(given), max_errors=1, hide_suggestions=True
        )
        if isinstance(values, VariableValues):
            return values
        raise InvalidRequest(_explained(self._schema, self._definitions, given) or values)


def _leaves(schema: GraphQLSchema, definitions: Definitions) -> list[Leaf] | None:
    """Tell how each variable is coerced; None where some are lists or objects."""
    leaves = []
    for definition in definitions:
        signature = get_variable_signature(schema, definition)
        if isinstance(signature, GraphQLError) or not is_leaf_type(
            type_ := get_nullable_type(signature.type)
        ):
            return None
        leaves.append((signature, type_.coerce_input_value))
    return leaves


def _explained(
    schema: GraphQLSchema,
    definitions: Definitions,
    given: Mapping[str, Any],
) -> list[GraphQLError]:
    errors: list[GraphQLError] = []
    try:
        for definition in definitions:
            type_ = type_from_ast(schema, definition.type)
            name = definition.variable.name.value
            value = given.get(name, None if definition.default_value is None else Undefined)
            for place, reason in _faults(value, type_, ()):
                errors.append(GraphQLError(f"{_named(name, place)} {reason}", definition))
                if len(errors) == _MOST_ERRORS:
                    return errors
    except RecursionError:
        return [GraphQLError("The variables nest too deeply.")]
    return errors


def _named(name: str, place: Place) -> str:
    """Name a place in a variable.

    >>> _named("input", ("lines", 0, "quantity"))
    'Variable $input, at lines.0.quantity:'
    """
    at = ".".join(map(str, place))
    return f"Variable ${name}, at {at}:" if at else f"Variable ${name}:"


def _faults(value: Any, type_: GraphQLType | None, place: Place) -> Iterator[Found]:
    """Find what does not fit in a value."""
    match type_:
        case GraphQLNonNull():
            if value is None:
                yield place, f"{type_} is required."
            else:
                yield from _faults(value, type_.of_type, place)
        case _ if value is None or value is Undefined:
            return
        case GraphQLList():
            if not isinstance(value, list):
                yield from _faults(value, type_.of_type, place)
                return
            for index, item in enumerate(value):
                yield from _faults(item, type_.of_type, (*place, index))
        case GraphQLInputObjectType():
            yield from _object_faults(value, type_, place)
        case GraphQLEnumType():
            if not isinstance(value, str) or value not in type_.values:
                yield place, f"this must be one of the values of {type_}, as a string."
        case _:
            yield from _scalar_faults(value, type_, place)


def _object_faults(value: Any, type_: GraphQLInputObjectType, place: Place) -> Iterator[Found]:
    if not isinstance(value, dict):
        yield place, f"{type_} is an object."
        return
    for name in sorted(value.keys() - type_.fields.keys()):
        yield place, f"{type_} has no field {json.dumps(name, ensure_ascii=False)}."
    if type_.is_one_of and (len(value) != 1 or None in value.values()):
        yield place, f"exactly one field of {type_} must be given, and not be null."
    for name, field in type_.fields.items():
        absent = None if field.default_value is Undefined else Undefined
        yield from _faults(value.get(name, absent), field.type, (*place, name))


def _scalar_faults(value: Any, type_: Any, place: Place) -> Iterator[Found]:
    reason = _KINDS.get(type_.name, f"this is no {type_}.")
    try:
        fits = type_.coerce_input_value(value) is not Undefined
    except GraphQLError as error:
        yield place, _KINDS.get(type_.name, error.message)
    except Exception:  # noqa: BLE001 - however a scalar refuses a value
        yield place, reason
    else:
        if not fits:
            yield place, reason
