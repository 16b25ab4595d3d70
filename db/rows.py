"""Rows of reads: the driver's own records, of just the columns that are asked for.

A row class names its columns and where each comes from; a :class:`Select` reads such rows. What a
column holds is made of the database's value when it is looked at, so that a row costs no more than
its record, and a column that nobody looks at costs nothing.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    Self,
    TypeAlias,
    TypeVar,
    get_args,
    get_type_hints,
    overload,
)

import asyncpg

from db.base import fetch_rows

T = TypeVar("T")
RowT = TypeVar("RowT", bound="Record")

Columns: TypeAlias = frozenset[str] | None
"""The columns that are asked for; None: all of them."""

EVERY: Final[Columns] = None


class Column(Generic[T]):
    """A column of a row: the SQL it comes from and, where that is not the value, what makes it."""

    name: str

    def __init__(self, sql: str, read: Callable[[Any], T] | None, join: str) -> None:
        self.sql = sql
        self.read = read
        self.join = join

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: asyncpg.Record, owner: type) -> T: ...
    def __get__(self, row: asyncpg.Record | None, owner: type) -> T | Self:
        if row is None:
            return self
        value = row[self.name]
        return value if self.read is None or value is None else self.read(value)


def column(sql: str, read: Callable[[Any], Any] | None = None, *, join: str = "") -> Any:
    """Declare where the values of a row's attribute come from.

    ``read`` makes its value of what the database returns, NULL aside. ``join`` is the clause that
    it needs beside the row's own table, and that is left out where nothing needs it.
    """
    return Column(sql, read, join)


class Record(asyncpg.Record):
    """A row with names and types for its columns. It holds those that were asked for."""

    __slots__ = ()
    columns: ClassVar[Mapping[str, Column[Any]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = {name: each for name, each in vars(cls).items() if isinstance(each, Column)}
        cls.columns = {**cls.columns, **own}


class Select(Generic[RowT]):
    """A statement that reads rows of one kind: a constant text for each set of columns.

    ``rest`` follows the columns and starts with FROM; ``{joins}`` in it is where the joins go that
    the columns need. ``keys`` are columns that are always read.
    """

    def __init__(self, row: type[RowT], rest: str, *, keys: Iterable[str] = ("id",)) -> None:
        self.row = row
        self._rest = rest
        self._keys = frozenset(keys)
        self._texts: dict[Columns, str] = {}

    async def fetch(self, columns: Columns, *arguments: Any) -> list[RowT]:
        """Read the rows.

        :raises Unavailable: the database is away or did not answer in time.
        """
        text = self._texts.get(columns)
        if text is None:
            text = self._remember(columns)
        return await fetch_rows(self.row, text, *arguments)

    def _remember(self, columns: Columns) -> str:
        if len(self._texts) >= _MOST_TEXTS:
            self._texts.clear()
        asked = columns if columns is None else columns | self._keys
        text = self._texts[columns] = f"SELECT {listed(self.row, asked)} {self._joined(asked)}"
        return text

    def _joined(self, columns: Columns) -> str:
        return self._rest.replace("{joins}", joins(self.row, columns))


_MOST_TEXTS: Final = 500
"""Statements of one kind that are kept: what clients may ask for has more combinations."""


def chosen(row: type[Record], columns: Columns) -> list[Column[Any]]:
    """Choose these of a row's columns, in the order of the row: the text must not vary by chance.

    :raises KeyError: the row has no such column.
    """
    if columns is None:
        return list(row.columns.values())
    unknown = columns - row.columns.keys()
    if unknown:
        raise KeyError(f"{row.__name__} has no {', '.join(sorted(unknown))}")
    return [each for name, each in row.columns.items() if name in columns]


def listed(row: type[Record], columns: Columns) -> str:
    """List these of a row's columns as they stand after SELECT."""
    return ", ".join(f"{each.sql} AS {each.name}" for each in chosen(row, columns))


def joins(row: type[Record], columns: Columns) -> str:
    """Join what these columns need, each thing once."""
    return " ".join(dict.fromkeys(each.join for each in chosen(row, columns) if each.join))


@cache
def row_of(batch: Callable[..., Any]) -> type[Record] | None:
    """Tell which kind of row a batch finds, if it can be told which columns are wanted.

    It says so itself: it takes ``columns``, and returns rows of one kind.
    """
    if "columns" not in inspect.signature(batch).parameters:
        return None
    kinds = list(_types_in(get_type_hints(batch)["return"]))
    return next((each for each in kinds if issubclass(each, Record)), None)


def _types_in(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for inner in get_args(hint):
        yield from _types_in(inner)
