"""How values of a field, one for each object, become what the response shows of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar, cast

from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType
from graphql.execution.values import VariableValues

from schema.context import Context
from schema.execution.code import Unexpected

T = TypeVar("T")


@dataclass(slots=True)
class Run:
    """One run of an operation.

    ``roots`` keeps what the fields at the root came to, a value or an exception: what was done is
    not done again when graphql-core takes over. ``is_alone`` tells whether one thing is done at a
    time: then nothing that is asked for could be read together with anything else.
    """

    context: Context
    variables: VariableValues
    roots: dict[str, Any] = field(default_factory=dict)
    is_alone: bool = True

    async def together(self, work: Iterable[Awaitable[T]]) -> list[T]:
        """Wait for all of this work to end, also when some fails: nothing is left running.

        :raises Exception: the first of what went wrong.
        """
        was_alone, self.is_alone = self.is_alone, False
        results = await asyncio.gather(*work, return_exceptions=True)
        self.is_alone = was_alone
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return cast("list[T]", results)


class Printer(Protocol):
    """Prints objects, in their order."""

    async def print(self, run: Run, objects: Sequence[Any]) -> list[dict[str, Any]]: ...


class Completion(Protocol):
    """Turns the values of a field into what the response shows."""

    async def complete(self, run: Run, values: list[Any]) -> list[Any]: ...


class Leaves:
    """Scalars and enums, alone or in lists."""

    def __init__(self, printer: Callable[[Any], Any]) -> None:
        self._printer = printer

    async def complete(self, _run: Run, values: list[Any]) -> list[Any]:
        return list(map(self._printer, values))


class One:
    """An object for each value, or none."""

    def __init__(self, printer: Printer, *, required: bool) -> None:
        self._printer = printer
        self._required = required

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        there = [value for value in values if value is not None]
        if len(there) == len(values):
            return await self._printer.print(run, there)
        if self._required:
            raise Unexpected
        printed = iter(await self._printer.print(run, there))
        return [None if value is None else next(printed) for value in values]


class Many:
    """A list of objects for each value."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        if any(value.__class__ is not list for value in values):
            raise Unexpected
        flat = [each for value in values for each in value]
        if not all(flat) and None in flat:  # looking for None alone compares it with each of them
            raise Unexpected
        printed = await self._printer.print(run, flat)
        lists, start = [], 0
        for value in values:
            end = start + len(value)
            lists.append(printed[start:end])
            start = end
        return lists


class Nested:
    """Objects in lists of any depth, with gaps where the type lets them be."""

    def __init__(self, printer: Printer, type_: GraphQLOutputType) -> None:
        self._printer = printer
        self._type = type_

    async def complete(self, run: Run, values: list[Any]) -> list[Any]:
        flat: list[Any] = []
        shapes = [self._flattened(self._type, value, flat) for value in values]
        printed = iter(await self._printer.print(run, flat))
        return [_restored(shape, printed) for shape in shapes]

    def _flattened(self, type_: GraphQLOutputType, value: Any, flat: list[Any]) -> Any:
        if value is None:
            if isinstance(type_, GraphQLNonNull):
                raise Unexpected
            return None
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if not isinstance(inner, GraphQLList):
            flat.append(value)
            return _HERE
        if value.__class__ is not list:
            raise Unexpected
        return [self._flattened(inner.of_type, each, flat) for each in value]


_HERE: Final = object()


def _restored(shape: Any, printed: Iterator[Any]) -> Any:
    if isinstance(shape, list):
        return [_restored(each, printed) for each in shape]
    return next(printed) if shape is _HERE else None


def completion_of(type_: GraphQLOutputType, printer: Printer) -> Completion:
    """Choose how values of an object type, alone or in lists, are completed."""
    required = isinstance(type_, GraphQLNonNull)
    inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if not isinstance(inner, GraphQLList):
        return One(printer, required=required)
    is_simple = isinstance(inner.of_type, GraphQLNonNull) and not isinstance(
        inner.of_type.of_type, GraphQLList
    )
    return Many(printer) if required and is_simple else Nested(printer, type_)
