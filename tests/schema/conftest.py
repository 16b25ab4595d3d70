"""The toys, run without HTTP and without a database."""

from collections.abc import Awaitable
from typing import Any, cast

import pytest
from graphql import execute, parse, validate

from db.access import Caller
from db.config import Database
from db.events import Notifier
from schema.context import Context
from schema.errors import top_level
from schema.root import core_of
from tests.client import StoppedClock
from tests.conftest import NOW
from tests.schema import toys

CORE = core_of(toys.SCHEMA)


class Play:
    """Runs queries against the toys, as ``caller``."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    async def __call__(self, query: str, /, **variables: Any) -> dict[str, Any]:
        """Return the whole response."""
        document = parse(query)
        assert validate(CORE, document) == []
        context = Context(
            caller=self.caller,
            clock=StoppedClock(NOW),
            gateways={},
            mailer=cast("Any", None),
            database=cast("Database", None),
            notifier=cast("Notifier", None),
            buckets=cast("Any", None),
            settings=None,
            request_id="req_1",
        )
        result = execute(CORE, document, context_value=context, variable_values=variables)
        done = await result if isinstance(result, Awaitable) else result
        return {
            "data": done.data,
            "errors": [top_level(error, "req_1") for error in done.errors or ()],
            "extensions": context.extensions,
        }

    async def data(self, query: str, /, **variables: Any) -> Any:
        """Run a query without errors and return its data."""
        response = await self(query, **variables)
        assert response["errors"] == []
        return response["data"]


@pytest.fixture
def play() -> Play:
    """The toys, for nobody known; ``Play(caller)`` for someone else."""
    toys.BATCHES.clear()
    return Play(Caller.anonymous())
