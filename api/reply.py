"""The answer to a GraphQL request, in bytes: what may be kept of it, by whom, and how small it is.

An answer to a POST is nobody's to keep. One to a GET has an ``ETag``, and says that it is public
where it is the same for everyone: a read of the catalog by nobody in particular.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.compression import ENCODINGS, encoding
from api.negotiation import GRAPHQL, JSON

NOT_MODIFIED: Final = 304
UNAUTHORIZED: Final = 401

_CONTENT_TYPE: Final = {
    media: (b"content-type", f"{media}; charset=utf-8".encode()) for media in (GRAPHQL, JSON)
}
_NO_STORE: Final = (b"cache-control", b"no-store")
_CHALLENGE: Final = (b"www-authenticate", b"Bearer")
_VARY: Final = (b"vary", b"Accept, Accept-Encoding")
_VARY_BY_CALLER: Final = (b"vary", b"Accept, Accept-Encoding, Authorization, Guest-Token")

Headers = list[tuple[bytes, bytes]]


class Reply(Response):
    """A response whose headers and body are bytes already: Starlette's would make them again."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status_code = status
        self.body = body
        self.raw_headers = headers
        if status != NOT_MODIFIED:
            headers.append((b"content-length", b"%d" % len(body)))
        self.background = None

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        head = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **head})
        await send({"type": "http.response.body", "body": self.body})


def reply(
    body: Mapping[str, Any],
    media: str,
    status: int,
    *more: tuple[bytes, bytes],
    wait: int | None = None,
    accepted: bytes | None = None,
    least: int = 0,
) -> Reply:
    """Make an answer that is nobody's to keep.

    ``wait`` is how many seconds are to pass before the request is sent again. From ``least`` bytes
    on the answer is compressed, as an ``Accept-Encoding`` allows.
    """
    headers = [_CONTENT_TYPE[media], _NO_STORE, _VARY, *more]
    if status == UNAUTHORIZED:
        headers.append(_CHALLENGE)
    if wait is not None:
        headers.append((b"retry-after", b"%d" % wait))
    content = orjson.dumps(body)
    if accepted is not None and len(content) >= least:
        content = _compressed(content, encoding(accepted.decode("latin-1")), headers)
    return Reply(status, headers, content)


def kept(
    body: Mapping[str, Any],
    media: str,
    *,
    seconds: int | None,
    asked: Mapping[bytes, bytes],
    least: int,
) -> Reply:
    """Make the answer to a GET that succeeded; 304 where the client has it already.

    Anyone may keep it for so many ``seconds``; nobody, where there are none. ``asked`` are the
    headers of the request.
    """
    cache = (b"cache-control", b"public, max-age=%d" % seconds) if seconds else _NO_STORE
    content = orjson.dumps(body)
    chosen = encoding(asked.get(b"accept-encoding", b"").decode("latin-1"))
    if len(content) < least:
        chosen = None
    tag = _tag(content, media, chosen)
    headers = [cache, _VARY_BY_CALLER, (b"etag", tag)]
    if _matches(asked.get(b"if-none-match", b""), tag):
        return Reply(NOT_MODIFIED, headers, b"")
    headers.append(_CONTENT_TYPE[media])
    return Reply(200, headers, _compressed(content, chosen, headers))


def _compressed(content: bytes, chosen: str | None, headers: Headers) -> bytes:
    if chosen is None:
        return content
    headers.append((b"content-encoding", chosen.encode()))
    return ENCODINGS[chosen](content)


def _tag(content: bytes, media: str, chosen: str | None) -> bytes:
    """Name these very bytes: each way of writing the same thing has a name of its own."""
    digest = hashlib.blake2b(content, digest_size=16, person=media[-16:].encode()).hexdigest()
    return f'"{digest}-{chosen}"'.encode() if chosen else f'"{digest}"'.encode()


def _matches(header: bytes, tag: bytes) -> bool:
    """Whether an ``If-None-Match`` names the tag: weakly, as a cache may have made it weak."""
    known = [each.strip().removeprefix(b"W/") for each in header.split(b",")]
    return tag in known or known == [b"*"]
