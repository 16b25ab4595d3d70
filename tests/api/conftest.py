"""The app, serving toys."""

from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI

from api import dependencies
from api.graphql import Endpoint
from db.mail import Mail
from tests.client import Client
from tests.schema import toys


@dataclass
class NotedMailer:
    """Keeps what it was given; the toys note in it what became of them."""

    mails: list[Mail] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.mails.append(mail)


@pytest.fixture
def mailer() -> NotedMailer:
    return NotedMailer()


@pytest.fixture
def toy_app(app: FastAPI, mailer: NotedMailer) -> FastAPI:
    """The whole app, with the toys in the place of the shop."""
    app.state.graphql = Endpoint(toys.SCHEMA)
    app.dependency_overrides[dependencies.mailer] = lambda: mailer
    return app


@pytest.fixture
def toy_client(toy_app: FastAPI) -> Client:
    return Client(toy_app)
