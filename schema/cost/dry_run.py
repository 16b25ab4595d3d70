"""Asking for the price only: of an operation, what is left is ``rateLimit``."""

from dataclasses import replace
from typing import Final, NamedTuple, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

_FIELD: Final = "rateLimit"

Selecting = TypeVar(
    "Selecting", OperationDefinitionNode, FragmentDefinitionNode, InlineFragmentNode
)


class DryRun(NamedTuple):
    """What runs instead of an operation whose price is asked for."""

    document: DocumentNode
    operation: OperationDefinitionNode


def dry_run(document: DocumentNode, operation: OperationDefinitionNode, root: str) -> DryRun | None:
    """Take everything out of an operation but the question for its price.

    None where the operation never asks for it. ``root`` is the name of the type of queries.
    """
    if operation.operation is not OperationType.QUERY:
        return None
    fragments = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
    others = [each for each in fragments if each.type_condition.name.value != root]
    at_root = [_reduced(each) for each in fragments if each.type_condition.name.value == root]
    alone = _reduced(operation)
    if not (_asks(alone) or any(map(_asks, at_root))):
        return None
    return DryRun(DocumentNode(definitions=(alone, *at_root, *others)), alone)


def _reduced(node: Selecting) -> Selecting:
    """Copy what selects from the root, without all other fields."""
    selections = (
        _reduced(each) if isinstance(each, InlineFragmentNode) else each
        for each in node.selection_set.selections
        if not isinstance(each, FieldNode) or each.name.value == _FIELD
    )
    return replace(node, selection_set=SelectionSetNode(selections=tuple(selections)))


def _asks(node: Selecting) -> bool:
    """Whether what is left says anything of a dry run."""
    return any(
        _asks(each) if isinstance(each, InlineFragmentNode) else bool(getattr(each, "arguments", 0))
        for each in node.selection_set.selections
    )
