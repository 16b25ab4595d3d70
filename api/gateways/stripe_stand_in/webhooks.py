"""What the stand-in tells of its own accord: kept in order, and sent, signed, on demand."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

import httpx
import orjson

from api.gateways import signatures

SIGNATURE: Final = "stripe-signature"


class Webhooks:
    """All events so far, and the secret of the endpoint that hears of them."""

    def __init__(self, secret: str, now: Callable[[], datetime]) -> None:
        self.events: list[dict[str, Any]] = []
        self._secret = secret
        self._now = now

    def note(self, type: str, thing: dict[str, Any]) -> None:
        """Write down what happened."""
        self.events.append(
            {
                "id": f"evt_{len(self.events) + 1:06}",
                "object": "event",
                "type": type,
                "created": int(self._now().timestamp()),
                "livemode": False,
                "data": {"object": thing},
            }
        )

    def signed(self, event: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        """Write an event as it is sent: headers and body."""
        body = orjson.dumps(event)
        header = signatures.sign(body, key=self._secret.encode(), at=self._now())
        return {SIGNATURE: header, "content-type": "application/json"}, body

    async def deliver(
        self, http: httpx.AsyncClient, url: str, events: Iterable[dict[str, Any]] | None = None
    ) -> list[int]:
        """Send events, by default all in their order; return the status of each answer."""
        statuses = []
        for event in [*self.events] if events is None else events:
            headers, body = self.signed(event)
            statuses.append((await http.post(url, headers=headers, content=body)).status_code)
        return statuses
