"""A subscription of a document, run message by message."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import aclosing
from typing import Any, cast

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

from schema.context import Context


class Subscription:
    """A subscription that is ready to run, any number of times."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._name = operation.name.value if operation.name else None

    async def run(
        self, context: Context, variables: Mapping[str, Any]
    ) -> AsyncIterator[ExecutionResult]:
        """Yield its messages, each as soon as the one before it was taken.

        One without data is the last: what failed before it began, or may not go on.
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
            yield ExecutionResult(errors=executor)
            return
        source = await _awaited(create_source_event_stream(executor))
        if isinstance(source, ExecutionResult):
            yield source
            return
        async with aclosing(source):
            async for result in self._messages(executor, source, context):
                yield result
                if result.data is None:
                    return

    async def _messages(
        self, executor: Executor[Any], source: AsyncIterator[Any], context: Context
    ) -> AsyncIterator[ExecutionResult]:
        try:
            async for event in source:
                one = executor.build_per_event_executor(event)
                result = await _awaited(execute_subscription_event(one))
                if context.watch:
                    context.watch.rest()
                yield result
        except Exception as error:  # noqa: BLE001 - as graphql-core does with a field that fails
            yield ExecutionResult(errors=[_located(error, executor)])


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
