"""A subscription of a document, run message by message."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    create_source_event_stream,
    execute_subscription_event,
)
from graphql.execution import Executor
from strawberry.execution import optimized_is_awaitable

from db.errors import Reason, Unavailable
from schema.context import Context

MESSAGE_SECONDS: Final = 3.0


class Subscription:
    """A subscription that is ready to run, any number of times."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._name = operation.name.value if operation.name else None

    async def begin(
        self, context: Context, variables: Mapping[str, Any]
    ) -> AsyncGenerator[ExecutionResult, None] | ExecutionResult:
        """Return its messages, each made as soon as the one before it was taken; or the refusal.

        A message without data is the last: what it tells of failed, or may not go on.
        """
        executor = Executor.build(
            self._schema,
            self._document,
            context_value=context,
            raw_variable_values=dict(variables),
            operation_name=self._name,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            return ExecutionResult(errors=executor)
        source = await _awaited(create_source_event_stream(executor))
        if isinstance(source, ExecutionResult):
            return source
        return _messages(executor, source, context)


async def _messages(
    executor: Executor[Any], source: AsyncGenerator[Any, None], context: Context
) -> AsyncGenerator[ExecutionResult, None]:
    async with aclosing(source):
        try:
            async for event in source:
                result = await _message(executor.build_per_event_executor(event))
                if context.watch:
                    context.watch.rest()
                yield result
                if result.data is None:
                    return
        except Exception as error:  # noqa: BLE001 - as graphql-core does with a field that fails
            yield ExecutionResult(errors=[_located(error, executor)])


async def _message(executor: Executor[Any]) -> ExecutionResult:
    try:
        async with asyncio.timeout(MESSAGE_SECONDS):
            result: ExecutionResult = await _awaited(execute_subscription_event(executor))
            return result
    except TimeoutError:
        raise Unavailable(Reason.TIMEOUT, "This took too long.") from None


def _located(error: Exception, executor: Executor[Any]) -> GraphQLError:
    """Say at which field a subscription failed: it has but one."""
    (node,) = executor.operation.selection_set.selections[:1]
    while not isinstance(node, FieldNode):
        inside = (
            executor.fragments[node.name.value].definition
            if isinstance(node, FragmentSpreadNode)
            else cast("InlineFragmentNode", node)
        )
        (node,) = inside.selection_set.selections[:1]
    name = (node.alias or node.name).value
    return GraphQLError(str(error), node, path=[name], original_error=error)


async def _awaited(value: Any) -> Any:
    return await value if isinstance(value, Awaitable) else value
