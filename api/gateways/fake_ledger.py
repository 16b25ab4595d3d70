"""The fake gateway's own books: a PostgreSQL schema that is no part of the shop.

A row is an operation under its key, and what was decided about it; it may turn ``later``.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import asyncpg
import orjson

from api.gateways.fake_tokens import MESSAGES, Script
from db import connection_limits
from db.payments import Answer, GatewayUnknown, Op, OperationKind, Verdict

_CONNECTIONS: Final = 4
_TIMEOUT_SECONDS: Final = 4.0
_RELEASE_SECONDS: Final = 1.0
"""Both together are less than what the shop waits for an answer: it hears of the trouble."""
_TROUBLES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

_MAKE: Final = """
SELECT pg_advisory_xact_lock(hashtext('fake_gateway'));
CREATE SCHEMA IF NOT EXISTS fake_gateway;
CREATE TABLE IF NOT EXISTS fake_gateway.operation (
    key text PRIMARY KEY,
    reference text NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    verdict text NOT NULL,
    captured boolean NOT NULL,
    code text,
    created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE fake_gateway.operation
    ADD COLUMN IF NOT EXISTS token text,
    ADD COLUMN IF NOT EXISTS action jsonb,
    ADD COLUMN IF NOT EXISTS later text,
    ADD COLUMN IF NOT EXISTS later_captured boolean,
    ADD COLUMN IF NOT EXISTS later_at timestamptz;
CREATE INDEX IF NOT EXISTS operation_by_reference ON fake_gateway.operation (reference);
CREATE TABLE IF NOT EXISTS fake_gateway.mishap (key text PRIMARY KEY);
"""
_TURNED: Final = """
    verdict = CASE WHEN was.later_at <= clock_timestamp() THEN was.later ELSE was.verdict END,
    captured = CASE WHEN was.later_at <= clock_timestamp() THEN was.later_captured
                    ELSE was.captured END,
    later_at = CASE WHEN was.later_at > clock_timestamp() THEN was.later_at END
"""
_READ: Final = f"UPDATE fake_gateway.operation AS was SET {_TURNED}"
_FIND: Final = f"{_READ} WHERE key = $1 RETURNING *"
_HISTORY: Final = f"{_READ} WHERE reference = $1 RETURNING *"
# The first verdict under a key is the one that stays, unless it was to turn.
_DECIDE: Final = f"""
INSERT INTO fake_gateway.operation AS was
       (key, reference, kind, amount, currency, verdict, captured, code, token, action, later,
        later_captured, later_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11, $12,
        clock_timestamp() + $13::float8 * interval '1 second')
ON CONFLICT (key) DO UPDATE SET {_TURNED}
RETURNING *
"""
_CALL_OFF: Final = """
UPDATE fake_gateway.operation SET verdict = 'CANCELLED', later_at = NULL
 WHERE key = $1 AND verdict IN ('ACTION', 'PROCESSING')
   AND (later_at IS NULL OR later_at > clock_timestamp())
RETURNING *
"""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext($1))"
_MISHAP: Final = "INSERT INTO fake_gateway.mishap VALUES ($1) ON CONFLICT DO NOTHING RETURNING key"
_AWAY: Final = """
SELECT EXISTS (SELECT FROM fake_gateway.operation
                WHERE key = $1 AND token = 'tok_away'
                  AND created_at > now() - interval '1 hour')
"""
_MADE_WITH: Final = """
SELECT token FROM fake_gateway.operation WHERE reference = $1 AND kind = 'AUTHORIZE' LIMIT 1
"""


class Ledger:
    """What was decided about each operation, kept over connections of its own."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def decide(
        self,
        op: Op,
        script: Script,
        *,
        token: str | None = None,
        capture: bool = False,
        action: str | None = None,
    ) -> Answer:
        """Write down the script's verdict, or find the one that was given before."""
        return _answer(await self._fetch_row(_DECIDE, *_entry(op, script, token, capture, action)))

    async def find(self, key: str) -> Answer:
        """Look a key up."""
        return _answer(await self._fetch_row(_FIND, key))

    async def call_off(self, key: str) -> Answer:
        """Cancel what is not decided yet."""
        row = await self._fetch_row(_CALL_OFF, key) or await self._fetch_row(_FIND, key)
        return _answer(row)

    async def move(self, op: Op, script: Script) -> Answer:
        """Move money of an earlier payment; the moves of one payment go one at a time."""
        async with self._connection() as connection, connection.transaction():
            await connection.execute(_ONE_AT_A_TIME, op.reference)
            objection = _objection(op, await connection.fetch(_HISTORY, op.reference))
            if objection or op.kind in script.refused:
                refusal = objection or f"{op.kind.lower()}_refused"
                decided = Script(meaning="", verdict=Verdict.DECLINED, code=refusal)
            else:
                is_returned = script.returned and op.kind is OperationKind.REFUND
                code = "returned_by_bank" if is_returned else None
                later = Verdict.DECLINED if is_returned else None
                decided = Script(meaning="", code=code, later=later)
            capture = op.kind is OperationKind.CAPTURE
            row = await connection.fetchrow(_DECIDE, *_entry(op, decided, None, capture, None))
        return _answer(row)

    async def token_of(self, reference: str | None) -> str | None:
        """Find the token that a payment was made with."""
        row = await self._fetch_row(_MADE_WITH, reference)
        return row["token"] if row else None

    async def is_first_mishap(self, key: str) -> bool:
        """Tell, once for each key, that something may go wrong about it."""
        return await self._fetch_row(_MISHAP, key) is not None

    async def is_away(self, key: str) -> bool:
        """Tell whether a payment that cannot be asked about was made less than an hour ago."""
        row = await self._fetch_row(_AWAY, key)
        return bool(row and row[0])

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            with suppress(*_TROUBLES):  # whom nobody answers any more is cut
                await self._pool.close()
            self._pool = None

    async def _fetch_row(self, sql: str, *arguments: Any) -> asyncpg.Record | None:
        async with self._connection() as connection:
            return await connection.fetchrow(sql, *arguments)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.pool.PoolConnectionProxy]:
        """Lend a connection. Whatever goes wrong on the way leaves the outcome open."""
        try:
            pool = await self._opened()
            connection = await pool.acquire(timeout=_TIMEOUT_SECONDS)
            try:
                yield connection
            finally:
                await pool.release(connection, timeout=_RELEASE_SECONDS)
        except _TROUBLES as error:
            raise GatewayUnknown(repr(error)) from error

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=_CONNECTIONS,
                    timeout=_TIMEOUT_SECONDS,
                    command_timeout=_TIMEOUT_SECONDS,
                    server_settings=connection_limits.settings(_TIMEOUT_SECONDS),
                    init=_prepare,
                )
            return self._pool


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection_limits.complete(connection)
    if not await connection.fetchval("SELECT to_regclass('fake_gateway.mishap')"):
        await connection.execute(_MAKE)


