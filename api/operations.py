"""One GraphQL operation, whatever brought it here: found, prepared once, paid for and run.

HTTP, server-sent events and WebSocket differ in how they carry what is asked and what is answered.
In between they are the same, and that is here::

    operation = await operations.find(asked, context)
    result = await operations.run(operation, asked.variables, context)
    body = printed(result, context).body
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues
from starlette.types import Receive

from api.asked import Asked
from api.departure import UNWATCHED_SECONDS, Alarm, Patience
from api.documents import EVERYTHING, LEAST_SIZE, Document, Documents, Policy
from api.limits import Rank
from api.screening import MOST_CHARACTERS, root_fields
from api.shelf import Shelf
from db.errors import Fault, Reason, Unavailable
from schema import execution
from schema.context import Context
from schema.cost import Price, price
from schema.errors import InvalidRequest, top_level
from schema.limits import charge, uncharged
from schema.root import core_of
from schema.variables import Variables

QUERY_SECONDS: Final = 3.0
MUTATION_SECONDS: Final = 9.0
PASSING: Final = frozenset({"UNAVAILABLE", "RATE_LIMITED"})
"""Errors that go away by themselves. Where they are all that came of it, HTTP says so too."""
RETRY_AFTER_SECONDS: Final = 1
MOST_NAME: Final = 100
"""So many characters of an operation's name are written down."""
CATALOG: Final = frozenset(
    {"__typename", "product", "products", "category", "categories", "shop"},
)
"""Fields of Query that show everybody the same."""
INTROSPECTION: Final = frozenset({"__schema", "__type"})
MOST_CONSTANTS: Final = 12
"""How many answers about the schema are kept: half a megabyte each, where it is the whole of it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a valid document, ready to run."""

    kind: OperationType
    name: str | None
    label: str | None
    """Its name, as it is written down: clients choose it, and it may be long."""
    document: Document
    node: OperationDefinitionNode
    variables: Variables
    engine: execution.Operation
    price: Price
    dry: execution.Operation | None
    """What runs instead where only the price is asked for."""
    is_catalog: bool
    """Whether it reads the catalog and nothing else: what everybody may see."""
    introspects: bool
    """Whether it asks for the schema, among other things or alone."""
    is_constant: bool
    """Whether it asks for the schema only, which does not change while we run."""

    @property
    def rank(self) -> Rank:
        """How soon it is let in where there is not enough room for all."""
        if self.kind is OperationType.MUTATION:
            return Rank.CHANGE
        return Rank.INTROSPECTION if self.introspects else Rank.READ


class Printed(NamedTuple):
    """What came of an operation: the body of its answer, and what a status is decided by."""

    body: dict[str, Any]
    has_data: bool
    codes: frozenset[str] = frozenset()
    is_syntax: bool = False
    wait: int | None = None
    """How many seconds are to pass before it is asked again, where that is of use."""


