"""An SDL taken apart into single promises, so that two of them can be compared one by one.

Run as ``python -m tests.schema.promise`` to write down what is not built yet.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graphql import parse, print_ast, specified_directives, value_from_ast_untyped
from graphql.language import ast

from schema.root import sdl

HERE: Final = Path(__file__).parent
CONTRACT: Final = HERE / "contract.graphql"
NOT_BUILT_YET: Final = HERE / "not_built_yet.txt"

Promises = dict[str, dict[str, Any]]
"""What is promised at each coordinate: ``Order``, ``Order.email``, ``Query.order(by:)``."""

_OMITTED: Final = {"auth": {"owner": False}}
"""Arguments that directives have when they are not written."""

_OF_GRAPHQL: Final = {directive.name for directive in specified_directives}
"""Directives of GraphQL itself, which Strawberry prints, and which nobody needs to promise."""


def promises(text: str) -> Promises:
    """Take an SDL apart."""
    document = parse(text)
    found = {
        coordinate: promise
        for definition in document.definitions
        for coordinate, promise in _of_definition(definition)
    }
    _inherit_descriptions(found)
    return found


def _of_definition(definition: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(definition, ast.DirectiveDefinitionNode):
        if definition.name.value not in _OF_GRAPHQL:
            yield from _of_directive(definition)
    elif isinstance(definition, ast.TypeDefinitionNode):
        yield from _of_type(definition)


def _of_directive(node: ast.DirectiveDefinitionNode) -> Iterator[tuple[str, dict[str, Any]]]:
    name = f"@{node.name.value}"
    yield name, {"description": _text(node), "on": {each.value for each in node.locations}}
    for argument in node.arguments or ():
        yield f"{name}({argument.name.value}:)", _of_value(argument)


def _of_type(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    name = node.name.value
    yield (
        name,
        {
            "kind": node.kind,
            "description": _text(node),
            "interfaces": {each.name.value for each in _all(node, "interfaces")},
            "directives": _directives(node),
        },
    )
    for value in _all(node, "values"):
        yield f"{name}.{value.name.value}", {"description": _text(value)}
    for field in _all(node, "fields"):
        coordinate = f"{name}.{field.name.value}"
        yield coordinate, _of_value(field)
        for argument in _all(field, "arguments"):
            yield f"{coordinate}({argument.name.value}:)", _of_value(argument)


def _of_value(node: Any) -> dict[str, Any]:
    default = getattr(node, "default_value", None)
    return {
        "type": print_ast(node.type),
        "default": default and print_ast(default),
        "description": _text(node),
        "directives": _directives(node),
    }


def _all(node: Any, what: str) -> Iterable[Any]:
    return getattr(node, what, None) or ()


def _text(node: Any) -> str | None:
    return node.description and " ".join(node.description.value.split())


def _directives(node: Any) -> Mapping[str, Mapping[str, Any]]:
    return {
        directive.name.value: _OMITTED.get(directive.name.value, {})
        | {
            each.name.value: value_from_ast_untyped(each.value)
            for each in directive.arguments or ()
        }
        for directive in node.directives or ()
    }


def _inherit_descriptions(found: Promises) -> None:
    """Let a field without a description have that of the interface it implements."""
    for coordinate, promise in found.items():
        owner, _, field = coordinate.partition(".")
        if promise.get("description") is None and field:
            for interface in sorted(found[owner].get("interfaces", ())):
                inherited = found.get(f"{interface}.{field}", {})
                promise["description"] = inherited.get("description")


def missing(contract: Promises, built: Promises) -> list[str]:
    """Name what is promised and not built: a type or a field alone, not all that is inside."""
    absent = contract.keys() - built.keys()
    return sorted(each for each in absent if not _owners(each) & absent)


def _owners(coordinate: str) -> set[str]:
    field = coordinate.partition("(")[0]
    return {field, field.partition(".")[0]} - {coordinate}


def main() -> None:
    """Write down what is not built yet."""
    absent = missing(promises(CONTRACT.read_text()), promises(sdl()))
    NOT_BUILT_YET.write_text("".join(f"{each}\n" for each in absent))


if __name__ == "__main__":
    main()
