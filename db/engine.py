"""Tortoise's asyncpg engine, with limits: what waits here, waits for a bounded time.

Four things differ from the engine that Tortoise ships: transactions queue for seats, fewer than the
pool has connections; taking a connection from the pool has a time limit and leaks nothing; errors
that pass by themselves are told apart from those that do not; and a connection goes back to the
pool without the round trip that resets session state (nothing here ever changes any: settings are
``SET LOCAL`` once a connection is open, advisory locks end with their transaction).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections

from db import usage
from db.errors import Reason, Unavailable

RecordT = TypeVar("RecordT", bound=asyncpg.Record)
_RECORD: Final[Any] = asyncpg.Record

ACQUIRE_SECONDS: Final = 1.0
SEAT_SECONDS: Final = 5.0
READERS_OWN: Final = 2
"""Connections of a pool that transactions leave to readers."""
READ_SECONDS: Final = 2.5
WRITE_SECONDS: Final = 4.0
COMMAND_SECONDS: Final = 5.0
RELEASE_SECONDS: Final = 1.0
"""How long a connection may take to come to itself when it is given back, before it is cut."""

_AWAY = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidCatalogNameError,
    OSError,
)
_BUSY = (
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
"""What a whole transaction deals with (``db.base.atomically``)."""
_TOO_LATE = (
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    TimeoutError,
)
IN_THE_WAY: Final = "Someone else is changing this now. Send the same call again."


class _Connection(asyncpg.Connection):
    """A connection that notes what is used of it, and whether a statement was left in the middle.

    A statement that is prepared and never run leaves the server waiting inside it, its time limit
    running: the next one to come would be told of a time-out that is not its own. Any plain query
    ends it.
    """

    _was_left = False

    async def _execute(self, *args: Any, **kwargs: Any) -> Any:
        used = usage.current()
        started = time.perf_counter()
        try:
            return await super()._execute(*args, **kwargs)  # type: ignore[misc]
        except (asyncio.CancelledError, TimeoutError):
            self._was_left = True
            raise
        finally:
            used.statements += 1
            used.seconds += time.perf_counter() - started

    def get_reset_query(self) -> str:
        left, self._was_left = self._was_left, False
        return "SELECT" if left else ""


class _Pool(asyncpg.Pool):
    __slots__ = ()

    def acquire(self, *, timeout: float | None = None) -> Any:
        return super().acquire(timeout=ACQUIRE_SECONDS if timeout is None else timeout)

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - asyncpg's own
        try:
            return await super()._acquire(timeout)  # type: ignore[misc]
        except TimeoutError as error:
            if self.get_size() < self.get_max_size():  # then it was a new one that did not come
                raise Unavailable(Reason.DATABASE, "The database is away.") from error
            raise Unavailable(Reason.OVERLOADED, "All connections are taken.") from error

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's own
        del timeout
        if connection._con is not None:  # noqa: SLF001
            connection._con._on_release()  # noqa: SLF001
            await asyncio.shield(_put_back(connection._holder))  # noqa: SLF001


async def _put_back(holder: Any) -> None:
    """Give a connection back to its pool; one that does not come to itself in time is cut.

    Who used it has heard by now what there was to hear.
    """
    with suppress(*_AWAY):
        await holder.release(RELEASE_SECONDS)


class _Translated:
    """Makes :class:`Unavailable` of a database that is away, full or too slow."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, _TOO_LATE):
            raise Unavailable(Reason.TIMEOUT, "The database did not answer in time.") from error
        if isinstance(error, _AWAY):
            raise Unavailable(Reason.DATABASE, "The database is away.") from error


