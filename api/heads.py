"""The head of a request, its first line and its headers: what one may look like."""

from collections.abc import Sequence
from itertools import chain
from typing import Final

import httptools
from starlette.requests import HTTPConnection

from api.negotiation import Refused

MOST_URL_BYTES: Final = 8_000
MOST_HEADERS: Final = 100
MOST_HEADER_BYTES: Final = 8_000
MOST_HEAD_BYTES: Final = 32_000

_FOUND: Final = "tradepost.headers"
_ONCE: Final = {
    b"authorization": "Authorization",
    b"content-type": "Content-Type",
    b"guest-token": "Guest-Token",
}
"""Headers of one value: of two, a proxy may have looked at the other one."""
_LISTS: Final = frozenset({b"accept", b"accept-encoding", b"if-none-match"})
"""Headers that we read, and whose lines are one list together."""

Headers = Sequence[tuple[bytes, bytes]]


def headers_of(request: HTTPConnection) -> dict[bytes, bytes]:
    """Return the headers of a request, by their names in lower case.

    Starlette's own mapping goes through all of them each time that it is asked for one.
    """
    found: dict[bytes, bytes] | None = request.scope.get(_FOUND)
    if found is None:
        headers = request.scope["headers"]
        found = request.scope[_FOUND] = dict(headers)
        if len(found) < len(headers):
            found |= _joined(headers)
    return found


def _joined(headers: Headers) -> dict[bytes, bytes]:
    """Make one line of each list that came in several."""
    lines: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in _LISTS:
            lines.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in lines.items()}


def check_head(url: bytes, headers: Headers, version: str) -> None:
    """Look at a complete head.

    :raises Refused: there is too much of it, or it does not say what it is for, or for which host.
    """
    if len(url) > MOST_URL_BYTES:
        raise Refused(414, f"A URL has at most {MOST_URL_BYTES:,} bytes: use POST.")
    if not url.startswith(b"/"):
        _check_path(url)
    if len(headers) > MOST_HEADERS:
        raise Refused(431, f"A request has at most {MOST_HEADERS} headers.")
    size = sum(map(len, chain.from_iterable(headers)))
    if size > MOST_HEADER_BYTES:
        check_size(size)
        if max(map(len, chain.from_iterable(headers))) > MOST_HEADER_BYTES:
            raise Refused(431, f"A header has at most {MOST_HEADER_BYTES:,} bytes.")
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    if hosts > 1 or (hosts == 0 and version == "1.1"):
        raise Refused(400, "A request has one Host header.")
    if len(set(names)) < len(names):
        _check_once(names)


def _check_once(names: Sequence[bytes]) -> None:
    for name, shown in _ONCE.items():
        if names.count(name) > 1:
            raise Refused(400, f"A request has at most one {shown} header.")


def _check_path(url: bytes) -> None:
    """Look at the URL of a request that is not only a path: as proxies are sent it."""
    try:
        path = httptools.parse_url(url).path
    except httptools.HttpParserInvalidURLError:
        path = None
    if path is None:
        raise Refused(400, "The URL of a request has a path.")


def check_size(received: int) -> None:
    """Look at a head of which so much has arrived.

    :raises Refused: that is too much.
    """
    if received > MOST_HEAD_BYTES:
        raise Refused(431, f"The head of a request has at most {MOST_HEAD_BYTES:,} bytes.")


def announced_length(headers: Headers) -> int:
    """Return how long the body is, as the head has it; 0 where it does not say."""
    return next((int(value) for name, value in headers if name == b"content-length"), 0)
