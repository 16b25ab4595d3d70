"""Types that show a row: each field says which columns it reads, and what it makes of them.

A view holds its row and nothing else: a field costs something when it is asked for. What a field
reads is declared and not hidden in code, so that a read can leave out the columns that no field of
an operation needs, and so that the engine can print a field without making the view first.
"""

import builtins
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, ClassVar, Final, Generic, Self, TypeAlias, TypeVar, final

import strawberry
from strawberry.schema.schema_converter import resolve_lazy_type
from strawberry.types.base import StrawberryContainer

from db.access import Permission
from db.rows import Record
from schema import define
from schema.context import Context, Info
from schema.permissions import auth

RowT = TypeVar("RowT")
ViewT = TypeVar("ViewT", bound="View[Any]")
Batch: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]


READS: Final = "reads"
"""Where a resolver's field keeps the columns that it looks at."""
CALLS: Final = "calls"
"""Where it keeps the function that it calls, with what checks the arguments of a call."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A view inside another: its row is made of columns of ours, ``{its own: ours}``.

    Without names it is our row itself, shown by another type.
    """

    view: "builtins.type[View[Any]]"
    names: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """How a field comes from a row.

    ``make`` is called with the values of ``columns``; without it, the one column is the value.
    Where the first column is None, so is the field. With ``each``, the first column is a list of
    rows, and ``each(row, *others)`` is what shows one: a view of the field's type.
    With ``in_context``, ``make`` also takes the context, and is called whatever the columns are.
    """

    columns: tuple[str, ...]
    make: Callable[..., Any] | None = None
    part: Part | None = None
    each: Callable[..., Any] | None = None
    in_context: bool = False

    def of(self, row: Any, get: Callable[[Any, str], Any], context: Context | None = None) -> Any:
        """Make the value of the field."""
        if self.in_context and self.make is not None:
            return self.make(*[get(row, column) for column in self.columns], context)
        if self.part and not self.part.names:
            return self.part.view.of(row)
        first, *others = [get(row, column) for column in self.columns]
        if first is None:
            return None
        if self.each is not None:
            return [self.each(row, *others) for row in first]
        return self.make(first, *others) if self.make else first


@dataclasses.dataclass(frozen=True, slots=True)
class Edge:
    """A field that leads to what a batch finds by a column of ours; without one, by our row.

    ``given`` are further arguments of the batch. ``show`` makes the field's value of our row, what
    was found and the context; without it, what was found is rows, and the field's type shows them.
    ``reads`` are columns that ``show`` looks at in our row, ``finds`` those in what is found; None:
    any.
    """

    batch: Batch
    by: str | None
    given: Callable[[Context], Mapping[str, Any]] | None = None
    show: Callable[[Any, Any, Context], Any] | None = None
    reads: tuple[str, ...] = ()
    finds: tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[str, ...] | None:
        """Name the columns that it reads of our row; None: it may be any."""
        return None if self.by is None else (self.by, *self.reads)

    def key_of(self, kind: builtins.type[Any]) -> Callable[[Any], Any]:
        """Make what reads the key of a row of this kind."""
        if self.by is None:
            return _itself
        return itemgetter(self.by) if issubclass(kind, Record) else attrgetter(self.by)

    async def of(self, row: Any, context: Context, view: Any) -> Any:
        """Make the value of the field; ``view`` is the type that shows what is found."""
        key = row if self.by is None else getattr(row, self.by)
        given = self.given(context) if self.given else {}
        found = None if key is None else await context.load(self.batch, key, **given)
        if self.show is not None:
            return self.show(row, found, context)
        if view is None or found is None:
            return found
        return [view.of(each) for each in found] if isinstance(found, list) else view.of(found)


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """What a view shows: of which kind of row, by fields that are read and fields that lead on.

    ``reads`` are columns that the type's own rules look at, such as whom a thing belongs to.
    """

    row: builtins.type[Any]
    shown: Mapping[str, Shown]
    edges: Mapping[str, Edge]
    reads: tuple[str, ...]

    @property
    def get(self) -> Callable[[Any, str], Any]:
        """What reads a column of such a row."""
        return _entry if issubclass(self.row, dict) else getattr


def _itself(row: Any) -> Any:
    return row


def _entry(row: Mapping[str, Any], name: str) -> Any:
    """Read what a dictionary holds; what it does not hold is None."""
    return row.get(name)


class View(Generic[RowT]):
    """A type that shows a row."""

    row: RowT
    __view__: ClassVar[Fields]

    @classmethod
    def of(cls, row: RowT) -> Self:
        """Show a row."""
        return cls.showing(row)

    @classmethod
    @final
    def showing(cls, row: RowT) -> Self:
        """Show a row, whatever else a type may have its views made of."""
        view = cls.__new__(cls)
        view.row = row
        return view


