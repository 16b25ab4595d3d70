"""A small world in which anything may be wrong: what should be there is not, or is other."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import strawberry
from hypothesis import strategies as st

from db.access import Caller, Permission
from db.errors import BadRequest
from schema import define, root
from schema.context import Context, Info
from schema.permissions import guarded
from schema.resolvers import resolver
from schema.views import View, edge, part, seen, shown, view


@dataclass
class TagRow:
    id: int
    name: Any
    weight: Any
    extra: Any


TAGS: dict[int, TagRow] = {}
"""What batches find; the world of the example at hand."""


async def _next(keys: Sequence[int]) -> list[TagRow | None]:
    await asyncio.sleep(0)
    return [TAGS.get(key + 1) for key in keys]


async def _others(keys: Sequence[int]) -> list[list[TagRow]]:
    if 3 in keys:
        raise BadRequest("there is no third")
    return [[row for row in TAGS.values() if row.id > key] for key in keys]


def _shout(name: Any) -> Any:
    return str(name.upper())


def _as_seen(name: Any, context: Context) -> str:
    return f"{name} by {context.caller.label}" + str.upper(name)


def _heavier(row: TagRow, found: TagRow | None, _context: Context) -> bool:
    return bool(found and found.weight > row.weight)


@define.interface
class Thing:
    name: str


@view(TagRow)
class Sum(View[TagRow]):
    weight: int
    named: str | None = shown(None, "name")


@view(TagRow)
class Tag(Thing, View[TagRow]):
    """A view."""

    name: str
    loud: str | None = shown(_shout, "name")
    weight: int
    sum: Sum | None = part(Sum)
    about: str | None = seen(_as_seen, "name")
    next: "Tag | None" = edge(_next, by="id")
    needed: "Tag" = edge(_next, by="id")
    others: "list[Tag]" = edge(_others, by="id")
    maybe: "list[Tag] | None" = edge(_others, by="id")
    is_heavier: bool | None = edge(_next, by="id", show=_heavier)
    hidden: str | None = shown(None, "name", owner=True)

    def belongs_to(self, caller: Caller) -> bool:
        """Whether it weighs anything."""
        return bool(self.row.weight) and caller.is_known is not None

    @resolver()
    def extra(self) -> list[list[int | None] | None] | None:
        found: list[list[int | None] | None] | None = self.row.extra
        return found


@define.type
class Box(Thing):
    """A plain object, whose attributes may be anything."""

    size: int
    is_open: bool | None
    tags: list[Tag]
    grid: list[list[Tag | None]] | None
    inside: "list[Content]"
    things: list[Thing | None]
    secret: str | None = guarded(requires=Permission.USERS_READ)

    @resolver()
    async def late(self, by: int = 1) -> int:
        await asyncio.sleep(0)
        if self.size == by:
            raise BadRequest("too late")
        return self.size

    @resolver()
    def at_once(self) -> str | None:
        if not self.size:
            raise ValueError("not at once")
        return self.name

    @resolver()
    async def deeper(self, info: Info) -> "list[Tag]":
        rows = await info.context.load(_others, 1)
        return [Tag.of(row) for row in rows]


Content: TypeAlias = Annotated[Box | Tag, strawberry.union("Content")]

BOXES: list[Box] = []


@define.type
class Query:
    @resolver()
    async def boxes(self) -> list[Box]:
        await asyncio.sleep(0)
        return BOXES

    @resolver()
    def box(self) -> Box | None:
        return BOXES[0] if BOXES else None

    @resolver()
    async def tag(self, first: int = 0) -> Tag:
        return Tag.of(TAGS[first])

    @resolver()
    async def content(self) -> list[Content | None]:
        return [*BOXES, None, *(Tag.of(row) for row in TAGS.values())]

    @resolver()
    async def broken(self) -> int:
        raise BadRequest("always")


SCHEMA = root.build(Query, types=[Box, Tag])

_NAMES = st.one_of(st.sampled_from(["a", "b", ""]), st.none(), st.just(7), st.just(b"x"))
_NUMBERS = st.one_of(
    st.integers(0, 3), st.none(), st.just(2**31), st.just("x"), st.just(True), st.just(1.5)
)
_GRIDS = st.one_of(
    st.none(), st.lists(st.one_of(st.none(), st.lists(_NUMBERS, max_size=2)), max_size=2)
)
_GOOD = st.builds(TagRow, id=st.just(0), name=st.just("a"), weight=st.just(1), extra=st.none())
_ROWS = st.one_of(
    _GOOD, st.builds(TagRow, id=st.just(0), name=_NAMES, weight=_NUMBERS, extra=_GRIDS)
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Box], dict[int, TagRow]]:
    """Make a world."""
    rows = draw(st.lists(_ROWS, min_size=1, max_size=4))
    for place, row in enumerate(rows):
        row.id = place
    tags = [Tag.of(row) for row in rows]
    some = st.lists(st.sampled_from(tags), max_size=3)
    gaps = st.lists(st.one_of(st.none(), st.sampled_from(tags)), max_size=3)
    smallest = Box(
        name="b", size=1, is_open=None, tags=tags, grid=None, inside=[], things=[], secret="s"
    )
    things: st.SearchStrategy[list[Any]] = st.lists(
        st.one_of(st.none(), st.sampled_from([*tags, smallest])), max_size=3
    )
    boxes = st.builds(
        Box,
        name=_NAMES,
        size=_NUMBERS,
        is_open=st.one_of(st.booleans(), st.none(), st.just("yes")),
        tags=st.one_of(some, gaps, st.none()),
        grid=st.one_of(st.none(), st.lists(st.one_of(st.none(), gaps), max_size=2)),
        inside=st.one_of(things, st.none()),
        things=things,
        secret=st.one_of(st.none(), st.just("s")),
    )
    return draw(st.lists(st.one_of(st.just(smallest), boxes), max_size=3)), dict(enumerate(rows))
