"""LCK-1: a watch over the order in which transactions lock rows, by what they send.

Two that lock in one order never wait for each other in a circle. The order is that of ``_ORDER``; a
table that is locked already may be named again. New rows are nobody's to wait for, and parts of an
order, as its lines, are under the lock of the order.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final

import pytest

from db import engine

_ORDER: Final = (
    {"idempotency"},
    {"users", "guest"},
    {"cart"},
    {"orders"},
    {"payment", "payment_operation"},
    {"refund", "fulfillment"},
    {"discount"},
    {"stock"},
)
_RANKS: Final = {table: rank for rank, tables in enumerate(_ORDER) for table in tables}

_WAYS: Final = ("fetch", "fetchrow", "fetchval", "execute", "executemany")
_BORDERS: Final = ("BEGIN", "COMMIT", "ROLLBACK")
_WRITES: Final = re.compile(r'(?<!KEY )(?<!FOR )(?:\bUPDATE|\bDELETE FROM) "?(\w+)')
_CLAIMS: Final = re.compile(r"\bINSERT INTO (idempotency)\b")
_SELECTS: Final = re.compile(r'\bFROM\s+"?(\w+).*\bFOR (?:NO KEY )?UPDATE', re.DOTALL)
_INNERMOST: Final = re.compile(r"\(([^()]*)\)")


@cache
def locked_by(sql: str) -> list[str]:
    """Name the tables whose rows a statement locks, its inner selects first.

    >>> locked_by('SELECT id FROM "orders" WHERE id = $1 FOR NO KEY UPDATE')
    ['orders']
    >>> locked_by("UPDATE stock s SET reserved = 1 FROM unnest($1) AS w WHERE s.id = w.id")
    ['stock']
    >>> locked_by("INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING")
    []
    """
    found = [
        match[1]
        for part in _parts(sql)
        for pattern in (_WRITES, _CLAIMS, _SELECTS)
        for match in pattern.finditer(part)
    ]
    return [table for table in found if table in _RANKS]


def _parts(sql: str) -> Iterator[str]:
    """Take a statement apart: what stands in brackets, from the inside, and what is left."""
    while match := _INNERMOST.search(sql):
        yield match[1]
        sql = sql[: match.start()] + sql[match.end() :]
    yield sql


@contextmanager
def in_order() -> Iterator[None]:
    """Assert that no transaction inside the block locks out of order."""
    held: dict[int, set[str]] = {}
    wrong: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in _WAYS:
            way = getattr(engine._Connection, name)
            patch.setattr(engine._Connection, name, _watched(way, held, wrong))
        yield
    assert not wrong, "\n".join(wrong)


def _watched(
    way: Callable[..., Any], held: dict[int, set[str]], wrong: list[str]
) -> Callable[..., Any]:
    async def send(connection: Any, query: str, *arguments: Any, **options: Any) -> Any:
        if query.startswith(_BORDERS):
            held[id(connection)] = set()
        elif connection.is_in_transaction():
            _note(query, held.setdefault(id(connection), set()), wrong)
        return await way(connection, query, *arguments, **options)

    return send


def _note(query: str, held: set[str], wrong: list[str]) -> None:
    for table in locked_by(query):
        late = {other for other in held if _RANKS[other] > _RANKS[table]}
        if late and table not in held:
            wrong.append(f"{table} after {', '.join(sorted(late))}: {' '.join(query.split())}")
        held.add(table)
