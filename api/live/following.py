"""A subscription on its way: who asks is found out anew, and paid for, before each message."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from graphql import ExecutionResult
from starlette.requests import HTTPConnection

from api.asked import Asked
from api.dependencies import solved_context
from api.operations import Operation, Operations, Printed, printed
from db.access import Caller
from schema.context import Context
from schema.execution.subscription import Subscription

Messages = AsyncGenerator[Printed, None]


async def follow(
    operations: Operations,
    operation: Operation,
    asked: Asked,
    context: Context,
    connection: HTTPConnection,
) -> Messages | Printed:
    """Begin a subscription and return its messages, of which one without data is the last.

    Messages read as much as answers do, and cost as much. Where it cannot begin, what is returned
    is why.

    :raises InvalidRequest: the variables do not fit.
    :raises Fault: it is more than the caller may spend.
    """
    await operations.pay(operation, asked.variables, context)
    is_first = True

    async def ask_again() -> Caller:
        nonlocal is_first
        if not is_first:
            context.caller = (await solved_context(connection)).caller
            context.extensions = {}
            await operations.pay(operation, asked.variables, context)
        is_first = False
        return context.caller

    context.ask_again = ask_again
    subscription = Subscription(operations.schema, operation.document.ast, operation.node)
    begun = await subscription.begin(context, asked.variables)
    return _refusal(begun, context) if isinstance(begun, ExecutionResult) else _told(begun, context)


def _refusal(result: ExecutionResult, context: Context) -> Printed:
    """Print why a subscription cannot begin: as of a request, not as of a field that failed."""
    shown = printed(result, context)
    body = {name: value for name, value in shown.body.items() if name != "data"}
    return shown._replace(body=body, has_data=False)


async def _told(results: AsyncGenerator[ExecutionResult, None], context: Context) -> Messages:
    async with aclosing(results):
        async for result in results:
            yield printed(result, context)
