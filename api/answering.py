"""An answer on its way to the wire: head and body in one piece, where all of it is there."""

from collections.abc import Awaitable
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_CONTROLS: Final = bytes([*range(ord("\t")), *range(ord("\n"), ord(" ")), 0x7F])
"""Characters that no header may hold: all that control something, but the tab."""
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
        self._start: Message | None = None
        self._length: int | None = None

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        del send
        return self._app(scope, receive, self._send)

    async def _send(self, message: Any) -> None:
        start, self._start = self._start, None
        if start is None:
            if message["type"] == "http.response.start":
                self._length = _plain_length(message)
                if self._length is not None:
                    self._start = message
                    return
        elif self._is_plain(message) and (head := self._head(start)):
            self._write(start["status"], head, message["body"])
            return
        else:
            await self._cycle.send(start)  # type: ignore[arg-type]
        await self._cycle.send(message)

    def _is_plain(self, message: Message) -> bool:
        cycle = self._cycle
        return (
            cycle.keep_alive
            and not (cycle.response_started or cycle.disconnected or cycle.flow.write_paused)
            and cycle.scope["method"] != "HEAD"
            and not message.get("more_body")
            and self._length == len(message.get("body", b""))
        )

    def _head(self, start: Message) -> bytes | None:
        """Print the headers; None where one holds what would end it, or the head, before its time.

        uvicorn searches each header for that. One look at all of them together takes a fifth.
        """
        headers = [*self._cycle.default_headers, *start["headers"]]
        head = b"\r\n".join(map(b": ".join, headers))
        found = len(head) - len(head.translate(None, _CONTROLS))
        return head if found == len(b"\r\n") * (len(headers) - 1) else None

    def _write(self, status: int, head: bytes, body: bytes) -> None:
        cycle = self._cycle
        cycle.transport.write(b"".join((STATUS_LINE[status], head, b"\r\n\r\n", body)))
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.message_event.set()
        cycle.on_response()


def _plain_length(start: Message) -> int | None:
    """Tell how long a body its head announces; None where uvicorn has to read that head."""
    length = None
    for name, value in start["headers"]:
        if name == b"content-length":
            length = int(value)
        elif name in _NOT_PLAIN:
            return None
    return length
