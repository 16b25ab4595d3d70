"""The limits of documents: none of them lets anything expensive be done for who is over it."""

from collections.abc import Iterator
from typing import Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
)
from graphql.language.ast import Node

from schema.cost import QueryTooExpensive

MOST_CHARACTERS: Final = 20_000
MOST_TOKENS: Final = 2_000
MOST_DEPTH: Final = 12
MOST_INTROSPECTION_DEPTH: Final = 20
MOST_ALIASES: Final = 30
MOST_DIRECTIVES: Final = 50
MOST_MUTATIONS: Final = 10
MOST_DIGITS: Final = 100
ONCE: Final = frozenset({"sessionCreate", "userRegister", "passwordReset", "passwordResetRequest"})
"""Mutations that guess at secrets: many aliases in one document would be many guesses."""


def screened(text: str) -> DocumentNode:
    """Parse a document that is within all limits.

    :raises GraphQLError: it is over one of them, or no GraphQL.
    """
    try:
        ast = _parsed(text)
        _hold_to_limits(ast)
    except RecursionError:
        raise _too_expensive("The document nests too deeply.") from None
    return ast


def _operations(ast: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (each for each in ast.definitions if isinstance(each, OperationDefinitionNode))


def _parsed(text: str) -> DocumentNode:
    if len(text) > MOST_CHARACTERS:
        raise _too_expensive(f"A document has at most {MOST_CHARACTERS} characters.")
    try:
        return parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        if "tokens" in error.message:
            raise _too_expensive(f"A document has at most {MOST_TOKENS} tokens.") from None
        raise


def _too_expensive(message: str) -> GraphQLError:
    return GraphQLError(message, original_error=QueryTooExpensive(message))


def _hold_to_limits(ast: DocumentNode) -> None:
    fragments = {
        each.name.value: each
        for each in ast.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    aliases = directives = 0
    for node in _nodes(ast):
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += isinstance(node, DirectiveNode)
        if isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > MOST_DIGITS:
            raise _too_expensive(f"A number has at most {MOST_DIGITS} digits.")
    if aliases > MOST_ALIASES:
        raise _too_expensive(f"A document has at most {MOST_ALIASES} aliases.")
    if directives > MOST_DIRECTIVES:
        raise _too_expensive(f"A document has at most {MOST_DIRECTIVES} directives.")
    depths = _Depths(fragments)
    for operation in _operations(ast):
        depths.check(operation.selection_set)
        if operation.operation is OperationType.MUTATION:
            _check_mutations(list(_root_fields(operation.selection_set, fragments)))


def _nodes(ast: DocumentNode) -> Iterator[Node]:
    """Walk over all nodes, without recursion."""
    left: list[Node] = [ast]
    while left:
        node = left.pop()
        yield node
        for key in node.keys:
            value = getattr(node, key, None)
            if isinstance(value, Node):
                left.append(value)
            elif isinstance(value, (tuple, list)):
                left.extend(each for each in value if isinstance(each, Node))


class _Depths:
    """How deep selections go, through fragments too; each fragment is measured once."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, int] = {}

    def check(self, selections: SelectionSetNode) -> None:
        for root in selections.selections:
            most = MOST_INTROSPECTION_DEPTH if _is_introspection(root) else MOST_DEPTH
            if self._of(root, 0) > most:
                raise _too_expensive(f"A document goes at most {most} fields deep.")

    def _of(self, node: Node, above: int) -> int:
        """Measure below ``node``; no further than all limits reach."""
        if above > MOST_INTROSPECTION_DEPTH:
            return 1
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value, above)
        own = int(isinstance(node, FieldNode))
        selections = getattr(node, "selection_set", None)
        inside = selections.selections if selections else ()
        return own + max((self._of(each, above + own) for each in inside), default=0)

    def _of_fragment(self, name: str, above: int) -> int:
        if name not in self._known and name in self._fragments:
            self._known[name] = 0  # a fragment inside itself is for validation to refuse
            self._known[name] = self._of(self._fragments[name], above)
        return self._known.get(name, 0)


def _is_introspection(node: Node) -> bool:
    return isinstance(node, FieldNode) and node.name.value in {"__schema", "__type"}


def _root_fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """Name the fields at the root. A fragment that comes twice is the same fields, run once."""
    left = [selections]
    unseen = dict(fragments)
    while left:
        for node in left.pop().selections:
            if isinstance(node, FieldNode):
                yield node.name.value
            elif isinstance(node, InlineFragmentNode):
                left.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in unseen:
                left.append(unseen.pop(node.name.value).selection_set)


def _check_mutations(names: list[str]) -> None:
    if len(names) > MOST_MUTATIONS:
        raise _too_expensive(f"A document runs at most {MOST_MUTATIONS} mutations.")
    for name in ONCE.intersection(names):
        if names.count(name) > 1:
            raise GraphQLError(f"A document runs {name} at most once.")
