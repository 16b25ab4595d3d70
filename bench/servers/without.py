"""Tradepost with one of its protections taken out: for the bench alone. No setting does this."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from graphql import GraphQLError, parse
from starlette.requests import HTTPConnection
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api import app, authentication, dependencies, documents, graphql, operations, server
from api.departure import Patience
from api.limits import Place
from db.access import Caller
from db.limits import Buckets, Standing
from schema.cost import Price


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


def arrival_off() -> None:
    """Wait for ever for slow requests, and for those who do not take their answers."""
    _replace(server, "Protocol", HttpToolsProtocol)


def admission_off() -> None:
    """Let everybody in at once."""
    _replace(Place, "__aenter__", _nothing)
    _replace(Place, "__aexit__", _nothing)


def patience_off() -> None:
    """Let queries run for ever, also those of clients that have hung up."""
    _replace(Patience, "__enter__", lambda patience: patience)
    _replace(Patience, "__exit__", _pass)


def authentication_off() -> None:
    """Believe a token without asking whether it is still good: it is looked up once."""
    known: dict[str | None, Caller] = {}
    find = authentication.identify

    async def identify(connection: HTTPConnection, *parts: Any) -> Caller:
        token = connection.headers.get("authorization")
        if token not in known:
            known[token] = await find(connection, *parts)
        return known[token]

    _replace(dependencies, "identify", identify)


def price_off() -> None:
    """Let every operation cost a point."""
    _replace(Price, "of", lambda *_: 1)
    _replace(Price, "is_dry_run", lambda *_: False)


def rate_limit_off() -> None:
    """Let callers spend as much as they like."""

    async def take(_: Buckets, __: Caller, ___: int, now: datetime) -> Standing:
        return Standing(limit=1, remaining=1, reset_at=now)

    _replace(Buckets, "take", take)


def limits_off() -> None:
    """Take documents of any size and depth."""
    _replace(documents, "screened", parse)


def masking_off() -> None:
    """Show errors as they are, whatever is in them."""

    def bare(error: GraphQLError, _: str) -> dict[str, Any]:
        return {**error.formatted, "extensions": {"code": "INTERNAL", "retryable": False}}

    _replace(operations, "top_level", bare)


WITHOUT: Final[Mapping[str, Callable[[], None]]] = {
    "logging": logging_off,
    "request id, headers": envelope_off,
    "slow clients": arrival_off,
    "requests in flight": admission_off,
    "time limit, clients that left": patience_off,
    "authentication": authentication_off,
    "price": price_off,
    "rate limit": rate_limit_off,
    "limits of documents": limits_off,
    "masking of errors": masking_off,
}
"""The protections, by what they are called in the table."""


async def _nothing(*_: object) -> None:
    """Do nothing."""


def _pass(*_: object) -> None:
    """Do nothing, at once."""


def _replace(where: Any, name: str, part: Any) -> None:
    """Put something else in the place of a part that is there."""
    if not hasattr(where, name):
        raise AttributeError(f"{where} has no {name}: what is to be taken out has moved")
    setattr(where, name, part)
