"""Tradepost with one of its protections taken out: for the bench alone. No setting does this."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

from starlette.requests import HTTPConnection

from api import app, authentication, dependencies, graphql
from api.limits import InFlight
from db.access import Caller


def logging_off() -> None:
    """Write no line for each request."""
    graphql.logger.setLevel(logging.WARNING)


def envelope_off() -> None:
    """Give requests no id, answers no careful headers, and what nobody expected no lid."""

    def bare(inside: Any) -> Any:
        async def call(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("state", {})["request_id"] = ""
            await inside(scope, receive, send)

        return call

    _replace(app, "Envelope", bare)


def admission_off() -> None:
    """Let everybody in at once."""

    @asynccontextmanager
    async def slot(_: InFlight) -> AsyncIterator[None]:
        yield

    _replace(InFlight, "slot", slot)


def supervision_off() -> None:
    """Let queries run for ever, and for clients that have hung up."""

    async def supervised(_: Any, work: Any, *__: Any, **___: Any) -> Any:
        return await work

    _replace(graphql.Endpoint, "_supervised", supervised)


def authentication_off() -> None:
    """Believe a token without asking whether it is still good: it is looked up once."""
    known: dict[str | None, Caller] = {}
    find = authentication.identify

    async def identify(connection: HTTPConnection, now: datetime) -> Caller:
        token = connection.headers.get("authorization")
        if token not in known:
            known[token] = await find(connection, now)
        return known[token]

    _replace(dependencies, "identify", identify)


WITHOUT: Final[Mapping[str, Callable[[], None]]] = {
    "logging": logging_off,
    "envelope": envelope_off,
    "admission": admission_off,
    "supervision": supervision_off,
    "authentication": authentication_off,
}


def _replace(where: Any, name: str, part: Any) -> None:
    """Put something else in the place of a part that is there."""
    if not hasattr(where, name):
        raise AttributeError(f"{where} has no {name}: what is to be taken out has moved")
    setattr(where, name, part)
