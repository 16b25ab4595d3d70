"""Objects of one type, all that stand at one place of the response, printed together.

What is plain is printed by generated code; then come the fields that lead on, each for all objects
at once: an edge is one call of its loader for them all, whatever their number.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, cast

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.types.field import StrawberryField

from schema.context import Context
from schema.execution.code import Code, is_plain_field
from schema.execution.completion import Completion, Leaves, Printer, Run, completion_of
from schema.execution.fields import (
    Attribute,
    Call,
    class_of,
    origin_of,
    view_of,
)
from schema.execution.later import Called, End, Guarded, Later, Led, Values, resolver_of
from schema.execution.selection import Nodes, NotCovered, Selections
from schema.permissions import directive_of
from schema.views import Edge, Shown, View, shown_by


class Level:
    """How the objects of one type are printed; of a view, its rows."""

    def __init__(
        self, selections: Selections, type_: GraphQLObjectType, groups: Mapping[str, Nodes]
    ) -> None:
        self._make = Code(selections).maker(type_, groups)
        self._later = Builder(selections).later(type_, groups)

    async def print(self, run: Run, objects: Sequence[Any]) -> list[dict[str, Any]]:
        made = self._make(objects, run.context)
        if len(self._later) == 1:
            await self._later[0].fill(run, objects, made)
        elif self._later:
            await run.together(each.fill(run, objects, made) for each in self._later)
        return made


class Unwrapped:
    """Prints views: a level prints the rows that they show."""

    def __init__(self, level: Level) -> None:
        self._level = level

    async def print(self, run: Run, objects: Sequence[Any]) -> list[dict[str, Any]]:
        return await self._level.print(run, [each.row for each in objects])


class AnyOf:
    """Prints objects of an interface or a union: each kind on a level of its own."""

    def __init__(self, selections: Selections, type_: GraphQLAbstractType, nodes: Nodes) -> None:
        self._selections = selections
        self._nodes = nodes
        self._possible = {
            class_of(each): each for each in selections.schema.get_possible_types(type_)
        }
        self._printers: dict[type, Printer] = {}

    async def print(self, run: Run, objects: Sequence[Any]) -> list[dict[str, Any]]:
        places: dict[type, list[int]] = {}
        for place, each in enumerate(objects):
            places.setdefault(type(each), []).append(place)
        made: list[dict[str, Any]] = [{}] * len(objects)
        for kind, where in places.items():
            printed = await self._printer(kind).print(run, [objects[place] for place in where])
            for place, each in zip(where, printed, strict=True):
                made[place] = each
        return made

    def _printer(self, kind: type) -> Printer:
        if kind not in self._printers:
            type_ = self._possible.get(kind)
            if type_ is None:
                raise NotCovered(kind.__name__)
            self._printers[kind] = _of_objects(self._selections, type_, self._nodes, rows=False)
        return self._printers[kind]


def _of_objects(
    selections: Selections, type_: GraphQLObjectType, nodes: Nodes, *, rows: bool
) -> Printer:
    level = Level(selections, type_, selections.below(nodes, type_))
    return level if rows or view_of(type_) is None else Unwrapped(level)


class Builder:
    """Makes what fills in the fields of a selection that are not plain."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections

    def later(self, type_: GraphQLObjectType, groups: Mapping[str, Nodes]) -> list[Later]:
        """Make it for the fields of a type. Edges of one read are one."""
        made: list[Later] = []
        reads: dict[object, Led] = {}
        for name, nodes in groups.items():
            if is_plain_field(type_, nodes, self._selections):
                continue
            field = type_.fields[nodes[0].name.value]
            origin, guard = origin_of(type_, field), directive_of(field)
            if isinstance(origin, Call):
                made.append(self.called(type_, name, nodes))
            elif isinstance(origin, Edge) and guard is None:
                read = (origin.batch, origin.by, origin.given)
                if read not in reads:
                    reads[read] = self._led(type_, origin)
                    made.append(reads[read])
                reads[read].ends.append(self._end(name, field, origin, nodes))
            else:
                made.append(self._guarded(type_, name, field, nodes))
        return made

    def called(self, type_: GraphQLObjectType, name: str, nodes: Nodes) -> Called:
        """Make what calls the resolver of a field."""
        field = type_.fields[nodes[0].name.value]
        return Called(
            name,
            resolver_of(field, nodes[0]),
            self._info(type_, name, field, nodes),
            self._view(type_),
            self._completion(field.type, nodes),
        )

    def _guarded(
        self, type_: GraphQLObjectType, name: str, field: GraphQLField, nodes: Nodes
    ) -> Later:
        origin, guard = origin_of(type_, field), directive_of(field)
        inner: Later
        if isinstance(origin, Edge):
            led = self._led(type_, origin)
            led.ends.append(self._end(name, field, origin, nodes))
            inner = led
        else:
            rows = isinstance(origin, Shown) and origin.each is not None
            completion = self._completion(field.type, nodes, rows=rows)
            inner = Values(name, _reader(type_, origin), completion)
        return Guarded(inner, guard, self._view(type_)) if guard else inner

    def _led(self, type_: GraphQLObjectType, edge: Edge) -> Led:
        view = view_of(type_)
        assert view is not None  # noqa: S101 - only views have edges
        return Led(edge, edge.key_of(view.row))

    def _end(self, name: str, field: GraphQLField, edge: Edge, nodes: Nodes) -> End:
        if edge.show is not None:
            return End(name, edge, self._completion(field.type, nodes), None)
        definition = cast("StrawberryField", field.extensions["strawberry-definition"])
        shown = shown_by(definition.type)
        is_view = isinstance(shown, type) and issubclass(shown, View)
        completion = self._completion(field.type, nodes, rows=is_view)
        return End(name, edge, completion, None if is_view else _converter(shown))

    def _completion(
        self, type_: GraphQLOutputType, nodes: Nodes, *, rows: bool = False
    ) -> Completion:
        named = get_named_type(type_)
        if is_leaf_type(named):
            return Leaves(Code(self._selections).printer(type_))
        if is_abstract_type(named):
            return completion_of(type_, AnyOf(self._selections, named, nodes))
        assert isinstance(named, GraphQLObjectType)  # noqa: S101 - nothing else is left
        return completion_of(type_, _of_objects(self._selections, named, nodes, rows=rows))

    @staticmethod
    def _view(type_: GraphQLObjectType) -> Callable[[Any], Any] | None:
        """Make what shows a row as an object of the type, where that is a view."""
        return class_of(type_).showing if view_of(type_) is not None else None

    def _info(
        self, type_: GraphQLObjectType, name: str, field: GraphQLField, nodes: Nodes
    ) -> Callable[[Run], GraphQLResolveInfo[Any]]:
        """Make what a resolver is told. Its path is that of its level: lists have no places yet."""
        operation = self._selections.operation
        fragments = dict(self._selections.fragments)
        path = Path(None, name, type_.name)
        schema, listed = self._selections.schema, list(nodes)

        def info(run: Run) -> GraphQLResolveInfo[Any]:
            return GraphQLResolveInfo(
                field_name=nodes[0].name.value,
                field_nodes=listed,
                return_type=field.type,
                parent_type=type_,
                path=path,
                schema=schema,
                fragments=fragments,
                root_value=None,
                operation=operation,
                variable_values=run.variables,
                context=run.context,
                is_awaitable=cast("Any", optimized_is_awaitable),
                abort_signal=None,
                async_helpers=cast("Any", None),
            )

        return info


def _reader(type_: GraphQLObjectType, origin: object) -> Callable[[Any, Context], Any]:
    """Make what reads a field's value from an object, or from the row of a view."""
    if isinstance(origin, Attribute):
        read = attrgetter(origin.name)
        return lambda each, _context: read(each)
    assert isinstance(origin, Shown)  # noqa: S101 - nothing else is at hand
    view = view_of(type_)
    assert view is not None  # noqa: S101 - only views show
    if origin.each is not None:
        return lambda row, _context: view.get(row, origin.columns[0])
    return lambda row, context: origin.of(row, view.get, context)


def _converter(shown: Any) -> Callable[[Any], Any] | None:
    """Make what turns the rows that were found into objects of a type that is not a view."""
    if shown is None:
        return None

    def convert(found: Any) -> Any:
        if isinstance(found, list):
            return [shown.of(each) for each in found]
        return None if found is None else shown.of(found)

    return convert
