"""Rows, statements and transactions: all that the contexts share.

A read is a constant statement, prepared once per connection; a write is a function that runs
inside :func:`atomically`. Both find the connection by themselves: the open transaction's, where
there is one.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, ClassVar, Final, TypeVar, cast
from uuid import UUID

import asyncpg
from tortoise import fields
from tortoise.context import require_context
from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from db import ids
from db.engine import IN_THE_WAY, Client, Transaction
from db.errors import Reason, Unavailable

T = TypeVar("T")
RecordT = TypeVar("RecordT", bound=asyncpg.Record)

ATTEMPTS: Final = 4
"""One try and at most three more."""
_JITTER_SECONDS: Final = 0.05
_MOST_TEXTS: Final = 1_000
"""Conditions are put together of few constant parts, and in few ways: these are remembered."""


class Row(Model):
    """A row with a UUIDv7 of its own, shown to the world as a TypeID."""

    prefix: ClassVar[str]

    id = fields.UUIDField(primary_key=True, default=ids.new)

    class Meta:
        abstract = True

    @property
    def typeid(self) -> str:
        return ids.encode(self.prefix, self.id)


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL that decides, with its parameters.

    ``sql`` is a constant with ``{0}``, ``{1}``, … where its parameters go, so that one statement
    can number the parameters of its parts: see :meth:`numbered`.
    """

    sql: str
    parameters: tuple[Any, ...] = ()

    def numbered(self, first: int) -> str:
        """Print the condition with its parameters as ``$first``, ``$first+1``, …"""
        return _filled(self.sql, len(self.parameters), first)

    def __and__(self, other: "Condition") -> "Condition":
        """Make the condition that both hold; the parameters of the other come after one's own.

        >>> Condition("a = {0}", (1,)) & Condition("b = {0}", (2,))
        Condition(sql='a = {0} AND b = {1}', parameters=(1, 2))
        """
        sql = _both(self.sql, len(self.parameters), other.sql, len(other.parameters))
        return Condition(sql, self.parameters + other.parameters)


@lru_cache(maxsize=_MOST_TEXTS)
def _filled(sql: str, count: int, first: int) -> str:
    return sql.format(*(f"${first + index}" for index in range(count)))


@lru_cache(maxsize=_MOST_TEXTS)
def _both(sql: str, own: int, other: str, others: int) -> str:
    shifted = other.format(*(f"{{{own + index}}}" for index in range(others)))
    return f"{sql} AND {shifted}"


def _connection() -> Client | Transaction:
    # Not by Tortoise's `connections`: it imports a module each time, and costs a fifth of a read.
    return cast("Client | Transaction", require_context().connections.get("default"))


async def fetch(sql: str, *arguments: Any) -> list[asyncpg.Record]:
    """Run a constant statement and return its rows.

    :raises Unavailable: the database is away or did not answer in time.
    """
    return await _connection().fetch(sql, arguments)


async def fetch_rows(row: type[RecordT], sql: str, *arguments: Any) -> list[RecordT]:
    """Run a constant statement and return its rows, made as rows of a kind."""
    return await _connection().fetch(sql, arguments, row)


async def fetch_one(sql: str, *arguments: Any) -> asyncpg.Record | None:
    """Run a constant statement and return its first row, if it has one."""
    rows = await fetch(sql, *arguments)
    return rows[0] if rows else None


async def fetch_value(sql: str, *arguments: Any) -> Any:
    """Run a constant statement and return the first value of its first row."""
    rows = await fetch(sql, *arguments)
    return rows[0][0] if rows else None


async def execute(sql: str, *arguments: Any) -> int:
    """Run a constant statement and return how many rows it touched."""
    status = await _connection().execute(sql, arguments)
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


async def put_off(sql: str, *arguments: Any) -> None:
    """Run a constant statement at the end of the open transaction, in one round trip with others.

    For rows that are only written: nothing in the transaction reads them, and no other statement
    that is put off touches them; what does, comes after :func:`catch_up`. Outside of a transaction
    it runs at once.
    """
    connection = _connection()
    if isinstance(connection, Transaction):
        connection.put_off.append((sql, arguments))
    else:
        await connection.execute(sql, arguments)


