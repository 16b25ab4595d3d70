"""Operations that graphql-core runs, field by field."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    execute,
)
from graphql.execution import Executor
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable

from schema.context import Context


class Interpreted:
    """An operation that graphql-core runs."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._name = operation.name.value if operation.name else None

    async def run(
        self,
        context: Context,
        variables: VariableValues,
        roots: Mapping[str, Any] | None = None,
    ) -> ExecutionResult:
        """Run it. What fields at the root came to already, in ``roots``, is not done again."""
        result = execute(
            self._schema,
            self._document,
            context_value=context,
            variable_values=_given(variables),
            operation_name=self._name,
            executor_class=Executor,
            is_awaitable=cast("Any", optimized_is_awaitable),
            middleware=[_remembering(roots)] if roots else None,
            hide_suggestions=True,
        )
        return await result if isinstance(result, Awaitable) else result


def _given(variables: VariableValues) -> dict[str, Any]:
    """Return what was given for them: graphql-core coerces for itself."""
    sources = variables.sources.items()
    return {name: source.value for name, source in sources if source.value is not Undefined}


def _remembering(roots: Mapping[str, Any]) -> Callable[..., Any]:
    """Make the middleware that answers for fields at the root which were resolved before."""

    def resolve(
        go_on: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any
    ) -> Any:
        if info.path.prev is None and info.path.key in roots:
            return _again(roots[str(info.path.key)])
        return go_on(source, info, **arguments)

    return resolve


async def _again(value: Any) -> Any:
    if isinstance(value, Exception):
        raise value
    return value
