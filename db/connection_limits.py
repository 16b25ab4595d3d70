"""What a session of ours in PostgreSQL is held to: it keeps others waiting for a bounded time.

Whatever becomes of us. A process that is killed closes its connections, and its locks are gone at
once; a host or a network that falls silent closes nothing, and PostgreSQL waits for the next word.
"""

from typing import Final

import asyncpg

LOCK_SECONDS: Final = 2.0
IDLE_IN_TRANSACTION_SECONDS: Final = 10.0
TRANSACTION_SECONDS: Final = 15.0
"""More than a mutation has, so that it ends only what nobody waits for any more."""
KEEPALIVE_SECONDS: Final = 10
KEEPALIVE_AGAIN_SECONDS: Final = 5
KEEPALIVES: Final = 2
SILENT_SECONDS: Final = KEEPALIVE_SECONDS + KEEPALIVES * KEEPALIVE_AGAIN_SECONDS
"""How long a host may acknowledge nothing, of what we send or asked for, until it is dead to us."""

_HAS_TRANSACTION_TIMEOUT: Final = (17,)


def settings(statement_seconds: float | None) -> dict[str, str]:
    """Make the settings that a connection begins with; None: a statement takes what it takes."""
    return {
        "timezone": "UTC",
        "statement_timeout": _milliseconds(statement_seconds or 0),
        "lock_timeout": _milliseconds(LOCK_SECONDS),
        "idle_in_transaction_session_timeout": _milliseconds(IDLE_IN_TRANSACTION_SECONDS),
    }


async def complete(connection: asyncpg.Connection, *, endless: bool = False) -> None:
    """Set the limits that cannot be asked for as a connection begins.

    A pooler lets no others pass than those of :func:`settings`, and PostgreSQL 15 and 16 have no
    ``transaction_timeout``. It alone ends a session whose client falls silent after it prepared a
    statement and before it ran it: to the other limits, that session is neither at work nor idle.
    Without it, what is left of a host that is dead ends with its keepalive. ``endless`` is for
    transactions that may take what they take.
    """
    limits = {
        "tcp_keepalives_idle": str(KEEPALIVE_SECONDS),
        "tcp_keepalives_interval": str(KEEPALIVE_AGAIN_SECONDS),
        "tcp_keepalives_count": str(KEEPALIVES),
        "tcp_user_timeout": _milliseconds(SILENT_SECONDS),
    }
    if connection.get_server_version() >= _HAS_TRANSACTION_TIMEOUT:
        limits["transaction_timeout"] = _milliseconds(0 if endless else TRANSACTION_SECONDS)
    try:
        await connection.execute("".join(f"SET {name} = {limits[name]};" for name in limits))
    except BaseException:
        connection.terminate()  # a pool would say goodbye first, and wait for an answer
        raise


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