async def catch_up() -> None:
    """Run now what the open transaction has put off, where its work goes on with those rows."""
    connection = _connection()
    if isinstance(connection, Transaction) and connection.put_off:
        statements, connection.put_off = connection.put_off, []
        await connection.execute(*_together(statements))


async def atomically(work: Callable[[], Awaitable[T]]) -> T:
    """Run ``work`` in one transaction: all of it happens, or nothing.

    A deadlock or a serialization failure runs the whole of it again, so ``work`` must have no
    effect outside the database. Inside an open transaction it simply joins in.

    :raises Unavailable: a lock was not to be had in time, the conflict would not end, or the
        database is away or too slow.
    """
    if isinstance(_connection(), Transaction):
        return await work()
    for attempt in range(ATTEMPTS):
        if attempt:
            await asyncio.sleep(random.uniform(0, _JITTER_SECONDS * attempt))  # noqa: S311 - jitter
        try:
            return await _once(work)
        except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
            continue
        except asyncpg.LockNotAvailableError as error:
            raise Unavailable(Reason.DATABASE, IN_THE_WAY) from error
    raise Unavailable(Reason.DATABASE, "Too many changes at once. Send the same call again.")


async def _once(work: Callable[[], Awaitable[T]]) -> T:
    async with in_transaction("default"):
        result = await work()
        await catch_up()
        return result


_PARAMETER: Final = re.compile(r"\$(\d+)")


def _together(statements: list[tuple[str, tuple[Any, ...]]]) -> tuple[str, tuple[Any, ...]]:
    """Make one statement of several that write, each with parameters of its own.

    >>> _together([("INSERT INTO a VALUES ($1)", (1,)), ("INSERT INTO b VALUES ($1)", (2,))])
    ('WITH s0 AS (INSERT INTO a VALUES ($1)), s1 AS (INSERT INTO b VALUES ($2)) SELECT', (1, 2))
    """
    if len(statements) == 1:
        return statements[0]
    parts: list[str] = []
    parameters: tuple[Any, ...] = ()
    for sql, arguments in statements:
        shifted = _PARAMETER.sub(partial(_shift, len(parameters)), sql)
        parts.append(f"s{len(parts)} AS ({shifted})")
        parameters += arguments
    return f"WITH {', '.join(parts)} SELECT", parameters


def _shift(by: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + by}"


def violated(error: BaseException) -> str | None:
    """Name the constraint that the database refused to break, if that is what happened."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    if isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        return cause.constraint_name
    return None


def pattern_within(text: str) -> str:
    r"""Make the LIKE pattern that finds a text anywhere; nothing in it is a wildcard.

    >>> pattern_within("50%_")
    '%50\\%\\_%'
    """
    literal = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%"


def by_key(
    rows: Iterable[RecordT], keys: Iterable[UUID], column: str | int = 0
) -> list[list[RecordT]]:
    """Group records by the UUID in ``column``, in the order of ``keys``; none gives []."""
    groups: dict[UUID, list[RecordT]] = {key: [] for key in keys}
    for row in rows:
        groups[row[column]].append(row)
    return [groups[key] for key in keys]


def in_order(
    rows: Iterable[asyncpg.Record], keys: Iterable[UUID], make: Callable[[Any], T]
) -> list[T | None]:
    """Make something of each record, in the order of ``keys``; None where a key has no record.

    The first column is the key.
    """
    found = {row[0]: make(row) for row in rows}
    return [found.get(key) for key in keys]


def rows_in_order(rows: Iterable[RecordT], keys: Iterable[UUID]) -> list[RecordT | None]:
    """Put rows in the order of ``keys``, their first column; None where a key has no row."""
    found = {row[0]: row for row in rows}
    return [found.get(key) for key in keys]
