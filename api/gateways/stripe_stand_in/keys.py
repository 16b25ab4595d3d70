"""Idempotency as Stripe keeps it: the first answer under a key is every answer, for a day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from api.gateways.stripe_stand_in.errors import Refused

KEPT: Final = timedelta(hours=24)


@dataclass
class _Entry:
    path: str
    params: dict[str, Any]
    at: datetime
    status: int = 0
    body: bytes | None = None


class Keys:
    """The keys that were used, and what was answered under each."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._entries: dict[str, _Entry] = {}

    def claim(self, key: str, path: str, params: dict[str, Any]) -> tuple[int, bytes] | None:
        """Take a key for a request; return what was answered to it before.

        :raises Refused: another request has it, or the same one is still under way.
        """
        entry = self._entries.get(key)
        if entry is None or self._now() - entry.at >= KEPT:
            self._entries[key] = _Entry(path, params, self._now())
            return None
        if (entry.path, entry.params) != (path, params):
            raise Refused(400, None, type="idempotency_error")
        if entry.body is None:
            raise Refused(409, "idempotency_key_in_use")
        return entry.status, entry.body

    def keep(self, key: str, status: int, body: bytes) -> None:
        """Write down what was answered."""
        self._entries[key].status, self._entries[key].body = status, body

    def release(self, key: str) -> None:
        """Give a key free: the request was refused before it began."""
        self._entries.pop(key, None)
