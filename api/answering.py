"""An answer on its way to the wire: head and body in one piece, where all of it is there."""

from collections.abc import Awaitable
from itertools import chain
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import (
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

_NOT_PLAIN: Final = frozenset({b"connection", b"transfer-encoding"})
"""Headers that change how the connection goes on: uvicorn reads them."""


class Whole:
    """An application whose answer is written at once.

    uvicorn writes a head as soon as it has it, and the body after it: two calls of the system for
    each answer, two packets, and each header searched by itself for what must not be there. Here a
    head that tells the length of its body waits for it. All that is not plain is left to uvicorn.
    """

    def __init__(self, app: ASGIApp, cycle: RequestResponseCycle) -> None:
        self._app = app
        self._cycle = cycle
        self._head: Message | None = None
        self._length: int | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        del send
        return self._app(scope, receive, self._send)

    async def _send(self, message: Any) -> None:
        head, self._head = self._head, None
        if head is None:
            if message["type"] == "http.response.start":
                self._length = _plain_length(message)
                if self._length is not None:
                    self._head = message
                    return
        elif self._is_plain(head, message):
            self._write(head, message["body"])
            return
        else:
            await self._cycle.send(head)  # type: ignore[arg-type]
        await self._cycle.send(message)

    def _is_plain(self, head: Message, message: Message) -> bool:
        cycle, headers = self._cycle, head["headers"]
        return (
            cycle.keep_alive
            and not (cycle.response_started or cycle.disconnected or cycle.flow.write_paused)
            and cycle.scope["method"] != "HEAD"
            and not message.get("more_body")
            and self._length == len(message.get("body", b""))
            and not HEADER_VALUE_RE.search(b"".join(chain.from_iterable(headers)))
        )

    def _write(self, head: Message, body: bytes) -> None:
        cycle = self._cycle
        lines = [b"%b: %b\r\n" % each for each in (*cycle.default_headers, *head["headers"])]
        cycle.transport.write(b"".join((STATUS_LINE[head["status"]], *lines, b"\r\n", body)))
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()


def _plain_length(head: Message) -> int | None:
    """Tell how long a body its head announces; None where uvicorn has to read that head."""
    length = None
    for name, value in head["headers"]:
        if name == b"content-length":
            length = int(value)
        elif name in _NOT_PLAIN:
            return None
    return length
