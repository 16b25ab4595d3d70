"""One operation of a document, made ready to run."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
)
from graphql.execution import Executor
from strawberry.execution import optimized_is_awaitable

from schema.context import Context


class Operation(Protocol):
    """A query or a mutation that is ready to run, any number of times."""

    async def run(self, context: Context, variables: Mapping[str, Any]) -> ExecutionResult: ...


class Interpreted:
    """An operation that graphql-core runs, field by field."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._name = operation.name.value if operation.name else None

    async def run(self, context: Context, variables: Mapping[str, Any]) -> ExecutionResult:
        result = execute(
            self._schema,
            self._document,
            context_value=context,
            variable_values=dict(variables),
            operation_name=self._name,
            executor_class=Executor,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=True,
        )
        return await result if isinstance(result, Awaitable) else result


def prepare(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    *,
    compiled: bool,  # noqa: ARG001 - comes with the compiled engine
) -> Operation:
    """Make an operation of a valid document ready to run."""
    return Interpreted(schema, document, operation)
