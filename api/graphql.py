"""GraphQL over HTTP: one endpoint, thin. What it refuses, it refuses before anything is run."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, Final, cast

import orjson
import strawberry
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
)
from graphql.execution import Executor
from starlette.requests import Request
from starlette.responses import Response
from strawberry.execution import optimized_is_awaitable

from api.authentication import request_id
from api.dependencies import context_of, get_context
from api.documents import Document, Documents, InvalidDocument
from api.logs import FIELDS
from api.negotiation import HTML, JSON, Refused, media_type, status
from api.page import page
from api.request import Asked, asked
from db.errors import Fault, Reason, Unavailable
from schema.context import Context
from schema.errors import Unexpected, explain, top_level
from schema.root import core_of

logger = logging.getLogger(__name__)

QUERY_SECONDS: Final = 3.0
MUTATION_SECONDS: Final = 9.0
RETRY_AFTER_SECONDS: Final = "1"
_UNWATCHED_SECONDS: Final = 0.05
"""How long a query runs before we begin to watch whether its client is still there."""


class DirectRoute(APIRoute):
    """A route that asks FastAPI to solve its dependencies only where one is overridden.

    FastAPI works them out anew for each request, which takes longer than a small query.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        solve = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.app.dependency_overrides:
                return await solve(request)
            return await graphql(request, await asked(request), await context_of(request))

        return handle


router = APIRouter(include_in_schema=False, route_class=DirectRoute)


@router.api_route("/graphql", methods=["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def graphql(
    request: Request,
    asked: Annotated[Asked, Depends(asked)],
    context: Annotated[Context, Depends(get_context)],
) -> Response:
    """Answer one GraphQL request."""
    if asked.media == HTML:
        return Response(page(str(request.url)), media_type=HTML)
    endpoint: Endpoint = request.app.state.graphql
    return await endpoint.answer(request, asked, context)


class Endpoint:
    """A schema, served."""

    def __init__(self, schema: strawberry.Schema, *, draft: bool = False) -> None:
        self._schema = core_of(schema)
        self._documents = Documents(self._schema)
        self._draft = draft
        self._left_running: set[asyncio.Future[Any]] = set()

    async def answer(self, request: Request, asked: Asked, context: Context) -> Response:
        """Run what was asked for and print what came of it."""
        started = time.perf_counter()
        chosen: OperationDefinitionNode | None = None
        try:
            document = self._documents.read(asked.query)
            chosen = document.operation(asked.operation_name)
            is_mutation = chosen.operation is OperationType.MUTATION
            if is_mutation and request.method == "GET":
                raise Refused(405, "Send a mutation with POST.", Allow="POST")
            with context.database.used():
                work = self._execute(document, asked, context)
                result = await self._supervised(work, request, is_mutation=is_mutation)
        except InvalidDocument as error:
            result = ExecutionResult(errors=error.errors)
        except Unavailable as fault:
            result = ExecutionResult(errors=[GraphQLError(str(fault), original_error=fault)])
        response = self._printed(result, asked.media, context)
        _log(asked, chosen, response.status_code, time.perf_counter() - started, context)
        return response

    async def finish(self) -> None:
        """Give mutations that outlived their request the time to end."""
        if self._left_running:
            await asyncio.wait(self._left_running, timeout=MUTATION_SECONDS)

    async def _execute(self, document: Document, asked: Asked, context: Context) -> ExecutionResult:
        result = execute(
            self._schema,
            document.ast,
            context_value=context,
            variable_values=dict(asked.variables or {}),
            operation_name=asked.operation_name,
            executor_class=Executor,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=True,
        )
        return await result if isinstance(result, Awaitable) else result

    async def _supervised(
        self, work: Awaitable[ExecutionResult], request: Request, *, is_mutation: bool
    ) -> ExecutionResult:
        """Wait for the work, within its time, and while there is someone to answer.

        A query that nobody waits for is cancelled. A mutation is not: it runs to its end, and a
        retry with its key finds out what became of it.

        :raises Unavailable: it took too long.
        """
        running = asyncio.ensure_future(work)
        try:
            if is_mutation:
                await asyncio.wait([running], timeout=MUTATION_SECONDS)
            else:
                await _done_or_left(running, request)
        finally:
            if not running.done():
                self._leave(running, is_mutation=is_mutation)
        if running.cancelled() or not running.done():
            raise Unavailable(Reason.TIMEOUT, "This took too long.")
        return running.result()

    def _leave(self, running: asyncio.Future[Any], *, is_mutation: bool) -> None:
        if is_mutation:
            self._left_running.add(running)
            running.add_done_callback(self._left_running.discard)
        else:
            running.cancel()

    def _printed(self, result: ExecutionResult, media: str, context: Context) -> Response:
        errors = [top_level(error, context.request_id) for error in result.errors or ()]
        codes = frozenset(error["extensions"]["code"] for error in errors)
        body: dict[str, Any] = {"errors": errors} if errors else {}
        is_away = "UNAVAILABLE" in codes and not any((result.data or {}).values())
        has_data = not is_away and (result.data is not None or _was_executed(result))
        if has_data:
            body["data"] = result.data
        if context.extensions:
            body["extensions"] = context.extensions
        is_syntax = any(isinstance(error, GraphQLSyntaxError) for error in result.errors or ())
        code = status(
            media=media, has_data=has_data, codes=codes, draft=self._draft, is_syntax=is_syntax
        )
        return _response(body, media, code)


async def _done_or_left(running: asyncio.Future[Any], request: Request) -> None:
    """Wait until a query is done, its time is over, or its client has hung up."""
    await asyncio.wait([running], timeout=_UNWATCHED_SECONDS)
    if running.done():
        return
    left = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait(
            [running, left],
            timeout=QUERY_SECONDS - _UNWATCHED_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
    finally:
        left.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _was_executed(result: ExecutionResult) -> bool:
    """Tell data that an error made null from a request that never ran."""
    return any(error.path is not None for error in result.errors or ())


def _response(body: dict[str, Any], media: str, code: int, **headers: str) -> Response:
    if code == 503:  # noqa: PLR2004
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    return Response(
        orjson.dumps(body),
        status_code=code,
        headers={"Cache-Control": "no-store", "Vary": "Accept", **headers},
        media_type=f"{media}; charset=utf-8",
    )


def _log(
    asked: Asked,
    operation: OperationDefinitionNode | None,
    code: int,
    seconds: float,
    context: Context,
) -> None:
    if logger.isEnabledFor(logging.INFO):
        fields = {
            "operation": operation.name.value if operation and operation.name else None,
            "document": hashlib.sha256(asked.query.encode()).hexdigest()[:12],
            "status": code,
            "ms": round(seconds * 1000, 1),
            "request": context.request_id,
        }
        logger.info(operation.operation.value if operation else "invalid", extra={FIELDS: fields})


async def refused(request: Request, error: Exception) -> Response:
    """Answer a request that was refused before it was GraphQL at all."""
    media = media_type(request.headers.get("accept")) or JSON
    if isinstance(error, Refused):
        message, extensions = str(error), {"code": "BAD_REQUEST", "retryable": False}
        code, headers = error.status, error.headers
    else:
        message, extensions = explain(error if isinstance(error, Fault) else Unexpected())
        codes = frozenset({str(extensions["code"])})
        code, headers = status(media=media, has_data=False, codes=codes, draft=False), {}
    extensions["requestId"] = request_id(request)
    return _response(
        {"errors": [{"message": message, "extensions": extensions}]}, media, code, **headers
    )
