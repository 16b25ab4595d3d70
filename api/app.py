"""The application: made from settings, with nothing global."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.datastructures import State
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api import gateway_events, gateways, graphql, health
from api.documents import Policy
from api.envelope import Envelope
from api.explorer import serving
from api.explorer.building import Build
from api.explorer.serving import Explorer
from api.graphql import Door, Endpoint, refused
from api.health import Vitals
from api.limits import InFlight
from api.live.entrance import Entrance
from api.live.presence import Presence
from api.mail import LoggedMailer
from api.negotiation import Refused
from api.settings import Settings
from db import secrets, users
from db.clock import DatabaseClock
from db.config import Database
from db.errors import Fault
from db.events import Notifier
from db.limits import Buckets, Rate, Rates
from schema import root

Around = Callable[[ASGIApp], ASGIApp]


class Parts(State):
    """What the app is made of. Starlette's own state looks for each part in Python."""

    __setattr__ = object.__setattr__  # type: ignore[assignment]
    __delattr__ = object.__delattr__


class Application(FastAPI):
    """FastAPI, with GraphQL answered in front of it.

    FastAPI goes through eight layers, finds a route and works its dependencies out anew for each
    request, which takes several times as long as a small query. Only where a dependency is
    overridden it has to.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.state = Parts()
        self.front: ASGIApp | None = None
        self.around: Around = Envelope
        """Puts around an answer what goes around each: also around those that never come here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_graphql = scope["type"] == "http" and scope["path"] == graphql.PATH
        if is_graphql and self.front and not self.dependency_overrides:
            scope["app"] = self
            await self.front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Make the application that these settings describe. It opens its database when it starts."""
    app = Application(
        title="Tradepost",
        summary="What is not GraphQL: the state of the server.",
        lifespan=_lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # asked for at each request
        docs_url=None,
        redoc_url=None,
    )
    state = app.state
    state.settings = settings
    state.database = Database(
        settings.database_url or "", pool_min=settings.pool_min, pool_max=settings.pool_max
    )
    state.notifier = Notifier(state.database)
    state.clock = DatabaseClock()
    state.mailer = LoggedMailer()
    state.vitals = Vitals()
    state.buckets = Buckets(rates(settings))
    state.graphql = Endpoint(root.schema, _policy(settings), compiled=settings.compiled)
    state.in_flight = InFlight(settings.requests_in_flight)
    state.presence = Presence(settings.sockets, most_of_one=settings.sockets_per_address)
    app.include_router(graphql.router)
    app.include_router(health.router)
    app.include_router(gateway_events.router)
    _explore(app, settings)
    if settings.introspection:
        app.add_api_route(
            "/schema.graphql", _sdl, response_class=PlainTextResponse, tags=["schema"]
        )
    for kind in (Refused, Fault):
        app.add_exception_handler(kind, refused)
    app.add_middleware(Entrance, path=graphql.PATH)
    app.around = partial(_around, settings=settings)
    app.add_middleware(app.around)
    app.front = app.around(Door())
    return app


def _around(app: ASGIApp, settings: Settings) -> ASGIApp:
    if settings.cors_origins:
        app = CORSMiddleware(app, **_origins(settings))
    return Envelope(app)


def _policy(settings: Settings) -> Policy:
    return Policy(
        introspection=settings.introspection,
        trusted=settings.trusted_documents,
        only_trusted=settings.trusted_documents_only,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    database: Database = app.state.database
    secrets.install(secrets.Keyring(settings.secret_key))
    users.install_hasher(
        users.Hasher(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
    )
    users.install_guesses(
        users.Guesses.of(
            per_account=settings.failures_per_account, per_address=settings.failures_per_address
        )
    )
    await database.open()
    try:
        with database.used():
            await app.state.clock.synchronize()
        async with (
            gateways.opened(settings) as opened,
            app.state.vitals.watched(database, app.state.clock, opened),
            app.state.buckets.settled(database, app.state.clock),
        ):
            app.state.gateways = opened
            yield
            await app.state.graphql.operations.finish()
            await app.state.notifier.close()
    finally:
        await database.close()


def rates(settings: Settings) -> Rates:
    """Say how much each kind of caller may do in a shop with these settings."""
    minute = timedelta(minutes=1)
    return Rates(
        guest=Rate(settings.guest_points, minute),
        user=Rate(settings.user_points, minute),
        api_key=Rate(settings.api_key_points, minute),
        checkout=Rate(settings.checkouts_per_minute, minute),
        document=Rate(settings.new_document_characters, minute),
    )


def _explore(app: FastAPI, settings: Settings) -> None:
    app.state.explorer = None
    if settings.explorer:
        app.state.explorer = Explorer(Build(), says_why=not settings.is_production)
        app.include_router(serving.router)


def _origins(settings: Settings) -> dict[str, Any]:
    """Say to pages of which origins answers are shown."""
    return {
        "allow_origins": settings.cors_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["Authorization", "Content-Type", "Guest-Token", "X-Request-Id"],
        "expose_headers": ["X-Request-Id", "Retry-After"],
    }


async def _sdl() -> str:
    """The GraphQL schema, in its own language."""
    return root.sdl()
