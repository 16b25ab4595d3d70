"""GraphQL over HTTP: one endpoint, thin. What it refuses, it refuses before anything is run."""

import logging
import time
from functools import partial
from typing import Annotated, Any, Final

import strawberry
from fastapi import APIRouter, Depends
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.asked import Asked
from api.authentication import request_id
from api.departure import Left
from api.dependencies import context_of, get_context
from api.documents import EVERYTHING, Policy
from api.explorer.serving import Explorer
from api.heads import headers_of
from api.limits import Place
from api.live.following import Messages, follow
from api.live.sse import EventStream, once
from api.logs import note
from api.negotiation import EVENTS, GRAPHQL, JSON, Refused, media_type, status
from api.operations import Operation, Operations, Printed, failed, printed, waiting
from api.reply import Reply, kept, reply
from api.request import Form, accepted, form
from db import usage
from db.errors import BadRequest, Fault, Reason, Unavailable
from schema.context import Context
from schema.errors import InvalidRequest, Unexpected, explain

logger = logging.getLogger(__name__)

PATH: Final = "/graphql"
OK: Final = 200
DRAFT: Final = "2026"
CLIENT_LEFT: Final = 499
"""The status of an answer that nobody was there to read: in the log only."""


router = APIRouter(include_in_schema=False)


@router.api_route(PATH, methods=["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def graphql(
    request: Request,
    form: Annotated[Form, Depends(form)],
    context: Annotated[Context, Depends(get_context)],
) -> Response:
    """Answer one GraphQL request, with what FastAPI has found for it."""
    async with _place(request, form):
        return await _answer(request, form, context)


class Door:
    """Answers GraphQL where no dependency is overridden: with what it finds by plain calls."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            asked = await form(request)
            async with _place(request, asked):
                response = await _answer(request, asked, await context_of(request))
        except (Refused, Fault) as error:
            response = await refused(request, error)
        await response(scope, receive, send)


def _place(request: Request, form: Form) -> Place:
    state = request.app.state
    return state.in_flight.place(partial(state.graphql.operations.rank, form.asked))  # type: ignore[no-any-return]


async def _answer(request: Request, form: Form, context: Context) -> Response:
    if form.asked is None:
        explorer: Explorer = request.app.state.explorer
        return explorer.page(request)
    endpoint: Endpoint = request.app.state.graphql
    return await endpoint.answer(request, form.asked, form.media, context)


class Endpoint:
    """A schema, served."""

    def __init__(
        self, schema: strawberry.Schema, policy: Policy = EVERYTHING, *, compiled: bool = True
    ) -> None:
        self.operations = Operations(schema, policy, compiled=compiled)

    async def answer(
        self, request: Request, asked: Asked, media: str, context: Context
    ) -> Response:
        """Run what was asked for and print what came of it."""
        started = time.perf_counter()
        operation: Operation | None = None
        try:
            operation = await self.operations.find(asked, context)
            _check_kind(operation, request, media)
            answer = await self._answer(operation, asked, request, context)
        except (InvalidRequest, Fault) as error:
            answer = printed(failed(error), context)
        if answer is None:
            _log(operation, CLIENT_LEFT, started, context)
            return Response(status_code=CLIENT_LEFT)
        if not isinstance(answer, Printed) or (media == EVENTS and answer.has_data):
            _log(operation, OK, started, context)
            messages = once(answer) if isinstance(answer, Printed) else answer
            return EventStream(messages, context, request.app.state.presence)
        media = GRAPHQL if media == EVENTS else media
        code = _status(answer, media, context)
        _log(operation, code, started, context)
        if operation and request.method == "GET" and code == OK and not answer.codes:
            return _kept(operation, request, answer.body, media, context)
        return reply(
            answer.body,
            media,
            code,
            wait=answer.wait,
            accepted=headers_of(request).get(b"accept-encoding"),
            least=context.settings.compress_from,
        )

    async def _answer(
        self, operation: Operation, asked: Asked, request: Request, context: Context
    ) -> Printed | Messages | None:
        """Run an operation, or begin a subscription; None where nobody waits for it any more."""
        if operation.kind is not OperationType.SUBSCRIPTION:
            try:
                result = await self.operations.run(
                    operation, asked.variables, context, request.receive
                )
            except Left:
                return None
            return printed(result, context)
        if request.app.state.presence.is_full(request.scope):
            raise Unavailable(Reason.OVERLOADED, "Too many are connected.")
        with context.database.used():
            return await follow(self.operations, operation, asked, context, request)


def _status(shown: Printed, media: str, context: Context) -> int:
    return status(
        media=media,
        has_data=shown.has_data,
        codes=shown.codes,
        draft=context.settings.http_draft == DRAFT,
        is_syntax=shown.is_syntax,
    )


def _check_kind(operation: Operation, request: Request, media: str) -> None:
    if operation.kind is OperationType.MUTATION and request.method == "GET":
        raise Refused(405, "Send a mutation with POST.", Allow="POST")
    if operation.kind is OperationType.SUBSCRIPTION and media != EVENTS:
        raise BadRequest("Subscribe over WebSocket, or with Accept: text/event-stream.")


def _kept(
    operation: Operation, request: Request, body: dict[str, Any], media: str, context: Context
) -> Reply:
    """Answer a GET. What changes from one asking to the next is left out: nobody could keep it."""
    cost = context.extensions["cost"]
    constant = {"requested": cost["requested"], "limit": cost["limit"]}
    is_public = operation.is_catalog and not context.caller.is_known
    return kept(
        {**body, "extensions": {**context.extensions, "cost": constant}},
        media,
        seconds=context.settings.catalog_seconds if is_public else 0,
        asked=headers_of(request),
        least=context.settings.compress_from,
    )


def _log(operation: Operation | None, code: int, started: float, context: Context) -> None:
    used = usage.current()
    fields = {
        "operation": operation.label if operation else None,
        "document": operation.document.label if operation else None,
        "cost": context.cost,
        "status": code,
        "ms": round((time.perf_counter() - started) * 1000, 1),
        "db_ms": round(used.seconds * 1000, 1),
        "statements": used.statements,
        "caller": context.caller.scope,
        "request": context.request_id,
    }
    note(logger, operation.kind.value if operation else "invalid", fields)


async def refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused before it was GraphQL at all."""
    media = media_type(accepted(headers_of(request)), (EVENTS, GRAPHQL, JSON)) or JSON
    media = GRAPHQL if media == EVENTS else media
    extensions: dict[str, Any]
    if isinstance(error, Refused):
        message, extensions = str(error), {"code": "BAD_REQUEST", "retryable": False}
        code, headers = error.status, error.headers
    else:
        message, extensions = explain(error if isinstance(error, Fault) else Unexpected())
        codes = frozenset({str(extensions["code"])})
        code, headers = status(media=media, has_data=False, codes=codes, draft=False), {}
    extensions["requestId"] = request_id(request)
    error_shown = {"message": message, "extensions": extensions}
    return reply(
        {"errors": [error_shown]},
        media,
        code,
        *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        wait=waiting([error_shown]),
    )
