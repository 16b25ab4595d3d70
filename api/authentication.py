"""Who asks: a bearer token of a person or of another system, a guest token, or nobody known."""

import dataclasses
import os
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from starlette.requests import HTTPConnection

from api.heads import headers_of
from db import users
from db.access import Caller
from db.clock import Clock
from db.config import Database
from db.errors import NotSignedIn

_LONGEST_TOKEN: Final = 500
_ID_BYTES: Final = 12


async def identify(connection: HTTPConnection, database: Database, clock: Clock) -> Caller:
    """Find the caller by the request's headers.

    :raises NotSignedIn: a token was shown that is not good, or no longer.
    """
    headers = headers_of(connection)
    authorization = headers.get(b"authorization")
    guest_token = headers.get(b"guest-token")
    caller = Caller.anonymous(
        request_id=request_id(connection),
        ip=connection.client.host if connection.client else None,
    )
    if authorization is not None:
        token = _bearer(authorization.decode("latin-1"))
        with database.used():
            caller = await _signed_in(token, clock.now(), caller)
    if guest_token is not None:
        caller = _with_guest(guest_token.decode("latin-1"), caller)
    return caller


def request_id(connection: HTTPConnection) -> str:
    """Return the id under which this request is known, here and to the client."""
    found: str = connection.scope.get("state", {}).get("request_id", "")
    return found


def new_request_id() -> str:
    """Make the id of a request that has none. It is random: from one no other can be guessed."""
    return f"req_{next(_RANDOM)}"


def _random() -> Iterator[str]:
    """Make random texts; the system is asked for many at once."""
    while True:
        many = os.urandom(_ID_BYTES * 256).hex()
        for start in range(0, len(many), 2 * _ID_BYTES):
            yield many[start : start + 2 * _ID_BYTES]


_RANDOM: Final = _random()


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        raise NotSignedIn("Send the token as: Authorization: Bearer <token>.")
    return token


async def _signed_in(token: str, now: datetime, anonymous: Caller) -> Caller:
    found = await users.authenticate(token, now)
    if found is None:
        raise NotSignedIn(
            "This token is not good, or no longer. "
            "Refresh the session, without this header, or sign in again."
        )
    return dataclasses.replace(found, request_id=anonymous.request_id, ip=anonymous.ip)


def _with_guest(token: str, caller: Caller) -> Caller:
    guest_id = users.guest(token) if len(token) <= _LONGEST_TOKEN else None
    if guest_id is None:
        raise NotSignedIn("This guest token is not one of ours.")
    return dataclasses.replace(caller, guest_id=guest_id)
