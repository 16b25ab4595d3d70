"""One operation of a document, made ready to run."""

from typing import Protocol

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues

from schema.context import Context
from schema.execution.compiled import Compiled
from schema.execution.interpreted import Interpreted


class Operation(Protocol):
    """A query or a mutation that is ready to run, any number of times."""

    async def run(self, context: Context, variables: VariableValues) -> ExecutionResult: ...


def prepare(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    *,
    compiled: bool,
) -> Operation:
    """Make an operation of a valid document ready to run."""
    if compiled and operation.operation is not OperationType.SUBSCRIPTION:
        return Compiled(schema, document, operation)
    return Interpreted(schema, document, operation)
