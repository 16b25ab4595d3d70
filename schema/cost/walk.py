"""Adding up an operation, for given values of the variables that matter.

Fields are merged as they are when it runs: what is selected twice under one name is paid for once.
Of the types that an object may be of, the dearest counts.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.language.ast import BooleanValueNode, IntValueNode, ValueNode

from schema.cost.refusal import QueryTooExpensive
from schema.cost.rules import LARGEST_PAGE, LIST, Composite, Rule, Rules

MOST_POINTS: Final = 2**31 - 1
"""An Int is not larger."""
MOST_STEPS: Final = 50_000
"""How many selections are looked at. A document without tricks is far below."""

Selections = tuple[SelectionSetNode, ...]


class Walk:
    """One way through an operation, with the sums of what was seen on it."""

    def __init__(
        self,
        rules: Rules,
        fragments: Mapping[str, FragmentDefinitionNode],
        values: Mapping[str, int | bool | None],
    ) -> None:
        self._rules = rules
        self._fragments = fragments
        self._values = values
        self._known: dict[tuple[Any, ...], int] = {}
        self._steps = 0

    def total(self, operation: OperationDefinitionNode) -> int:
        """Add up a whole operation.

        :raises QueryTooExpensive: its fragments are woven so that nobody could tell.
        """
        root = self._rules.root(operation.operation)
        return self._of((operation.selection_set,), root, LIST)

    def is_dry_run(self, operation: OperationDefinitionNode) -> bool:
        """Whether the operation asks for its price only: ``rateLimit(dryRun: true)``."""
        root = self._rules.root(operation.operation)
        return any(
            node.name.value == "rateLimit" and self._value(node, "dryRun") is True
            for nodes in self._merged((operation.selection_set,), root).values()
            for node in nodes
        )

    def _inside(self, selections: Selections, type_: Composite, times: int) -> int:
        possible = self._rules.possible(type_)
        return max((self._of(selections, each, times) for each in possible), default=0)

    def _of(self, selections: Selections, type_: GraphQLObjectType, times: int) -> int:
        """Add up what is selected from one object, in which a list counts so many times."""
        key = (type_.name, times, *map(id, selections))
        known = self._known.get(key)
        if known is None:
            fields = self._merged(selections, type_).values()
            known = sum(self._field(nodes, type_, times) for nodes in fields)
            self._known[key] = known = min(known, MOST_POINTS)
        return known

    def _field(self, nodes: list[FieldNode], type_: GraphQLObjectType, times: int) -> int:
        rule = self._rules.of(type_, nodes[0].name.value)
        each = rule.each
        if rule.inside is not None:
            selections = tuple(node.selection_set for node in nodes if node.selection_set)
            page = self._page(nodes[0], rule) if rule.is_connection else LIST
            each += self._inside(selections, rule.inside, page)
        return rule.once + (times if rule.is_list else 1) * each

    def _page(self, node: FieldNode, rule: Rule) -> int:
        size = self._value(node, "first")
        return rule.page if size is None else max(1, min(int(size), LARGEST_PAGE))

    def _merged(
        self, selections: Selections, type_: GraphQLObjectType
    ) -> dict[str, list[FieldNode]]:
        """Collect what is selected from objects of a type, by the name under which it is shown."""
        fields: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        left = list(selections)
        while left:
            for node in self._included(left.pop()):
                if isinstance(node, FieldNode):
                    if not node.name.value.startswith("__"):
                        fields.setdefault((node.alias or node.name).value, []).append(node)
                elif (fragment := self._fragment(node, seen)) and self._applies(fragment, type_):
                    left.append(fragment.selection_set)
        return fields

    def _included(self, selections: SelectionSetNode) -> Iterator[SelectionNode]:
        self._steps += len(selections.selections)
        if self._steps > MOST_STEPS:
            raise QueryTooExpensive("The fragments of this document are too interwoven.")
        for node in selections.selections:
            if all(
                self._value(each, "if") in {None, each.name.value == "include"}
                for each in node.directives or ()
            ):
                yield node

    def _fragment(
        self, node: Any, seen: set[str]
    ) -> InlineFragmentNode | FragmentDefinitionNode | None:
        """Find the fragment of a selection; one that was spread here before adds nothing."""
        if isinstance(node, InlineFragmentNode):
            return node
        name = node.name.value
        if name in seen:
            return None
        seen.add(name)
        return self._fragments[name]

    def _applies(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType
    ) -> bool:
        condition = fragment.type_condition
        return condition is None or self._rules.applies(condition.name.value, type_)

    def _value(self, node: Any, name: str) -> int | bool | None:
        """Return the value of an argument; None where it is not given, or null."""
        for argument in node.arguments or ():
            if argument.name.value == name:
                value = argument.value
                if isinstance(value, VariableNode):
                    return self._values.get(value.name.value)
                return literal(value)
        return None


def literal(value: ValueNode | None) -> int | bool | None:
    """Read a number or a truth value that is written in a document; None for anything else."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    return value.value if isinstance(value, BooleanValueNode) else None
