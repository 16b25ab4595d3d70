"""Who is connected for long, and whether they still may be: looked at together, once a second."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from starlette.types import Scope

from db import users
from db.errors import Unavailable
from db.limits import network
from schema.context import Context

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
"""How long someone whose session has ended may go on listening."""

ARRIVALS: Final = 2
"""How many of those who come are seen to at once."""

Leave = Callable[[], None]


class Presence:
    """The connections of this process that stay: WebSockets and streams of events."""

    def __init__(
        self, most: int, *, most_of_one: int = 1_000_000, seconds: float = LOOK_SECONDS
    ) -> None:
        self.count = 0
        self.arrivals = asyncio.Semaphore(ARRIVALS)
        """Who comes takes a turn: after a restart all come at once, and wait here in a queue."""
        self._most = most
        self._most_of_one = most_of_one
        self._addresses: Counter[str] = Counter()
        self._seconds = seconds
        self._sessions: dict[UUID, set[Leave]] = {}
        self._all: set[Leave] = set()
        self._looking: asyncio.Task[None] | None = None
        self._is_closed = False

    def is_full(self, scope: Scope) -> bool:
        """Tell whether nobody else can stay, or nobody else from there."""
        is_one_too_many = self._addresses[_address(scope)] >= self._most_of_one
        return self._is_closed or self.count >= self._most or is_one_too_many

    @contextmanager
    def staying(self, scope: Scope, leave: Leave) -> Iterator[None]:
        """Count someone who stays; ``leave`` is called when the process is about to stop."""
        address = _address(scope)
        self.count += 1
        self._addresses[address] += 1
        self._all.add(leave)
        try:
            yield
        finally:
            self.count -= 1
            self._all.discard(leave)
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    @contextmanager
    def signed_in(self, context: Context, leave: Leave) -> Iterator[None]:
        """Call ``leave`` when the session that the caller has come by ends."""
        session_id = context.caller.session_id
        if session_id is None:
            yield
            return
        self._sessions.setdefault(session_id, set()).add(leave)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(context))
        try:
            yield
        finally:
            left = self._sessions[session_id]
            left.discard(leave)
            if not left:
                del self._sessions[session_id]

    def close(self) -> None:
        """Send everybody away, and let nobody else in."""
        self._is_closed = True
        for leave in list(self._all):
            leave()

    async def _look(self, context: Context) -> None:
        """Look who may stay, while there is anybody; ``context`` has clock and database."""
        try:
            with context.database.used():
                await asyncio.sleep(self._seconds)
                while self._sessions:
                    await self._part(context)
                    await asyncio.sleep(self._seconds)
        finally:
            self._looking = None

    async def _part(self, context: Context) -> None:
        """Part with those whose session has ended."""
        try:
            still_open = await users.still_open(self._sessions.keys(), context.clock.now())
        except Unavailable as fault:
            logger.warning("who may stay connected is not known: %s", fault)
            return
        except Exception:
            logger.exception("who may stay connected is not known")
            return
        for session_id in self._sessions.keys() - still_open:
            for leave in list(self._sessions[session_id]):
                leave()


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return network(client[0] if client else None)
