"""A gateway to try things with: it charges nobody, and otherwise behaves like one that does.

It keeps its ledger in a PostgreSQL schema of its own, over its own connections and commits. So it
is one gateway for all processes, and killing ours never changes what it charged.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from db.payments import Answer, GatewayUnknown, Op, OperationKind, Verdict

SLOW_SECONDS: Final = 3.0
_CONNECTIONS: Final = 4
_TIMEOUT_SECONDS: Final = 5.0

_DECLINES: Final[Mapping[str | None, str | None]] = {
    "tok_ok": None,
    "tok_slow": None,
    "tok_declined": "card_declined",
    None: "token_missing",
}
"""Why each token is declined; None: it is not."""
_MESSAGES: Final = {
    "card_declined": "The card was declined.",
    "token_missing": "A test payment needs a token, such as tok_ok.",
    "token_unknown": "Test tokens are tok_ok, tok_declined and tok_slow.",
}

_MAKE_LEDGER: Final = """
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
CREATE INDEX IF NOT EXISTS operation_by_reference ON fake_gateway.operation (reference);
"""
_FIND: Final = "SELECT * FROM fake_gateway.operation WHERE key = $1"
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext($1))"
_HISTORY: Final = "SELECT * FROM fake_gateway.operation WHERE reference = $1"
# The first verdict under a key is the one that stays.
_DECIDE: Final = """
INSERT INTO fake_gateway.operation
       (key, reference, kind, amount, currency, verdict, captured, code)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (key) DO UPDATE SET key = excluded.key
RETURNING *
"""


class FakeGateway:
    """Does as the token says: ``tok_ok``, ``tok_declined``, or ``tok_slow`` after 3 seconds."""

    name = "fake"
    label = "Test payment (charges nobody)"
    publishable_key: str | None = None
    takes_at_once = True

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        """Hold or take the amount, as the token says."""
        del return_url
        if token == "tok_slow":  # noqa: S105 - a token that is no secret
            await asyncio.sleep(SLOW_SECONDS)
        code = _DECLINES.get(token, "token_unknown")
        verdict = Verdict.DECLINED if code else Verdict.SUCCEEDED
        return await self._decide(op, verdict, captured=capture and not code, code=code)

    async def fence(self, op: Op) -> Answer:
        """Take the key's place in the ledger, unless it is taken."""
        return await self._decide(op, Verdict.CANCELLED)

    async def find(self, op: Op) -> Answer:
        """Look the key up."""
        pool = await self._opened()
        async with _answering():
            row = await pool.fetchrow(_FIND, op.key)
        return _answer(row)

    async def capture(self, op: Op) -> Answer:
        """Take what is held, once."""
        return await self._move(op)

    async def void(self, op: Op) -> Answer:
        """Let go what is held."""
        return await self._move(op)

    async def refund(self, op: Op) -> Answer:
        """Send back what was taken, never more."""
        return await self._move(op)

    async def close(self) -> None:
        """Give the connections back."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def _decide(
        self, op: Op, verdict: Verdict, *, captured: bool = False, code: str | None = None
    ) -> Answer:
        pool = await self._opened()
        async with _answering():
            row = await pool.fetchrow(_DECIDE, *_entry(op, verdict, captured=captured, code=code))
        return _answer(row)

    async def _move(self, op: Op) -> Answer:
        """Move money of an earlier payment; the moves of one payment go one at a time."""
        pool = await self._opened()
        async with _answering(), pool.acquire() as connection, connection.transaction():
            await connection.execute(_ONE_AT_A_TIME, op.reference)
            code = _objection(op, await connection.fetch(_HISTORY, op.reference))
            verdict = Verdict.DECLINED if code else Verdict.SUCCEEDED
            captured = op.kind is OperationKind.CAPTURE and not code
            entry = _entry(op, verdict, captured=captured, code=code)
            row = await connection.fetchrow(_DECIDE, *entry)
        return _answer(row)

    async def _opened(self) -> asyncpg.Pool:
        async with self._opening, _answering():
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=_CONNECTIONS,
                    command_timeout=_TIMEOUT_SECONDS,
                    init=_make_ledger,
                )
            return self._pool


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    """Whatever goes wrong on the way leaves the outcome open."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise GatewayUnknown(str(error)) from error


async def _make_ledger(connection: asyncpg.Connection) -> None:
    if not await connection.fetchval("SELECT to_regclass('fake_gateway.operation')"):
        await connection.execute(_MAKE_LEDGER)


def _entry(op: Op, verdict: Verdict, *, captured: bool, code: str | None) -> tuple[Any, ...]:
    reference = op.reference or f"fake_{op.key}"
    return (op.key, reference, op.kind, op.amount, op.currency, verdict, captured, code)


def _answer(row: asyncpg.Record | None) -> Answer:
    if row is None:
        return Answer(verdict=Verdict.NOT_FOUND)
    return Answer(
        verdict=Verdict(row["verdict"]),
        reference=row["reference"],
        captured=row["captured"],
        code=row["code"],
        message=_MESSAGES.get(row["code"]),
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
