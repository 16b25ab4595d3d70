"""Calls that may be made again: the same key gives the same outcome, and the work is done once.

The key is claimed inside the transaction that does the work. There is no state "in progress", no
lease, and nothing to clean up after a kill: the claim dies with the work. A twin that comes at the
same time waits on the unique index until the first one is done.
Brandur Leach recommends this wherever the work is local: brandur.org/idempotency-keys.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import orjson

from db.base import atomically, execute, fetch, put_off
from db.errors import Code, Refusal, RetryLater

CLAIMS_KEPT: Final = timedelta(days=7)
"""How long the same key gives the same outcome."""
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """The key of a call, and what it stands for.

    ``args_hash`` is the SHA-256 of the mutation's name and its coerced arguments without the key.
    ``also`` are further scopes in which the same call may have been made before it had this one.
    """

    scope: str
    key: str
    mutation: str
    args_hash: bytes
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a call did: the ids of its objects. Whoever replays it reads them as they are now."""

    ids: dict[str, str] = field(default_factory=dict)
    replayed: bool = False
    first_seen_at: datetime | None = None


_queues: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}


@asynccontextmanager
async def _in_turn(claim: Claim) -> AsyncIterator[None]:
    """Let the calls of this process that share a key go one at a time.

    A stampede of fifty then costs one connection to the database, and not fifty.
    """
    name = (claim.scope, claim.key)
    lock, waiting = _queues.get(name, (asyncio.Lock(), 0))
    _queues[name] = (lock, waiting + 1)
    try:
        async with lock:
            yield
    finally:
        lock, waiting = _queues.pop(name)
        if waiting > 1:
            _queues[name] = (lock, waiting - 1)


async def once(
    claim: Claim | None, now: datetime, work: Callable[[], Awaitable[Outcome]]
) -> Outcome:
    """Do the work in one transaction, unless it was done before under the same key.

    A refusal rolls the claim back with the work, so the corrected call may use the same key.

    :raises Refusal: IDEMPOTENCY_KEY_REUSED, where the key stands for another call.
    :raises RetryLater: IDEMPOTENCY_IN_PROGRESS, where the first call takes too long.
    """
    if claim is None:
        return await atomically(work)

    async def claimed() -> Outcome:
        earlier = await _claim(claim, now)
        if earlier is not None:
            return earlier
        outcome = await work()
        await _keep(claim, outcome)
        return outcome

    async with _in_turn(claim):
        return await atomically(claimed)


async def seen(claim: Claim) -> Outcome | None:
    """Find the outcome of an earlier call with this key, without claiming it.

    :raises Refusal: IDEMPOTENCY_KEY_REUSED, where the key stands for another call.
    """
    rows = await fetch(
        "SELECT mutation, args_hash, outcome, created_at FROM idempotency"
        " WHERE scope = ANY($1) AND key = $2",
        [claim.scope, *claim.also],
        claim.key,
    )
    return _replay(claim, rows)


_FORGET: Final = """
DELETE FROM idempotency WHERE (scope, key) IN (
    SELECT scope, key FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2
       FOR UPDATE SKIP LOCKED
)
"""


async def forget_claims(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Delete the oldest claims past :data:`CLAIMS_KEPT`, at most so many; return how many."""
    return await execute(_FORGET, now - CLAIMS_KEPT, most)


async def _keep(claim: Claim, outcome: Outcome) -> None:
    await put_off(
        "UPDATE idempotency SET outcome = $3::text::jsonb WHERE scope = $1 AND key = $2",
        claim.scope,
        claim.key,
        orjson.dumps({"ids": outcome.ids}).decode(),
    )


_CLAIM: Final = """
INSERT INTO idempotency (scope, key, mutation, args_hash, created_at)
SELECT $1, $2, $3, $4, $5
 WHERE NOT EXISTS (SELECT FROM idempotency WHERE scope = ANY($6) AND key = $2)
ON CONFLICT DO NOTHING
"""


async def _claim(claim: Claim, now: datetime) -> Outcome | None:
    try:
        won = await execute(
            _CLAIM,
            *(claim.scope, claim.key, claim.mutation, claim.args_hash, now, list(claim.also)),
        )
    except asyncpg.LockNotAvailableError as error:
        raise RetryLater(
            "The first call with this key is still running. Send it again in a moment.",
            code=Code.IDEMPOTENCY_IN_PROGRESS,
        ) from error
    return None if won else await seen(claim)


def _replay(claim: Claim, rows: Sequence[asyncpg.Record]) -> Outcome | None:
    if not rows:
        return None
    for row in rows:
        if row["mutation"] == claim.mutation and row["args_hash"] == claim.args_hash:
            ids = orjson.loads(row["outcome"])["ids"]
            return Outcome(ids, replayed=True, first_seen_at=row["created_at"])
    raise Refusal(
        Code.IDEMPOTENCY_KEY_REUSED,
        "This key was used for another call. Make a new key for each new call.",
        ("idempotency_key",),
    )
