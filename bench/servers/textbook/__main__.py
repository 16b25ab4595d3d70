"""The application: FastAPI, the router, and who asks as a dependency."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import strawberry
from fastapi import Depends, FastAPI, Header, Request
from strawberry.fastapi import GraphQLRouter
from strawberry.schema.config import StrawberryConfig
from tortoise import Tortoise

from bench.servers.launch import database_url, serve
from bench.servers.textbook import models
from bench.servers.textbook.schema import Context, Query

CONFIG = {
    "connections": {"default": f"{database_url()}?minsize=2&maxsize=10"},
    "apps": {"textbook": {"models": ["bench.servers.textbook.models"]}},
    "use_tz": True,
    "timezone": "UTC",
}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the database while we serve."""
    await Tortoise.init(config=CONFIG, _enable_global_fallback=True)
    app.state.currency = (await models.Shop.get()).currency
    yield
    await Tortoise.close_connections()


async def get_user(authorization: Annotated[str, Header()] = "") -> models.User | None:
    """Find out who asks."""
    if not authorization:
        return None
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).digest()
    session = await models.Session.get_or_none(
        access_hash=digest, access_expires_at__gt=datetime.now(UTC), user__status="ACTIVE"
    ).select_related("user")
    return session.user if session else None


async def get_context(
    request: Request, user: Annotated[models.User | None, Depends(get_user)]
) -> Context:
    """Make the surroundings of one request."""
    return Context(user, request.app.state.currency)


def print_instant(value: datetime) -> str:
    """Print an instant as the contract has it."""
    return value.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def main() -> None:
    """Serve until told to stop."""
    date_time = strawberry.scalar(name="DateTime", serialize=print_instant)
    scalars: Any = {datetime: date_time}
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=scalars))
    app = FastAPI(lifespan=lifespan)
    app.include_router(GraphQLRouter(schema, context_getter=get_context), prefix="/graphql")
    serve(app)


main()
