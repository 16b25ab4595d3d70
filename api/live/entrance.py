"""The way in for WebSockets: from which pages, how many, and in which language."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.live.protocol import SUBPROTOCOL, Code
from api.live.socket import Socket

_POLICY_VIOLATION: Final = 1008  # before a WebSocket is accepted, that is an HTTP 403


class Entrance:
    """Opens WebSockets at one path."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        state = scope["app"].state
        await receive()  # websocket.connect
        if not is_welcome(Headers(scope=scope), state.settings.cors_origins):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        elif state.presence.is_full(scope):
            await _say_full(send)
        elif SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            reason = f"Speak {SUBPROTOCOL}"
            await send(
                {"type": "websocket.close", "code": Code.WRONG_SUBPROTOCOL, "reason": reason}
            )
        else:
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            await Socket(scope, receive, send).serve()


def is_welcome(headers: Headers, origins: tuple[str, ...]) -> bool:
    """Tell whether a page may open a WebSocket: one of ours, or of the origins that are allowed.

    Whoever names no origin is no browser, and could name any.
    """
    origin = headers.get("origin")
    if origin is None or origin in origins:
        return True
    host = urlsplit(origin).netloc.lower()
    return bool(host) and host == headers.get("host", "").lower()


async def _say_full(send: Send) -> None:
    headers = [(b"retry-after", b"5"), (b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "websocket.http.response.start", "status": 503, "headers": headers})
    body = b"Too many are connected. Try again in a moment.\n"
    await send({"type": "websocket.http.response.body", "body": body})
