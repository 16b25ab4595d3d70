"""A client of the API, as a test sees one."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Final

import httpx
from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

from api import dependencies
from api.authentication import request_id
from db.access import Caller
from db.clock import Clock
from db.config import Database


@dataclass
class StoppedClock:
    """A clock that shows what the test says."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant


_AS: Final = "test-caller"
_CALLERS: Final[dict[str, Caller]] = {}


async def caller_or_pretended(
    connection: HTTPConnection,
    clock: Annotated[Clock, Depends(dependencies.clock)],
    database: Annotated[Database, Depends(dependencies.database)],
) -> Caller:
    """Take the client for whom the test says, else find out who it is as always."""
    name = connection.headers.get(_AS)
    if name is None:
        return await dependencies.caller(connection, clock, database)
    return replace(_CALLERS[name], request_id=request_id(connection))


@dataclass
class Client:
    """Sends requests to an app over its HTTP edge: as nobody, or as whom the test says."""

    app: FastAPI
    headers: dict[str, str] = field(default_factory=dict)

    def taking(self, caller: Caller) -> "Client":
        """Make a client that the app takes for this caller, without any token."""
        name = str(len(_CALLERS))
        _CALLERS[name] = caller
        return Client(self.app, {_AS: name})

    def holding(self, *, token: str | None = None, guest_token: str | None = None) -> "Client":
        """Make a client that sends these tokens."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        if guest_token:
            headers["guest-token"] = guest_token
        return Client(self.app, headers)

    async def request(self, method: str, path: str = "/graphql", **how: Any) -> httpx.Response:
        """Send any request."""
        transport = httpx.ASGITransport(self.app)
        headers = self.headers | how.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as http:
            return await http.request(method, path, headers=headers, **how)

    async def send(self, query: str, /, **variables: Any) -> httpx.Response:
        """Send a query and return the whole response."""
        return await self.request("POST", json={"query": query, "variables": variables})

    async def ask(self, query: str, /, **variables: Any) -> Any:
        """Send a query that must not fail, and return its data."""
        body = (await self.send(query, **variables)).json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    async def codes(self, query: str, /, **variables: Any) -> list[str]:
        """Send a query and return the codes of its top-level errors."""
        body = (await self.send(query, **variables)).json()
        return [error["extensions"]["code"] for error in body.get("errors", ())]
