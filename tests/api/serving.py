"""An app behind our own uvicorn, in this process, and a client that speaks to it byte by byte."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI

from api.protocol import Protocol
from api.server import configuration

HEADERS = b"Host: shop.test\r\nContent-Type: application/json\r\n"
PATIENCE_SECONDS = 5.0


def post(query: str, *more: bytes) -> bytes:
    """Write a GraphQL request as it is on the wire."""
    return post_bytes(orjson.dumps({"query": query}), *more)


def post_bytes(body: bytes, *more: bytes) -> bytes:
    """Write a POST with any body."""
    head = b"".join([HEADERS, *more, b"Content-Length: %d\r\n" % len(body)])
    return b"POST /graphql HTTP/1.1\r\n%s\r\n%s" % (head, body)


@dataclass
class Answer:
    """A response, taken apart."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def message(self) -> str:
        """The message of its only error, whose form is that of all errors."""
        (error,) = self.json["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert error["extensions"]["requestId"] == self.headers["x-request-id"]
        return str(error["message"])


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, seconds: float = PATIENCE_SECONDS) -> Answer:
        """Read one response, with all of its body."""
        async with asyncio.timeout(seconds):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
            return Answer(int(first.split()[1]), headers, body)

    async def ask(self, data: bytes) -> Answer:
        """Send something and read the answer."""
        await self.send(data)
        return await self.answer()

    async def is_closed(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait for the other side to hang up; tell whether it did, without another word."""
        try:
            async with asyncio.timeout(seconds):
                return await self.reader.read() == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    async def hang_up(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


@dataclass
class Served:
    """An app that is being served, and the connections to it."""

    port: int
    wires: list[Wire] = field(default_factory=list)

    async def dial(self, raw: socket.socket | None = None) -> Wire:
        """Connect; over a socket that is connected already, where one is given."""
        where: dict[str, Any] = {"sock": raw} if raw else {"host": "127.0.0.1", "port": self.port}
        wire = Wire(*await asyncio.open_connection(**where))
        self.wires.append(wire)
        return wire

    async def hang_up(self) -> None:
        for wire in self.wires:
            await wire.hang_up()


@asynccontextmanager
async def served(app: FastAPI, http: type[Protocol] = Protocol) -> AsyncIterator[Served]:
    """Serve an app as production does."""
    config = configuration(app, app.state.settings)
    config.port, config.lifespan, config.http = 0, "off", http
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    shop = Served(server.servers[0].sockets[0].getsockname()[1])
    try:
        yield shop
    finally:
        await shop.hang_up()
        server.should_exit = True
        await serving