class Operations:
    """The operations of a schema."""

    def __init__(
        self, schema: strawberry.Schema, policy: Policy = EVERYTHING, *, compiled: bool = True
    ) -> None:
        self.schema = core_of(schema)
        self._compiled = compiled
        self._documents = Documents(self.schema, policy)
        self._constants: Shelf[ExecutionResult] = Shelf(MOST_CONSTANTS)
        self._left_running: set[asyncio.Future[Any]] = set()
        self._alarm = Alarm(UNWATCHED_SECONDS)

    async def find(self, asked: Asked, context: Context) -> Operation:
        """Find the operation that is asked for; only the first time it is parsed and prepared.

        That first time is paid for, by the address it comes from: it takes more than most answers.

        :raises InvalidRequest: its document is not valid, or it is not in it.
        :raises PersistedQueryNotFound: only its hash was sent, and we do not know it (any more).
        :raises RateLimited: too many that are not known came from there.
        """
        operation = self._known(asked)
        if operation is None:
            if asked.query is not None:
                size = min(max(len(asked.query), LEAST_SIZE), MOST_CHARACTERS)
                await _count_as_new(size, context)
            document, name = self._documents.read(asked), asked.operation_name
            node = document.operation(name)
            operation = document.prepared[name] = self._prepared(document, node)
        return operation

    def rank(self, asked: Asked | None) -> Rank:
        """Say how soon a request is let in where there is not enough room for all.

        What is not known is not read for that: a document that begins like a mutation is taken for
        one.
        """
        if asked is None:
            return Rank.READ
        try:
            operation = self._known(asked)
        except InvalidRequest:  # it hears so in its turn: the last
            return Rank.INTROSPECTION
        if operation:
            return operation.rank
        is_mutation = asked.query is not None and asked.query.lstrip().startswith("mutation")
        return Rank.CHANGE if is_mutation else Rank.READ

    def _known(self, asked: Asked) -> Operation | None:
        document = self._documents.known(asked)
        return document.prepared.get(asked.operation_name) if document else None

    async def run(
        self,
        operation: Operation,
        given: Mapping[str, Any],
        context: Context,
        receive: Receive | None = None,
    ) -> ExecutionResult:
        """Run a query or a mutation, within its time; whatever is wrong with it is in the result.

        ``receive`` tells when nobody waits for it any more: then a query stops. A mutation runs to
        its end, also where it is cancelled; a retry with its key finds out what became of it.

        :raises Left: nobody waits for the query.
        """
        try:
            with context.database.used():
                values = await self.pay(operation, given, context)
                if operation.is_constant:
                    return await self._constant(operation, context)
                dry = operation.dry if operation.price.is_dry_run(given) else None
                if operation.introspects and dry is None:
                    await _count_as_new(MOST_CHARACTERS, context)
                engine = dry or operation.engine
                if operation.kind is OperationType.MUTATION:
                    return await self._to_its_end(engine.run(context, values))
                with Patience(self._alarm, QUERY_SECONDS, receive):
                    return await engine.run(context, values)
        except TimeoutError:
            return failed(_too_long())
        except (InvalidRequest, Fault) as error:
            return failed(error)

    async def pay(
        self,
        operation: Operation,
        given: Mapping[str, Any],
        context: Context,
    ) -> VariableValues:
        """Take the price of an operation, with these variables, from its caller's bucket.

        Returns what the variables come to.

        :raises InvalidRequest: the variables do not fit.
        :raises QueryTooExpensive: one operation may not cost so much.
        :raises RateLimited: the caller has to wait.
        """
        values = operation.variables.coerce(given)
        await charge(operation.price, given, context)
        return values

    async def finish(self) -> None:
        """Give mutations that outlived their request the time to end."""
        if self._left_running:
            await asyncio.wait(self._left_running, timeout=MUTATION_SECONDS)

    async def _to_its_end(self, work: Coroutine[Any, Any, ExecutionResult]) -> ExecutionResult:
        running = asyncio.ensure_future(work)
        try:
            await asyncio.wait([running], timeout=MUTATION_SECONDS)
        finally:
            if not running.done():
                self._left_running.add(running)
                running.add_done_callback(self._left_running.discard)
        if not running.done():
            raise _too_long()
        return running.result()

    async def _constant(self, operation: Operation, context: Context) -> ExecutionResult:
        """Run what always comes to the same, once: the whole schema takes 30 ms to write down."""
        key = f"{operation.document.sha256} {operation.name}"
        known = self._constants.get(key)
        if known is None:
            await _count_as_new(MOST_CHARACTERS, context)
            known = await operation.engine.run(context, VariableValues({}, {}))
            self._constants.put(key, known, 1)
        return known

    def _prepared(self, document: Document, node: OperationDefinitionNode) -> Operation:
        priced = price(self.schema, document.ast, node)
        fields = set(root_fields(document.ast, node))
        name = node.name.value if node.name else None
        introspects = not INTROSPECTION.isdisjoint(fields)
        is_alone = INTROSPECTION.issuperset(fields - {"__typename"})
        return Operation(
            kind=node.operation,
            name=name,
            label=name and name[:MOST_NAME],
            document=document,
            node=node,
            variables=Variables(self.schema, node),
            engine=self._engine(document.ast, node),
            price=priced,
            dry=self._engine(*priced.dry) if priced.dry else None,
            is_catalog=CATALOG.issuperset(fields),
            introspects=introspects,
            is_constant=introspects and is_alone and not node.variable_definitions,
        )

    def _engine(self, ast: DocumentNode, node: OperationDefinitionNode) -> execution.Operation:
        return execution.prepare(self.schema, ast, node, compiled=self._compiled)


async def _count_as_new(characters: int, context: Context) -> None:
    """Count work on what we do not know. To write the schema down counts as the largest document.

    :raises RateLimited: there was too much of it from the caller's address.
    """
    with context.database.used():
        await context.buckets.take_document(context.caller, characters, context.clock.now())


def _too_long() -> Unavailable:
    return Unavailable(Reason.TIMEOUT, "This took too long.")


def failed(error: InvalidRequest | Fault) -> ExecutionResult:
    """Make the result of an operation that was not run."""
    if isinstance(error, InvalidRequest):
        return ExecutionResult(errors=error.errors)
    return ExecutionResult(errors=[GraphQLError(str(error), original_error=error)])


def printed(result: ExecutionResult, context: Context) -> Printed:
    """Print a result as the body of an answer; what nobody expected is recorded and masked."""
    uncharged(context)
    body: dict[str, Any]
    if not result.errors:
        body = {"data": result.data}
        if context.extensions:
            body["extensions"] = context.extensions
        return Printed(body, has_data=True)
    errors = [top_level(error, context.request_id) for error in result.errors]
    codes = frozenset(error["extensions"]["code"] for error in errors)
    body = {"errors": errors}
    is_put_off = bool(PASSING & codes) and not any((result.data or {}).values())
    has_data = not is_put_off and (result.data is not None or _was_executed(result.errors))
    if has_data:
        body["data"] = result.data
    if context.extensions:
        body["extensions"] = context.extensions
    is_syntax = any(isinstance(error, GraphQLSyntaxError) for error in result.errors)
    return Printed(body, has_data, codes, is_syntax, None if has_data else waiting(errors))


def _was_executed(errors: list[GraphQLError]) -> bool:
    """Tell data that an error made null from a request that never ran."""
    return any(error.path is not None for error in errors)


def waiting(errors: list[dict[str, Any]]) -> int | None:
    """Return the seconds after which a request that failed so is worth sending again."""
    waits = [
        int(error["extensions"].get("retryAfterSeconds", RETRY_AFTER_SECONDS))
        for error in errors
        if error["extensions"]["retryable"]
    ]
    return max(waits, default=None)
