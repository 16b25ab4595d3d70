"""The limits of documents: none of them lets anything expensive be done for who is over it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
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
    VariableDefinitionNode,
    parse,
)
from graphql.language.ast import Node

from schema.cost import QueryTooExpensive

MOST_CHARACTERS: Final = 20_000
MOST_TOKENS: Final = 2_000
MOST_DEPTH: Final = 12
MOST_INTROSPECTION_DEPTH: Final = 20
MOST_INTROSPECTIONS: Final = 3
MOST_ALIASES: Final = 30
MOST_DIRECTIVES: Final = 50
MOST_VARIABLES: Final = 100
MOST_MUTATIONS: Final = 10
MOST_DIGITS: Final = 100
_LISTS: Final = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})
"""Lists of the schema that lead from one type to others, of which each has the same lists again."""
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
        raise too_expensive("The document nests too deeply.") from None
    return ast


def introspects(ast: DocumentNode) -> bool:
    """Whether a document asks for the schema."""
    return any(map(_is_introspection, _nodes(ast)))


def _operations(ast: DocumentNode) -> Iterator[OperationDefinitionNode]:
    return (each for each in ast.definitions if isinstance(each, OperationDefinitionNode))


def _parsed(text: str) -> DocumentNode:
    if len(text) > MOST_CHARACTERS:
        raise too_expensive(f"A document has at most {MOST_CHARACTERS} characters.")
    try:
        return parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        if "tokens" in error.message:
            raise too_expensive(f"A document has at most {MOST_TOKENS} tokens.") from None
        raise


def too_expensive(message: str) -> GraphQLError:
    """Make the error of a document that is over a limit."""
    return GraphQLError(message, original_error=QueryTooExpensive(message))


def _hold_to_limits(ast: DocumentNode) -> None:
    counts: Counter[str] = Counter()
    for node in _nodes(ast):
        counts.update(kind for kind, (is_one, _) in _COUNTED.items() if is_one(node))
        if isinstance(node, IntValueNode | FloatValueNode) and len(node.value) > MOST_DIGITS:
            raise too_expensive(f"A number has at most {MOST_DIGITS} digits.")
    for kind, (_, most) in _COUNTED.items():
        if counts[kind] > most:
            raise too_expensive(f"A document has at most {most} {kind}.")
    fragments = _fragments(ast)
    depths, lists = _Depths(fragments), _Depths(fragments, _LISTS)
    for operation in _operations(ast):
        depths.check(operation.selection_set)
        if counts["introspection fields"] and lists.of(operation) > 1:
            raise too_expensive("Introspection does not go from fields on to their fields.")
        if operation.operation is OperationType.MUTATION:
            _check_mutations(list(root_fields(ast, operation)))


def _is_alias(node: Node) -> bool:
    return isinstance(node, FieldNode) and node.alias is not None


def _is_directive(node: Node) -> bool:
    return isinstance(node, DirectiveNode)


def _is_variable(node: Node) -> bool:
    return isinstance(node, VariableDefinitionNode)


def _is_introspection(node: Node) -> bool:
    return isinstance(node, FieldNode) and node.name.value in {"__schema", "__type"}


_COUNTED: Final[Mapping[str, tuple[Callable[[Node], bool], int]]] = {
    "aliases": (_is_alias, MOST_ALIASES),
    "directives": (_is_directive, MOST_DIRECTIVES),
    "variables": (_is_variable, MOST_VARIABLES),
    "introspection fields": (_is_introspection, MOST_INTROSPECTIONS),
}


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

    def __init__(
        self,
        fragments: dict[str, FragmentDefinitionNode],
        counted: frozenset[str] | None = None,
    ) -> None:
        """``counted`` are the names of the fields that count; None for all."""
        self._fragments = fragments
        self._counted = counted
        self._known: dict[str, int] = {}

    def check(self, selections: SelectionSetNode) -> None:
        for root in selections.selections:
            most = MOST_INTROSPECTION_DEPTH if _is_introspection(root) else MOST_DEPTH
            if self.of(root) > most:
                raise too_expensive(f"A document goes at most {most} fields deep.")

    def of(self, node: Node, above: int = 0) -> int:
        """Measure ``node`` and what is below it; no further than all limits reach."""
        if above > MOST_INTROSPECTION_DEPTH:
            return 1
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value, above)
        own = int(isinstance(node, FieldNode) and self._counts(node.name.value))
        selections = getattr(node, "selection_set", None)
        inside = selections.selections if selections else ()
        return own + max((self.of(each, above + own) for each in inside), default=0)

    def _counts(self, name: str) -> bool:
        return self._counted is None or name in self._counted

    def _of_fragment(self, name: str, above: int) -> int:
        if name not in self._known and name in self._fragments:
            self._known[name] = 0  # a fragment inside itself is for validation to refuse
            self._known[name] = self.of(self._fragments[name], above)
        return self._known.get(name, 0)


def root_fields(ast: DocumentNode, operation: OperationDefinitionNode) -> Iterator[str]:
    """Name the fields at the root. A fragment that comes twice is the same fields, run once."""
    left = [operation.selection_set]
    unseen = _fragments(ast)
    while left:
        for node in left.pop().selections:
            if isinstance(node, FieldNode):
                yield node.name.value
            elif isinstance(node, InlineFragmentNode):
                left.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value in unseen:
                left.append(unseen.pop(node.name.value).selection_set)


def _fragments(ast: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        each.name.value: each
        for each in ast.definitions
        if isinstance(each, FragmentDefinitionNode)
    }


def _check_mutations(names: list[str]) -> None:
    if len(names) > MOST_MUTATIONS:
        raise too_expensive(f"A document runs at most {MOST_MUTATIONS} mutations.")
    for name in ONCE.intersection(names):
        if names.count(name) > 1:
            raise GraphQLError(f"A document runs {name} at most once.")
