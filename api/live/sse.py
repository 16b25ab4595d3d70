"""Server-sent events, as graphql-sse has them in its distinct connections mode: one operation, one
response. For browsers and networks without WebSocket.

After https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live.following import Messages
from api.live.presence import Presence
from api.negotiation import EVENTS
from api.operations import Printed
from db.errors import NotSignedIn
from schema.context import Context
from schema.errors import explain

KEEP_ALIVE_SECONDS: Final = 15.0

_COMPLETE: Final = b"event: complete\ndata:\n\n"
_STILL_HERE: Final = b":\n\n"


class EventStream(Response):
    """The messages of an operation, an event each, until it ends or the client hangs up.

    A message is made when the one before it has been taken: who reads slowly gets the newest.
    """

    media_type = EVENTS
    keep_alive_seconds = KEEP_ALIVE_SECONDS

    def __init__(self, messages: Messages, context: Context, presence: Presence) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._messages = messages
        self._context = context
        self._presence = presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        end: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        leaving = asyncio.ensure_future(_left(receive, end))
        presence, context = self._presence, self._context
        try:
            with (
                presence.staying(scope, lambda: _settle(end, b"")),
                presence.signed_in(context, lambda: _settle(end, _signed_out(context))),
                context.database.used(),
            ):
                async with aclosing(self._messages):
                    await self._stream(send, end)
        finally:
            leaving.cancel()
        await send({"type": "http.response.body", "body": end.result(), "more_body": False})

    async def _stream(self, send: Send, end: asyncio.Future[bytes]) -> None:
        """Send messages until it is said how the stream ends."""
        following: asyncio.Future[Printed | None] | None = None
        try:
            while not end.done():
                following = following or asyncio.ensure_future(anext(self._messages, None))
                waiting: list[asyncio.Future[Any]] = [following, end]
                await asyncio.wait(
                    waiting,
                    timeout=self.keep_alive_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if end.done():
                    break
                chunk = _STILL_HERE
                if following.done():
                    message, following = following.result(), None
                    if message is None:
                        _settle(end, _COMPLETE)
                        break
                    chunk = _next(message.body)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        finally:
            if following is not None:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)


async def once(message: Printed) -> Messages:
    """Make the stream of an operation that has one answer."""
    yield message


async def _left(receive: Receive, end: asyncio.Future[bytes]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    _settle(end, b"")


def _settle(end: asyncio.Future[bytes], last_words: bytes) -> None:
    """Say how the stream ends; without a word, a client connects again."""
    if not end.done():
        end.set_result(last_words)


def _signed_out(context: Context) -> bytes:
    message, extensions = explain(NotSignedIn("Your session has ended."))
    extensions["requestId"] = context.request_id
    return _next({"errors": [{"message": message, "extensions": extensions}]}) + _COMPLETE


def _next(body: Mapping[str, Any]) -> bytes:
    return b"event: next\ndata: %s\n\n" % orjson.dumps(body)