def view(
    row: builtins.type, *, reads: tuple[str, ...] = ()
) -> Callable[[builtins.type[ViewT]], builtins.type[ViewT]]:
    """Make a class an object type that shows rows of a kind.

    A field without more is the column of its name; ``shown``, ``part``, ``each`` and ``edge`` say
    more.
    """

    def decorate(cls: builtins.type[ViewT]) -> builtins.type[ViewT]:
        fields = {name: vars(cls).get(name) for name in _field_names(cls)}
        cls.__view__ = Fields(
            row,
            {
                name: each.shown if isinstance(each, _OfRow) else Shown((name,))
                for name, each in fields.items()
                if not isinstance(each, _ToEdge) and not getattr(each, "base_resolver", None)
            },
            {name: each.edge for name, each in fields.items() if isinstance(each, _ToEdge)},
            reads,
        )
        for name, each in fields.items():
            if isinstance(each, _OfRow | _ToEdge):
                setattr(cls, name, each.described)
        made = define.type(cls)
        for name, each in cls.__view__.shown.items():
            if not each.in_context:
                setattr(made, name, property(_reader(each, cls.__view__.get)))
        return made

    return decorate


def _field_names(cls: builtins.type) -> list[str]:
    own = vars(cls).get("__annotations__", {})
    inherited = (each.python_name for each in _fields_of_interfaces(cls))
    return list(dict.fromkeys([*inherited, *(name for name in own if name != "row")]))


def _fields_of_interfaces(cls: builtins.type) -> list[Any]:
    definitions = (vars(base).get("__strawberry_definition__") for base in cls.__mro__)
    return [field for definition in definitions if definition for field in definition.fields]


def _reader(shown: Shown, get: Callable[[Any, str], Any]) -> Callable[[View[Any]], Any]:
    return lambda view: shown.of(view.row, get)


@dataclasses.dataclass(frozen=True, slots=True)
class _OfRow:
    described: Any
    shown: Shown


@dataclasses.dataclass(frozen=True, slots=True)
class _ToEdge:
    described: Any
    edge: Edge


def shown(
    make: Callable[..., Any] | None,
    *columns: str,
    description: str | None = None,
    requires: Permission | None = None,
    owner: bool = False,
) -> Any:
    """Declare a field that is made of columns: ``make(*columns)``, or the one column itself."""
    return _OfRow(_described(description, requires, owner=owner), Shown(columns, make))


def seen(make: Callable[..., Any], *columns: str, description: str | None = None) -> Any:
    """Declare a field that is made of columns and of who asks when: ``make(*columns, context)``."""
    found = Shown(columns, make, in_context=True)

    def resolve(self: View[Any], info: Info) -> Any:
        return found.of(self.row, self.__view__.get, info.context)

    return _OfRow(strawberry.field(resolver=resolve, description=description), found)


def each(show: Callable[..., Any], *columns: str, description: str | None = None) -> Any:
    """Declare a field of views, ``show(row, *others)``: the first column holds a list of rows."""
    return _OfRow(_described(description, None, owner=False), Shown(columns, each=show))


def part(
    view: builtins.type[View[Any]],
    row: Callable[..., Any] | None = None,
    description: str | None = None,
    **names: str,
) -> Any:
    """Declare a field that is a view of some of our columns, or of our own row.

    ``part(Money, money.Money, amount="price", currency="currency")``: what the row of a ``Money``
    calls ``amount`` is our ``price``.
    """

    def make(*values: Any) -> Any:
        assert row is not None  # noqa: S101 - a part with names has a row of its own
        return view.of(row(*values))

    found = Part(view, names)
    return _OfRow(
        _described(description, None, owner=False),
        Shown(tuple(names.values()), make if names else None, found),
    )


def edge(
    batch: Batch,
    *,
    by: str | None = None,
    description: str | None = None,
    given: Callable[[Context], Mapping[str, Any]] | None = None,
    show: Callable[[Any, Any, Context], Any] | None = None,
    reads: tuple[str, ...] = (),
    finds: tuple[str, ...] | None = None,
    requires: Permission | None = None,
    owner: bool = False,
) -> Any:
    """Declare a field that leads to what a batch finds: see :class:`Edge`."""
    led = Edge(batch, by, given, show, reads, finds)

    async def resolve(self: View[Any], info: Info) -> Any:
        return await led.of(self.row, info.context, shown_by(info._field.type))  # noqa: SLF001

    described = strawberry.field(
        resolver=resolve, description=description, directives=auth(requires, owner=owner)
    )
    return _ToEdge(described, led)


def _described(description: str | None, requires: Permission | None, *, owner: bool) -> Any:
    return strawberry.field(description=description, directives=auth(requires, owner=owner))


def shown_by(type_: Any) -> Any | None:
    """Find the type that shows rows in a field's type, through lists and what may be null."""
    type_ = resolve_lazy_type(type_)
    while isinstance(type_, StrawberryContainer):
        type_ = resolve_lazy_type(type_.of_type)
    return type_ if hasattr(type_, "of") else None
