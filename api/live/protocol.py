"""graphql-transport-ws: what a client may say over a WebSocket, and with what code it is let go.

After https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, TypeAlias

import orjson

SUBPROTOCOL: Final = "graphql-transport-ws"
LONGEST_ID: Final = 128


class Code(IntEnum):
    """Why a WebSocket is closed."""

    INTERNAL = 1011
    RESTART = 1012
    TRY_AGAIN_LATER = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    WRONG_SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE = 4409
    TOO_MANY = 4429


class Closed(Exception):
    """The WebSocket is to be closed, with this code and reason."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Init:
    """The client introduces itself."""

    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client asks for an operation of any kind, whose answers will bear this id."""

    id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complete:
    """The client wants to hear no more of an operation."""

    id: str


@dataclass(frozen=True, slots=True)
class Ping:
    """The client wants a pong, with the same payload."""

    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The client is still there."""


Headers: TypeAlias = list[tuple[bytes, bytes]]
Message: TypeAlias = Init | Subscribe | Complete | Ping | Pong


def read(frame: Mapping[str, Any]) -> Message:
    """Read a message from what was received.

    :raises Closed: it is none.
    """
    text = frame.get("text")
    if text is None:
        raise _bad("Send messages as text.")
    try:
        form = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("A message is JSON.") from None
    if not isinstance(form, dict):
        raise _bad("A message is a JSON object.")
    kind = form.get("type")
    make = _MESSAGES.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise _bad("A message has one of the types of the protocol.")
    return make(form)


_CREDENTIALS: Final = {"authorization": b"authorization", "guestToken": b"guest-token"}


def headers(given: Headers, message: Init) -> Headers:
    """Make headers of those of the handshake and of what the client says: browsers can send none.

    :raises Closed: what it says is not text.
    """
    said = {
        header: message.payload[name]
        for name, header in _CREDENTIALS.items()
        if message.payload.get(name) is not None
    }
    if not all(isinstance(value, str) for value in said.values()):
        raise _bad("payload.authorization and payload.guestToken must be strings.")
    kept = [each for each in given if each[0] not in said]
    return kept + [(name, value.encode()) for name, value in said.items()]


def _init(form: Mapping[str, Any]) -> Init:
    return Init(_object(form, "payload") or {})


def _subscribe(form: Mapping[str, Any]) -> Subscribe:
    payload = _object(form, "payload")
    if payload is None:
        raise _bad("payload must be an object.")
    for name in ("query", "operationName"):
        if not isinstance(payload.get(name), str | None):
            raise _bad(f"payload.{name} must be a string.")
    for name in ("variables", "extensions"):
        _object(payload, name, "payload.")
    if payload.get("query") is None and not payload.get("extensions"):
        raise _bad("payload.query must be a string.")
    return Subscribe(_id(form), payload)


def _complete(form: Mapping[str, Any]) -> Complete:
    return Complete(_id(form))


def _ping(form: Mapping[str, Any]) -> Ping:
    payload = _object(form, "payload")
    try:
        orjson.dumps(payload)
    except TypeError:  # it reads deeper than it writes
        raise _bad("payload nests too deeply.") from None
    return Ping(payload)


def _pong(form: Mapping[str, Any]) -> Pong:
    _object(form, "payload")
    return Pong()


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], Message]]] = {
    "connection_init": _init,
    "subscribe": _subscribe,
    "complete": _complete,
    "ping": _ping,
    "pong": _pong,
}


def _id(form: Mapping[str, Any]) -> str:
    id_ = form.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= LONGEST_ID:
        raise _bad(f"id must be a string of 1 to {LONGEST_ID} characters.")
    return id_


def _object(form: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, Any] | None:
    value = form.get(name)
    if not isinstance(value, dict | None):
        raise _bad(f"{where}{name} must be an object.")
    return value


def _bad(reason: str) -> Closed:
    return Closed(Code.BAD_MESSAGE, reason)
