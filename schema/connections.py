"""Lists that grow without bound, a page at a time, by keyset: no page is ever counted over.

A cursor holds the values of the row's sort key. It is opaque to clients and bound to its order: a
cursor of one order is refused by another.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar

import orjson
import strawberry
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    TypeAdapter,
    ValidationError,
)

from db.errors import BadRequest
from schema import define
from schema.arguments import NUL
from schema.cost import LARGEST_PAGE
from schema.views import View, each, view

T = TypeVar("T")
RowT = TypeVar("RowT")

DEFAULT_PAGE = 20
_LONGEST_CURSOR = 2_000


def _default_page(value: int | None) -> int:
    return DEFAULT_PAGE if value is None else value


First: TypeAlias = Annotated[
    int | None, BeforeValidator(_default_page), Field(ge=1, le=LARGEST_PAGE)
]
"""The ``first`` of a connection: declare ``first: First = 20``."""
After: TypeAlias = str | None
"""The ``after`` of a connection: declare ``after: After = None``."""


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


def _without_nul(value: str) -> str:
    if NUL in value:
        raise ValueError("text cannot hold this")
    return value


_STORABLE: Final[Mapping[Any, Any]] = {
    int: Annotated[int, Field(ge=-(2**63), lt=2**63)],
    float: Annotated[float, Field(allow_inf_nan=False)],
    str: Annotated[str, AfterValidator(_without_nul)],
    datetime: Annotated[AwareDatetime, AfterValidator(_in_utc)],
}
"""What the database can compare with: a cursor that was made up may hold anything."""


class Keyset:
    """An order of rows, with the types of its sort key's values: the last must make it unique.

    >>> newest = Keyset("newest", int, str)
    >>> newest.read(newest.cursor((7, "x")))
    (7, 'x')
    >>> newest.read(None) is None
    True
    """

    def __init__(self, name: str, *kinds: Any) -> None:
        self.name = name
        kinds = tuple(_STORABLE.get(kind, kind) for kind in kinds)
        key: Any = tuple.__class_getitem__((str, *kinds))
        self._key: TypeAdapter[tuple[Any, ...]] = TypeAdapter(key)

    def cursor(self, key: Sequence[Any]) -> str:
        """Print the place of a row with this sort key."""
        printed = orjson.dumps([self.name, *key], default=str)  # asyncpg has a UUID of its own
        return base64.urlsafe_b64encode(printed).rstrip(b"=").decode()

    def read(self, cursor: str | None) -> tuple[Any, ...] | None:
        """Read a cursor back into the sort key that it holds.

        :raises BadRequest: it is not a cursor of this order.
        """
        if cursor is None:
            return None
        try:
            padded = cursor[:_LONGEST_CURSOR] + "=" * (-len(cursor) % 4)
            name, *key = self._key.validate_json(base64.b64decode(padded, b"-_", validate=True))
        except (ValidationError, binascii.Error, ValueError):
            name, key = "", []
        if name != self.name:
            raise BadRequest("after: this is not a cursor of this list.")
        return tuple(key)


@define.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@define.type
class Edge(Generic[T]):
    cursor: str
    node: T


class Page(Generic[RowT, T]):
    """What a list shows at a place: rows, and the ``node`` that shows one of them to clients.

    Nodes, edges and cursors are made when asked for.
    """

    def __init__(
        self,
        rows: Sequence[RowT],
        first: int | None,
        after: str | None,
        *,
        keyset: Keyset,
        key: Callable[[RowT], Sequence[Any]],
        node: Callable[[RowT], T],
        count: Callable[[], Awaitable[int | None]],
    ) -> None:
        size = _default_page(first)
        self.count = count
        self.rows = rows[:size]
        self._has_more = len(rows) > size
        self._after = after
        self._keyset = keyset
        self._key = key
        self.node = node

    @property
    def edges(self) -> list[Edge[T]]:
        return [Edge(cursor=self._cursor(row), node=self.node(row)) for row in self.rows]

    @property
    def page_info(self) -> PageInfo:
        rows = self.rows
        return PageInfo(
            has_next_page=self._has_more,
            has_previous_page=self._after is not None,
            start_cursor=self._cursor(rows[0]) if rows else None,
            end_cursor=self._cursor(rows[-1]) if rows else None,
        )

    def _cursor(self, row: RowT) -> str:
        return self._keyset.cursor(self._key(row))


def _node(row: RowT, node: Callable[[RowT], T]) -> T:
    return node(row)


@view(Page)
class Connection(View[Page[Any, T]], Generic[T]):
    edges: list[Edge[T]]
    nodes: list[T] = each(_node, "rows", "node")
    page_info: PageInfo

    @strawberry.field(directives=define.directives(cost=10))  # type: ignore[untyped-decorator]
    async def total_count(self) -> int | None:
        return await self.row.count()

    @classmethod
    def of(  # type: ignore[override]
        cls, rows: Sequence[RowT], first: int | None, after: str | None, **how: Any
    ) -> "Connection[T]":
        """Make a page of rows: ``first`` were asked for, and one more was read if there is one.

        ``keyset``, ``key``, ``node`` and ``count`` are those of :class:`Page`.
        """
        return super().of(Page(rows, first, after, **how))
