"""The price of an operation, for any values of its variables."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
)

from schema.cost.dry_run import dry_run
from schema.cost.rules import LARGEST_PAGE, rules_of
from schema.cost.walk import Walk, literal

_MATTERING: Final = frozenset({"first", "if", "dryRun"})
"""Arguments on which a price depends."""
_MOST_KEPT: Final = 200


class Price:
    """What an operation costs. Made once for it; a price asked for again is only looked up."""

    __slots__ = ("_document", "_fragments", "_kept", "_operation", "_rules", "_variables", "dry")

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._rules = rules_of(schema)
        self._operation = operation
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        mattering = set(_mattering([operation, *self._fragments.values()]))
        self._variables = tuple(
            (each.variable.name.value, literal(each.default_value))
            for each in operation.variable_definitions or ()
            if each.variable.name.value in mattering
        )
        self._kept: dict[tuple[int | bool | None, ...], tuple[int, bool]] = {}
        root = self._rules.root(operation.operation)
        self.dry: Final = dry_run(document, operation, root.name)
        """What to run instead where :meth:`is_dry_run`; None where that never is."""

    def of(self, variables: Mapping[str, Any]) -> int:
        """Return the price in points.

        Values that do not fit their type have some price: the operation will not run.

        :raises QueryTooExpensive: nobody could tell.
        """
        return self._for(variables)[0]

    def is_dry_run(self, variables: Mapping[str, Any]) -> bool:
        """Whether nothing is to be run but the question for the price."""
        return self.dry is not None and self._for(variables)[1]

    def _for(self, variables: Mapping[str, Any]) -> tuple[int, bool]:
        values = tuple(
            [
                _plain(variables[name]) if name in variables else default
                for name, default in self._variables
            ]
        )
        found = self._kept.get(values)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._kept[values] = self._worked_out(values)
        return found

    def _worked_out(self, values: tuple[int | bool | None, ...]) -> tuple[int, bool]:
        names = (name for name, _ in self._variables)
        walk = Walk(self._rules, self._fragments, dict(zip(names, values, strict=True)))
        return walk.total(self._operation), walk.is_dry_run(self._operation)


def price(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Price:
    """Make the price of an operation of a valid document."""
    return Price(schema, document, operation)


def _plain(value: Any) -> int | bool | None:
    """Make of a value from outside one of the few that tell prices apart."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, int | float):  # 5.0 is a whole number to GraphQL
        return int(max(1, min(value, LARGEST_PAGE)))
    return LARGEST_PAGE


def _mattering(left: list[Node]) -> Iterator[str]:
    """Name the variables on which the price depends."""
    while left:
        node = left.pop()
        if isinstance(node, ArgumentNode):
            if node.name.value in _MATTERING and isinstance(node.value, VariableNode):
                yield node.value.name.value
            continue
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                left.append(value)
            elif isinstance(value, tuple | list):
                left.extend(value)
