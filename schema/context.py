"""What a resolver may reach: the caller, the instant, and loaders that read each thing once."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import orjson
import strawberry

from db.access import Caller
from db.clock import Clock, microseconds
from db.config import Database
from db.errors import Code, Refusal
from db.events import Claim, Notifier, Watch
from db.limits import Buckets, Standing
from db.mail import Mailer
from db.payments import Gateways
from db.rows import Columns, Record, row_of
from schema.loading import Loader

K = TypeVar("K")
T = TypeVar("T")


@dataclass(slots=True)
class Context:
    """One operation's surroundings. ``now`` stands still while it runs."""

    caller: Caller
    clock: Clock
    gateways: Gateways
    mailer: Mailer
    database: Database
    notifier: Notifier
    buckets: Buckets
    settings: Any
    request_id: str = ""
    now: datetime = field(init=False)
    now_us: int = field(init=False)
    """The same in microseconds since 1970."""
    cost: int = 0
    """The price of the operation that runs."""
    standing: Standing | None = None
    """What the caller has left after it."""
    claim: Claim | None = None
    """The idempotency key of the mutation that runs, if it was given one."""
    extensions: dict[str, Any] = field(default_factory=dict)
    """What the response says beside its data."""
    columns: Mapping[type[Record], Columns] = field(default_factory=dict)
    """The columns that the operation needs of each kind of row. Of others: all."""
    ask_again: Callable[[], Awaitable[Caller]] | None = None
    """Finds out anew who the caller is: a subscription asks before each message."""
    watch: Watch | None = None
    """What a subscription waits for."""
    _loaders: dict[Any, Loader[Any, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._look_at_the_clock()

    def load(
        self, batch: Callable[..., Awaitable[Sequence[T]]], key: K, /, **given: Any
    ) -> Awaitable[T]:
        """Read one thing through a batch that reads many.

        ``batch(keys, **given)`` runs once for all the keys that are asked for at the same time,
        and each key is asked for once in an operation.
        """
        return self.loader(batch, **given).load(key)

    def loader(
        self, batch: Callable[..., Awaitable[Sequence[T]]], /, **given: Any
    ) -> Loader[Any, T]:
        """Find the loader of a batch: it asks for the columns that the operation needs."""
        name = (batch, *given.items()) if given else batch
        loader = self._loaders.get(name)
        if loader is None:
            row = row_of(batch)
            if row is not None and row in self.columns:
                given["columns"] = self.columns[row]
            loader = self._loaders[name] = Loader(partial(batch, **given) if given else batch)
        return loader

    def needs(self, row: type[Record]) -> Columns:
        """Tell which columns of a kind of row the operation needs."""
        return self.columns.get(row)

    def become(self, caller: Caller) -> None:
        """Go on as someone else: who signs in, or is given a guest token, sees their own things."""
        self.caller = caller

    def follow(self, *subjects: str) -> Watch:
        """Wait, in a subscription, for news of these: see :meth:`news`."""
        self.watch = self.notifier.watch(*subjects)
        return self.watch

    async def news(self, *, seconds: float | None = None) -> str | None:
        """Wait for news of what is followed, and start the message that tells of it.

        It is told as of now, to who the caller is by now, and with nothing read yet. Returns the
        subject, at first each one at once; None when the time is over.

        :raises Fault: the caller may no longer come in.
        """
        assert self.watch is not None  # noqa: S101 - a subscription follows something first
        subject = await self.watch.news(seconds=seconds)
        if subject is not None:
            self._look_at_the_clock()
            self._loaders.clear()
            if self.ask_again:
                self.caller = await self.ask_again()
        return subject

    def _look_at_the_clock(self) -> None:
        self.now = self.clock.now()
        self.now_us = microseconds(self.now)

    def start_over(self) -> None:
        """Forget what was read."""
        self._loaders.clear()

    def begin(self, claim: Claim | None) -> None:
        """Start a mutation: what was read before it may be about to change."""
        self.claim = claim
        self._loaders.clear()


Info: TypeAlias = strawberry.Info[Context, None]


def claim_of(caller: Caller, mutation: str, key: str, arguments: Mapping[str, Any]) -> Claim:
    """Claim a call's outcome for its key.

    ``arguments`` are those of the call, coerced, without the key: JSON values and enums.

    :raises Refusal: someone unknown gave a key that is not a UUID, and could be guessed.
    """
    if caller.scope == "anon" and not _is_uuid(key):
        raise Refusal(
            Code.INVALID, "Without a token, the key must be a UUID.", ("idempotency_key",)
        )
    canonical = orjson.dumps([mutation, arguments], option=orjson.OPT_SORT_KEYS)
    return Claim(
        scope=caller.scope,
        key=key,
        mutation=mutation,
        args_hash=hashlib.sha256(canonical).digest(),
        also=_earlier_scopes(caller),
    )


def _earlier_scopes(caller: Caller) -> tuple[str, ...]:
    """Name the scopes in which the same call may have been made with less to show."""
    if caller.user_id is None and caller.guest_id is None:
        return ()
    guest = f"guest:{caller.guest_id}"
    return ("anon", guest) if caller.guest_id and caller.scope != guest else ("anon",)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
