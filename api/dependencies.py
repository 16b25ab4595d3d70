"""All that a request needs from outside, and nothing else is: tests override these, and only these.

Each is made from what ``create_app`` put in ``app.state``; GraphQL and REST ask for them alike.
"""

from contextlib import AsyncExitStack
from typing import Annotated, Any, Final, cast

from fastapi import Depends
from fastapi.dependencies.utils import get_dependant, solve_dependencies
from starlette.requests import HTTPConnection

from api.authentication import identify, request_id
from api.settings import Settings
from db.access import Caller
from db.clock import Clock
from db.config import Database
from db.events import Notifier
from db.limits import Buckets
from db.mail import Mailer
from db.payments import Gateways
from schema.context import Context


async def settings(connection: HTTPConnection) -> Settings:
    """The settings of this process."""
    found: Settings = connection.app.state.settings
    return found


async def database(connection: HTTPConnection) -> Database:
    """The database that the request reads and writes."""
    found: Database = connection.app.state.database
    return found


async def clock(connection: HTTPConnection) -> Clock:
    """The one clock: visibility, expiry, tokens, discounts and schedules all go by it."""
    found: Clock = connection.app.state.clock
    return found


async def gateways(connection: HTTPConnection) -> Gateways:
    """The payment gateways of this shop, by name."""
    found: Gateways = connection.app.state.gateways
    return found


async def mailer(connection: HTTPConnection) -> Mailer:
    """What brings mail on its way."""
    found: Mailer = connection.app.state.mailer
    return found


async def notifier(connection: HTTPConnection) -> Notifier:
    """What wakes subscriptions."""
    found: Notifier = connection.app.state.notifier
    return found


async def buckets(connection: HTTPConnection) -> Buckets:
    """How much each caller may do."""
    found: Buckets = connection.app.state.buckets
    return found


async def caller(
    connection: HTTPConnection,
    clock: Annotated[Clock, Depends(clock)],
    database: Annotated[Database, Depends(database)],
) -> Caller:
    """Who asks."""
    return await identify(connection, database, clock)


async def get_context(  # noqa: PLR0917 - FastAPI fills them in by name
    connection: HTTPConnection,
    caller: Annotated[Caller, Depends(caller)],
    clock: Annotated[Clock, Depends(clock)],
    gateways: Annotated[Gateways, Depends(gateways)],
    mailer: Annotated[Mailer, Depends(mailer)],
    database: Annotated[Database, Depends(database)],
    notifier: Annotated[Notifier, Depends(notifier)],
    buckets: Annotated[Buckets, Depends(buckets)],
    settings: Annotated[Settings, Depends(settings)],
) -> Context:
    """The surroundings of one GraphQL operation."""
    return Context(
        caller=caller,
        clock=clock,
        gateways=gateways,
        mailer=mailer,
        database=database,
        notifier=notifier,
        buckets=buckets,
        settings=settings,
        request_id=request_id(connection),
    )


async def context_of(connection: HTTPConnection) -> Context:
    """Make the same of the same parts at once: where nothing is overridden, nothing is solved."""
    parts = connection.app.state
    return Context(
        caller=await identify(connection, parts.database, parts.clock),
        clock=parts.clock,
        gateways=parts.gateways,
        mailer=parts.mailer,
        database=parts.database,
        notifier=parts.notifier,
        buckets=parts.buckets,
        settings=parts.settings,
        request_id=request_id(connection),
    )


_CONTEXT: Final = get_dependant(path="", call=get_context)


async def solved_context(connection: HTTPConnection) -> Context:
    """Make it for an operation that comes by no request of its own, with what is overridden."""
    if not connection.app.dependency_overrides:
        return await context_of(connection)
    async with AsyncExitStack() as stack:
        stacks = {"fastapi_inner_astack": stack, "fastapi_function_astack": stack}
        solved = await solve_dependencies(
            request=cast("Any", HTTPConnection({**connection.scope, **stacks})),
            dependant=_CONTEXT,
            dependency_overrides_provider=connection.app,
            async_exit_stack=stack,
            embed_body_fields=False,
        )
        return await get_context(**solved.values)
