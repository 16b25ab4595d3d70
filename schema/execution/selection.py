"""What an operation selects, with its fragments put in and its directives decided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)
from graphql.language import BooleanValueNode

Nodes: TypeAlias = tuple[FieldNode, ...]
"""The places in a document that select one field: what they select below is merged."""


class NotCovered(Exception):
    """Something that is left to graphql-core."""


@dataclass(frozen=True, slots=True)
class Selections:
    """The fields that a document selects, as far as its directives say so.

    ``conditions`` are the values of the variables that decide directives.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, bool]

    @classmethod
    def of(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        conditions: Mapping[str, bool],
    ) -> "Selections":
        """Make the selections of an operation."""
        fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        return cls(schema, operation, fragments, conditions)

    def below(self, nodes: Iterable[FieldNode], type_: GraphQLObjectType) -> dict[str, Nodes]:
        """Collect what is selected below a field on a type, by response name, in order."""
        sets = [node.selection_set for node in nodes if node.selection_set]
        return self.within(sets, type_)

    def within(
        self, sets: Sequence[SelectionSetNode], type_: GraphQLObjectType
    ) -> dict[str, Nodes]:
        """Collect what these sets select on a type, by response name, in order."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for each in sets:
            for node in self._fields(each, type_, spread):
                name = node.alias.value if node.alias else node.name.value
                found.setdefault(name, []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def _fields(
        self, selections: SelectionSetNode, type_: GraphQLObjectType, spread: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node, type_):
                    yield from self._fields(node.selection_set, type_, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment, type_):
                    yield from self._fields(fragment.selection_set, type_, spread)

    def _applies(
        self, node: InlineFragmentNode | FragmentDefinitionNode, type_: GraphQLObjectType
    ) -> bool:
        if node.type_condition is None:
            return True
        wanted = self.schema.get_type(node.type_condition.name.value)
        return wanted is type_ or (is_abstract_type(wanted) and self._is_one(wanted, type_))

    def _is_one(self, wanted: GraphQLAbstractType, type_: GraphQLObjectType) -> bool:
        return self.schema.is_sub_type(wanted, type_)

    def _is_included(self, node: SelectionNode) -> bool:
        return all(self._lets_in(each) for each in node.directives or ())

    def _lets_in(self, directive: DirectiveNode) -> bool:
        name = directive.name.value
        if name not in {"skip", "include"}:
            raise NotCovered(f"@{name}")
        return self._is_true(directive) is (name == "include")

    def _is_true(self, directive: DirectiveNode) -> bool:
        (condition,) = [each.value for each in directive.arguments or ()]
        if isinstance(condition, BooleanValueNode):
            return condition.value
        assert isinstance(condition, VariableNode)  # noqa: S101 - the document is valid
        return self.conditions[condition.name.value]


def deciding(document: DocumentNode, operation: OperationDefinitionNode) -> frozenset[str]:
    """Name the variables that decide directives of an operation and of the fragments it spreads.

    Fragments of other operations do not matter: what decides there may be anything here.
    """
    unseen = {
        each.name.value: each.selection_set
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    found: set[str] = set()
    left = [operation.selection_set]
    while left:
        for node in left.pop().selections:
            found.update(_variables(node))
            below: SelectionSetNode | None = getattr(node, "selection_set", None)
            if isinstance(node, FragmentSpreadNode):
                below = unseen.pop(node.name.value, None)
            if below is not None:
                left.append(below)
    return frozenset(found)


def _variables(node: SelectionNode) -> Iterator[str]:
    for directive in node.directives or ():
        conditions = [each.value for each in directive.arguments or ()]
        yield from (each.name.value for each in conditions if isinstance(each, VariableNode))
