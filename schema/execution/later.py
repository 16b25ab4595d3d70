"""Fields that lead on from an object: filled in for all objects of a level at once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from inspect import isawaitable, iscoroutine
from typing import Any, Protocol, cast

from graphql import FieldNode, GraphQLField, GraphQLResolveInfo, get_argument_values
from graphql.language import VariableNode
from graphql.language.ast import Node
from strawberry import Info
from strawberry.types.field import StrawberryField

from db.errors import BadRequest
from schema.context import Context
from schema.execution.code import Unexpected
from schema.execution.completion import Completion, Run
from schema.permissions import Auth, allows, directive_of
from schema.resolvers import Reading
from schema.views import CALLS, Edge


class Later(Protocol):
    """Fills in fields of objects that are printed as far as they are plain."""

    async def fill(
        self, run: Run, objects: Sequence[Any], made: Sequence[dict[str, Any]]
    ) -> None: ...


def _put(name: str, values: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
    for each, value in zip(made, values, strict=True):
        each[name] = value


class Values:
    """A field whose value is at hand, and whose objects lead on."""

    def __init__(
        self, name: str, read: Callable[[Any, Context], Any], completion: Completion
    ) -> None:
        self._name = name
        self._read = read
        self._completion = completion

    async def fill(self, run: Run, objects: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
        values = [self._read(each, run.context) for each in objects]
        _put(self._name, await self._completion.complete(run, values), made)


@dataclass(frozen=True, slots=True)
class End:
    """A field at the end of an edge. ``convert`` makes what is found what the field is of."""

    name: str
    edge: Edge
    completion: Completion
    convert: Callable[[Any], Any] | None


class Led:
    """Fields that come from what one read finds for each object."""

    def __init__(self, edge: Edge, key: Callable[[Any], Any]) -> None:
        self._edge = edge
        self._key = key
        self.ends: list[End] = []

    async def fill(self, run: Run, objects: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
        if not objects:
            return
        found = await self._found(run, objects)
        for end in self.ends:
            values = _shown(end, run, objects, found)
            _put(end.name, await end.completion.complete(run, values), made)

    async def _found(self, run: Run, objects: Sequence[Any]) -> list[Any]:
        edge, context = self._edge, run.context
        keys = list(map(self._key, objects))
        given = edge.given(context) if edge.given else {}
        loader = context.loader(edge.batch, **given)
        wanted = [key for key in keys if key is not None]
        load = loader.load_all_alone if run.is_alone else loader.load_all
        found = await load(wanted)
        if len(wanted) == len(keys):
            return found
        there = iter(found)
        return [None if key is None else next(there) for key in keys]


def _shown(end: End, run: Run, objects: Sequence[Any], found: list[Any]) -> list[Any]:
    show, convert = end.edge.show, end.convert
    if show is not None:
        context = run.context
        return [show(row, each, context) for row, each in zip(objects, found, strict=True)]
    return found if convert is None else list(map(convert, found))


class Guarded:
    """A field that not everyone may have. Who may not gets graphql-core's answer."""

    def __init__(self, inner: Later, guard: Auth, view: Callable[[Any], Any] | None) -> None:
        self._inner = inner
        self._guard = guard
        self._view = view

    async def fill(self, run: Run, objects: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
        caller = run.context.caller
        for each in objects:
            source = self._view(each) if self._view else each
            if not allows(self._guard, caller, source):
                raise Unexpected
        await self._inner.fill(run, objects, made)


class Arguments:
    """The arguments of a field: worked out once, where they are constant and cannot be changed."""

    def __init__(self, field: GraphQLField, node: FieldNode) -> None:
        self._field = field
        self._node = node
        self.constant: dict[str, Any] | None = None
        if not any(_has_variable(each.value) for each in node.arguments or ()):
            values = get_argument_values(field, node, hide_suggestions=True)
            if not any(isinstance(each, list | dict) for each in values.values()):
                self.constant = values

    def of(self, run: Run) -> dict[str, Any]:
        """Return the arguments of a run."""
        if self.constant is not None:
            return self.constant
        return get_argument_values(self._field, self._node, run.variables, hide_suggestions=True)


class Resolver:
    """Calls the resolver of a field, as Strawberry has it called."""

    def __init__(self, field: GraphQLField, arguments: Arguments) -> None:
        assert field.resolve is not None  # noqa: S101 - Strawberry gives every field one
        self._resolve = field.resolve
        self._arguments = arguments

    def call(self, source: Any, info: GraphQLResolveInfo[Any], run: Run) -> Any:
        return self._resolve(source, info, **self._arguments.of(run))


class Accepted:
    """Calls the function behind a resolver: its arguments are constant, and were checked once."""

    def __init__(self, field: StrawberryField, reading: Reading, given: dict[str, Any]) -> None:
        self._field = field
        self._function = reading.function
        self._arguments = reading.accept(given)
        self._takes_info = reading.takes_info

    def call(self, source: Any, info: GraphQLResolveInfo[Any], _run: Run) -> Any:
        if self._takes_info:
            around = Info(_raw_info=info, _field=self._field)
            return self._function(source, info=around, **self._arguments)
        return self._function(source, **self._arguments)


def _has_variable(node: Node) -> bool:
    if isinstance(node, VariableNode):
        return True
    inside = [getattr(node, key, None) for key in node.keys]
    return any(
        _has_variable(each)
        for value in inside
        for each in (value if isinstance(value, tuple | list) else [value])
        if isinstance(each, Node)
    )


def resolver_of(field: GraphQLField, node: FieldNode) -> Resolver | Accepted:
    """Choose how the resolver of a field is called."""
    arguments = Arguments(field, node)
    definition = cast("StrawberryField", field.extensions["strawberry-definition"])
    reading = definition.metadata.get(CALLS)
    if reading and arguments.constant is not None and directive_of(field) is None:
        with suppress(BadRequest):  # which each run then says
            return Accepted(definition, reading, arguments.constant)
    return Resolver(field, arguments)


class Called:
    """A field whose resolver is called for each object."""

    def __init__(
        self,
        name: str,
        resolver: Resolver | Accepted,
        info: Callable[[Run], GraphQLResolveInfo[Any]],
        view: Callable[[Any], Any] | None,
        completion: Completion,
    ) -> None:
        self._name = name
        self._call = resolver.call
        self._info = info
        self._view = view
        self._completion = completion

    async def fill(self, run: Run, objects: Sequence[Any], made: Sequence[dict[str, Any]]) -> None:
        values = await self.values(run, objects)
        _put(self._name, await self._completion.complete(run, values), made)

    async def values(self, run: Run, objects: Sequence[Any]) -> list[Any]:
        """Call the resolver for each object, and wait for all."""
        info, view = self._info(run), self._view
        results: list[Any] = []
        try:
            for each in objects:
                source = view(each) if view else each
                results.append(self._call(source, info, run))
        except BaseException:
            for result in results:
                if iscoroutine(result):
                    result.close()
            raise
        if len(results) == 1:
            return [await results[0] if isawaitable(results[0]) else results[0]]
        if any(map(isawaitable, results)):
            return await run.together(map(_awaited, results))
        return results

    async def fill_root(self, run: Run, made: dict[str, Any]) -> None:
        """Fill in a field of the root, and remember what it came to."""
        try:
            (value,) = await self.values(run, [None])
        except Exception as error:
            run.roots[self._name] = error
            raise
        run.roots[self._name] = value
        (made[self._name],) = await self._completion.complete(run, [value])


async def _awaited(result: Any) -> Any:
    return await result if isawaitable(result) else result
