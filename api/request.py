"""What a client sends over HTTP, read and checked: method, media types, size, JSON."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request

from api import asked
from api.asked import Asked
from api.heads import headers_of
from api.negotiation import EVENTS, GRAPHQL, HTML, JSON, Refused, media_type

MOST_BODY_BYTES: Final = 100_000
_MOST_PARAMETERS: Final = 20
_NAMES: Final = ("query", "operationName", "variables", "extensions")
_UNREADABLE: Final = {
    "depth limit exceeded": "nests too deeply",
    "number is infinity when parsed as double": "has a number that is too large",
}
"""JSON that orjson does not read though it is some, by what orjson says of it."""
_QUOTED: Final = tuple(b'"%s"' % name.encode() for name in _NAMES)


class Form(NamedTuple):
    """A request, and what its answer is written as; without ``asked``, it asks for a page."""

    media: str
    asked: Asked | None = None


async def form(request: Request) -> Form:
    """Read a request.

    :raises Refused: it is not one of ours, or not well formed.
    """
    if request.method == "GET":
        return _from_url(request)
    if request.method == "POST":
        return await _from_body(request)
    raise Refused(405, "Use POST, or GET for a query.", Allow="GET, POST")


def _from_url(request: Request) -> Form:
    pages = (HTML,) if request.app.state.explorer else ()
    accept = accepted(headers_of(request))
    media = _accepted(media_type(accept, (EVENTS, *pages, GRAPHQL, JSON)))
    parameters = _parameters(request)
    if media == HTML:
        if "query" not in parameters:
            return Form(HTML)
        media = JSON
    maps = {
        name: _decoded(parameters[name].encode(), f"The parameter {name}")
        for name in ("variables", "extensions")
        if name in parameters
    }
    return Form(media, asked.read(parameters | maps))


async def _from_body(request: Request) -> Form:
    headers = headers_of(request)
    media = _accepted(media_type(accepted(headers), (EVENTS, GRAPHQL, JSON)))
    _check_content_type(headers.get(b"content-type", b"").decode("latin-1"))
    if b"content-encoding" in headers:
        raise Refused(415, "Send the body as it is, without Content-Encoding.")
    body = await body_of(request)
    found = asked.read(_decoded(body, "The body"))
    _check_names(body)
    return Form(media, found)


def accepted(headers: Mapping[bytes, bytes]) -> str:
    """Return the media types that the client can read; empty where it does not say."""
    return headers.get(b"accept", b"").decode("latin-1")


def _parameters(request: Request) -> dict[str, Any]:
    """Read what is in the URL: a parameter without a value is one that was left out."""
    try:
        text = request.scope["query_string"].decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise Refused(400, "The URL is not in UTF-8.") from None
    except ValueError:
        raise Refused(400, f"The URL has at most {_MOST_PARAMETERS} parameters.") from None
    _check_once(name for name, _ in pairs)
    return {name: value for name, value in pairs if value}


def _check_names(body: bytes) -> None:
    """Look whether each part of a form is there once: others would read another one than we do.

    Where no name is written twice in the whole body, and none in disguise, there is nothing to do.
    """
    if b"\\u" in body or any(body.count(name) > 1 for name in _QUOTED):
        objects: list[list[tuple[str, Any]]] = []
        try:
            json.loads(body, object_pairs_hook=objects.append, parse_int=len, parse_float=len)
        except RecursionError:  # orjson goes deeper
            raise Refused(400, "The body nests too deeply.") from None
        _check_once(name for name, _ in objects[-1])  # the outermost is closed last


def _check_once(names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1 and name in _NAMES:
            raise Refused(400, f"{name} is there {times} times.")


def _accepted(media: str | None) -> str:
    if media is None:
        raise Refused(406, f"We answer in {GRAPHQL} or {JSON}.")
    return media


def _check_content_type(header: str) -> None:
    if header == JSON:
        return
    media, *parameters = (part.strip().lower() for part in header.split(";"))
    charsets = [each.partition("=")[2].strip('"') for each in parameters if each[:8] == "charset="]
    if media != JSON or charsets not in ([], ["utf-8"], ["utf8"]):
        raise Refused(415, f"Send the request as {JSON}, in UTF-8.")


async def body_of(request: Request) -> bytes:
    """Read the body, and no more of it than is allowed: what was announced may be wrong."""
    announced = headers_of(request).get(b"content-length", b"")
    if announced.isdigit() and int(announced) > MOST_BODY_BYTES:
        raise too_large()
    chunks = bytearray()
    is_whole = False
    while not is_whole:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "The body did not arrive.")
        chunks += message.get("body", b"")
        if len(chunks) > MOST_BODY_BYTES:
            raise too_large()
        is_whole = not message.get("more_body", False)
    return bytes(chunks)


def too_large() -> Refused:
    return Refused(413, f"A request has at most {MOST_BODY_BYTES:,} bytes.", Connection="close")


def _decoded(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = _UNREADABLE.get(error.msg, "is not JSON in UTF-8")
        raise Refused(400, f"{what} {reason}.") from None
