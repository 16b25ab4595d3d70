"""GraphQL over HTTP, the part that is HTTP: media types and status codes.

After the GraphQL-over-HTTP draft of August 2026. ``application/json`` is its legacy media type: a
request that is well formed gets 200, whatever came of it.
"""

from functools import lru_cache
from typing import Final

GRAPHQL: Final = "application/graphql-response+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
EVENTS: Final = "text/event-stream"

_NEWEST_FIRST: Final = (EVENTS, HTML, GRAPHQL, JSON)
_WHATEVER_THE_MEDIA_TYPE: Final = {"UNAVAILABLE": 503, "RATE_LIMITED": 429, "INTERNAL": 500}
"""What proxies and clients must see before they read any body."""


class Refused(Exception):
    """A request that HTTP already refuses, with its status."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


@lru_cache(maxsize=256)
def media_type(accept: str | None, offered: tuple[str, ...] = (GRAPHQL, JSON)) -> str | None:
    """Choose what to answer with, or None where nothing offered is accepted.

    >>> media_type("application/graphql-response+json, application/json;q=0.9")
    'application/graphql-response+json'
    >>> media_type("*/*"), media_type(None), media_type("image/png")
    ('application/json', 'application/json', None)
    """
    if accept is None or not accept.strip():
        return JSON
    ranges = qualities(accept)
    quality, _, _, media = max((*_match(ranges, each), each) for each in offered)
    return media if quality > 0 else None


def qualities(accept: str) -> dict[str, float]:
    """Read how much each thing is wanted that an ``Accept…`` header names.

    >>> qualities("br;q=0.5, gzip")
    {'br': 0.5, 'gzip': 1.0}
    """
    ranges = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        ranges[media] = _quality(parameters)
    return ranges


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _match(ranges: dict[str, float], media: str) -> tuple[float, int, int]:
    """Rank a media type: how much it is wanted, how exactly it was named, and what we prefer.

    Among those that were named we prefer the newer, and the older where none was.
    """
    newest_first = _NEWEST_FIRST.index(media)
    if media in ranges:
        return ranges[media], 2, -newest_first
    for exactness, name in ((1, f"{media.partition('/')[0]}/*"), (0, "*/*")):
        if name in ranges:
            return ranges[name], exactness, newest_first
    return 0.0, 0, 0


def status(
    *, media: str, has_data: bool, codes: frozenset[str], draft: bool, is_syntax: bool = False
) -> int:
    """Look up the status of a reply to a request that HTTP did not refuse.

    ``codes`` are those of its errors. ``draft``: as the draft has it, to the letter.
    """
    if has_data:
        return 294 if draft and codes and media == GRAPHQL else 200
    for code, found in _WHATEVER_THE_MEDIA_TYPE.items():
        if code in codes:
            return found
    if media == JSON:
        return 200
    if "UNAUTHENTICATED" in codes:
        return 401
    return 422 if draft and not is_syntax else 400
