"""Follows a subscription as a test sees it: message by message, without a transport."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, cast

from graphql import ExecutionResult, OperationDefinitionNode, parse, validate

from db.access import Caller
from db.clock import Clock
from db.config import Database
from db.events import Notifier
from schema.context import Context
from schema.errors import top_level
from schema.execution.subscription import Subscription
from schema.root import core_of, schema
from tests.client import StoppedClock
from tests.conftest import NOW

CORE: Final = core_of(schema)
SOON: Final = 5.0
A_WHILE: Final = 0.3
"""Seconds in which what comes has come, where tests look every 20 ms."""


class Following:
    """The messages of one subscription."""

    def __init__(self, messages: AsyncIterator[Any]) -> None:
        self._messages = messages
        self._next: asyncio.Task[Any] | None = None

    async def message(self) -> dict[str, Any]:
        """Wait for the next message and return its data."""
        response = await self.response()
        assert "errors" not in response, response["errors"]
        data: dict[str, Any] = response["data"]
        return data

    async def response(self) -> dict[str, Any]:
        """Wait for the next message, whatever it is."""
        async with asyncio.timeout(SOON):
            result = await self._ask()
        self._next = None
        errors = [top_level(error, "req_1") for error in result.errors or ()]
        return {"data": result.data} | ({"errors": errors} if errors else {})

    async def codes(self) -> list[str]:
        """Return the codes of the next message's errors; none where no message comes."""
        if await self.is_silent():
            return []
        response = await self.response()
        return [error["extensions"]["code"] for error in response.get("errors", ())]

    async def is_silent(self) -> bool:
        """Tell whether no message comes for a while."""
        await asyncio.wait([self._ask()], timeout=A_WHILE)
        return not self._ask().done()

    async def is_over(self) -> bool:
        """Tell whether the subscription ends."""
        try:
            async with asyncio.timeout(SOON):
                await self._ask()
        except StopAsyncIteration:
            return True
        return False

    def _ask(self) -> asyncio.Task[Any]:
        if self._next is None:
            self._next = asyncio.ensure_future(cast("Any", anext(self._messages)))
        return self._next

    async def close(self) -> None:
        if self._next:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)


async def _messages(
    subscription: Subscription, context: Context, variables: dict[str, Any]
) -> AsyncGenerator[ExecutionResult, None]:
    begun = await subscription.begin(context, variables)
    if isinstance(begun, ExecutionResult):
        yield begun
        return
    async with aclosing(begun):
        async for message in begun:
            yield message


@asynccontextmanager
async def following(
    database: Database,
    caller: Caller,
    text: str,
    *,
    clock: Clock | None = None,
    ask_again: Callable[[], Awaitable[Caller]] | None = None,
    **variables: Any,
) -> AsyncIterator[Following]:
    """Subscribe as a caller."""
    document = parse(text)
    assert validate(CORE, document) == []
    (operation,) = document.definitions
    notifier = Notifier(database, seconds=0.02)
    context = Context(
        caller=caller,
        clock=clock or StoppedClock(NOW),
        gateways={},
        mailer=cast("Any", None),
        database=database,
        notifier=notifier,
        buckets=cast("Any", None),
        settings=None,
        ask_again=ask_again,
    )
    subscription = Subscription(CORE, document, cast("OperationDefinitionNode", operation))
    async with aclosing(_messages(subscription, context, variables)) as messages:
        followed = Following(messages)
        try:
            yield followed
        finally:
            await followed.close()
    await notifier.close()