class _TranslatedAlone(_Translated):
    """Does so for a statement outside of a transaction: that nobody else begins again."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, _BUSY):
            raise Unavailable(Reason.DATABASE, IN_THE_WAY) from error
        super().__exit__(kind, error, trace)


_TRANSLATED: Final = _Translated()
_TRANSLATED_ALONE: Final = _TranslatedAlone()


async def _translated(call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
    with _TRANSLATED:
        return await call(*args, **kwargs)


async def _translated_alone(call: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
    with _TRANSLATED_ALONE:
        return await call(*args, **kwargs)


async def _ready(pool: Any) -> Any:
    """Take an open connection from the pool; None where one has to be opened first.

    A read is one statement and leaves nothing behind on its connection. The pool's own way, with a
    proxy, and a task that gives it back, costs as much as the statement.

    :raises Unavailable: all are taken, and none came back in time.
    """
    if pool is None or not pool._initialized or pool._closing:  # noqa: SLF001
        return None
    queue = pool._queue  # noqa: SLF001
    if queue.empty():
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                holder = await queue.get()
        except TimeoutError as error:
            raise Unavailable(Reason.OVERLOADED, "All connections are taken.") from error
    else:
        holder = queue.get_nowait()
    if not holder.is_connected() or holder._generation != pool._generation:  # noqa: SLF001
        queue.put_nowait(holder)
        return None
    holder._maybe_cancel_inactive_callback()  # noqa: SLF001
    holder._in_use = pool._loop.create_future()  # noqa: SLF001
    return holder


async def _fetch_on(
    holder: Any, sql: str, arguments: tuple[Any, ...], record: type[RecordT]
) -> list[RecordT]:
    """Read on a connection that was taken and put it back; with care, if all is not well."""
    connection = holder._con  # noqa: SLF001
    try:
        rows: list[RecordT] = await connection.fetch(
            sql, *arguments, timeout=READ_SECONDS, record_class=record
        )
    except BaseException:
        if holder._con is connection:  # noqa: SLF001 - else it ended, and gave itself back
            await asyncio.shield(_put_back(holder))
        raise
    holder._release()  # noqa: SLF001
    holder._setup_inactive_callback()  # noqa: SLF001
    return rows


class Transaction(TransactionWrapper):
    """The connection of one open transaction, with the statements that wait for its end."""

    def __init__(self, connection: AsyncpgDBClient) -> None:
        super().__init__(connection)
        self.put_off: list[tuple[str, tuple[Any, ...]]] = []

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        # Before Tortoise does, which takes a read-only server for a mistake of the code.
        return await super()._translate_exceptions(partial(_translated, func), *args, **kwargs)

    async def fetch(
        self, sql: str, arguments: tuple[Any, ...], record: type[RecordT] = _RECORD
    ) -> list[RecordT]:
        async with self.acquire_connection() as connection:
            return await _translated(connection.fetch, sql, *arguments, record_class=record)  # type: ignore[no-any-return]

    async def execute(self, sql: str, arguments: tuple[Any, ...]) -> str:
        async with self.acquire_connection() as connection:
            return await _translated(connection.execute, sql, *arguments)  # type: ignore[no-any-return]

    async def begin(self) -> None:
        await _translated(super().begin)

    async def commit(self) -> None:
        await _translated(super().commit)

    async def rollback(self) -> None:
        # A connection that is gone has rolled back by itself; what broke it is the error to see.
        with suppress(*_AWAY):
            await super().rollback()


class _Block(TransactionContextPooled):
    """The block of a transaction. Unlike Tortoise's, it leaks nothing where it cannot begin.

    A crowd that wants the same row queues for a seat here, where waiting costs nothing and is in
    turn, and not for connections or for locks in the database, where it would run out of time.
    """

    __slots__ = ("_seats",)

    def __init__(self, client: Transaction, seats: asyncio.Semaphore, lock: asyncio.Lock) -> None:
        super().__init__(client, lock)
        self._seats = seats

    async def __aenter__(self) -> Any:
        try:
            async with asyncio.timeout(SEAT_SECONDS):
                await self._seats.acquire()
        except TimeoutError as error:
            raise Unavailable(Reason.OVERLOADED, "Too many changes at once.") from error
        try:
            return await self._begin()
        except BaseException:
            self._seats.release()
            raise

    async def __aexit__(self, *raised: object) -> None:
        try:
            await super().__aexit__(*raised)
        finally:
            self._seats.release()

    async def _begin(self) -> Transaction:
        await _translated(self.ensure_connection)
        transaction = cast("Transaction", self.client)
        pool: Any = transaction._parent._pool  # noqa: SLF001 - as Tortoise does it
        transaction._connection = await _translated(pool.acquire)  # noqa: SLF001
        self.token = get_connections().set(self.connection_name, transaction)
        try:
            await transaction.begin()
        except BaseException:
            get_connections().reset(self.token)
            await pool.release(transaction._connection)  # noqa: SLF001
            raise
        return transaction


class Client(AsyncpgDBClient):
    """A pool of connections."""

    connection_class: Any = _Connection

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._seats = asyncio.Semaphore(max(1, self.pool_maxsize - READERS_OWN))

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        pool = asyncpg.create_pool(None, **kwargs)
        pool.__class__ = _Pool  # create_pool has no argument for its class
        return await pool

    @property
    def is_saturated(self) -> bool:
        """Whether every connection that the pool may have is taken."""
        pool = self._pool
        return bool(pool and pool.get_size() == pool.get_max_size() and not pool.get_idle_size())

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:
        return await super()._translate_exceptions(
            partial(_translated_alone, func), *args, **kwargs
        )

    def _in_transaction(self) -> TransactionContext:
        return _Block(Transaction(self), self._seats, self._pool_init_lock)

    async def fetch(
        self, sql: str, arguments: tuple[Any, ...], record: type[RecordT] = _RECORD
    ) -> list[RecordT]:
        """Read outside of a transaction, on a connection that lies ready where there is one."""
        with _TRANSLATED_ALONE:
            holder = await _ready(self._pool)
            if holder is None:
                return await self._fetch(sql, arguments, record)
            return await _fetch_on(holder, sql, arguments, record)

    async def _fetch(
        self, sql: str, arguments: tuple[Any, ...], record: type[RecordT]
    ) -> list[RecordT]:
        async with self.acquire_connection() as connection:
            return await connection.fetch(  # type: ignore[no-any-return]
                sql, *arguments, timeout=READ_SECONDS, record_class=record
            )

    async def execute(self, sql: str, arguments: tuple[Any, ...]) -> str:
        return await _translated_alone(self._execute, sql, arguments)  # type: ignore[no-any-return]

    async def _execute(self, sql: str, arguments: tuple[Any, ...]) -> str:
        async with self.acquire_connection() as connection:
            return await connection.execute(sql, *arguments)  # type: ignore[no-any-return]


client_class = Client
