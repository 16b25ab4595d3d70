"""What goes around every answer: its id, careful headers, and a lid on what went wrong."""

import logging
import re
from collections.abc import Awaitable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.authentication import new_request_id
from api.graphql import refused
from db import usage

logger = logging.getLogger(__name__)

_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_CAREFUL: Final = frozenset(name for name, _ in _HEADERS)


class Envelope:
    """Gives each request an id, the caller's own where it has sent one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        usage.begin()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        def send_with_headers(message: Message) -> Awaitable[None]:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message["headers"]
                careful = _HEADERS
                if not _CAREFUL.isdisjoint([name for name, _ in headers]):
                    named = {name for name, _ in headers}
                    careful = tuple(each for each in _HEADERS if each[0] not in named)
                message["headers"] = [
                    *headers,
                    (b"x-request-id", request_id.encode()),
                    *careful,
                ]
            return send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            logger.exception("request %s failed", request_id)
            if started:
                raise
            response = await refused(Request(scope), error)
            await response(scope, receive, send_with_headers)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text: str = value.decode("latin-1")
            if _ID.fullmatch(text):
                return text
    return new_request_id()