def _entry(
    op: Op, script: Script, token: str | None, capture: bool, action: str | None
) -> tuple[Any, ...]:
    reference = op.reference or f"fake_{op.key}"
    is_captured = capture and script.verdict is Verdict.SUCCEEDED
    is_captured_later = capture and script.later is Verdict.SUCCEEDED
    later_seconds = script.later_seconds if script.later else None
    return (
        *(op.key, reference, op.kind, op.amount, op.currency, script.verdict, is_captured),
        *(script.code, token, action, script.later, is_captured_later, later_seconds),
    )


def _answer(row: asyncpg.Record | None) -> Answer:
    if row is None:
        return Answer(verdict=Verdict.NOT_FOUND)
    verdict = Verdict(row["verdict"])
    code = row["code"] if verdict is Verdict.DECLINED else None
    return Answer(
        verdict=verdict,
        reference=row["reference"],
        captured=row["captured"],
        code=code,
        message=MESSAGES.get(code),
        action=orjson.loads(row["action"]) if verdict is Verdict.ACTION else None,
    )


def _objection(op: Op, history: Sequence[asyncpg.Record]) -> str | None:
    """Say why a payment with this history does not allow the operation."""
    done = [row for row in history if row["verdict"] == Verdict.SUCCEEDED and row["key"] != op.key]

    def sum_of(kind: OperationKind) -> int:
        return sum(row["amount"] for row in done if row["kind"] == kind)

    held = sum_of(OperationKind.AUTHORIZE)
    taken = sum(row["amount"] for row in done if row["captured"])
    is_void = any(row["kind"] == OperationKind.VOID for row in done)
    match op.kind:
        case OperationKind.REFUND:
            left = taken - sum_of(OperationKind.REFUND)
        case OperationKind.CAPTURE | OperationKind.VOID if not taken and not is_void:
            left = held
        case _:
            left = 0
    return None if op.amount <= left else "amount_too_large" if left else "not_possible"
