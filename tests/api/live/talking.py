"""A client of graphql-transport-ws, as the protocol has it and as it has it not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PATIENCE_SECONDS = 5.0


class Talk:
    """One WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.last_words: list[dict[str, Any]] = []
        """What was still said before we were let go."""

    async def send(self, frame: str | bytes) -> None:
        await self.connection.send(frame)

    async def say(self, type: str, **more: Any) -> None:
        await self.send(orjson.dumps({"type": type, **more}).decode())

    async def hear(self) -> dict[str, Any]:
        """Wait for the next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message: dict[str, Any] = orjson.loads(await self.connection.recv())
        return message

    async def is_silent(self, seconds: float = 0.3) -> bool:
        """Tell whether nothing is said for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self.connection.recv()
        except TimeoutError:
            return True
        return False

    async def introduce(self, **payload: Any) -> None:
        """Begin, and wait to be let in."""
        await self.say("connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}

    async def ask(self, query: str, number: str = "1", /, **variables: Any) -> None:
        await self.say("subscribe", id=number, payload={"query": query, "variables": variables})

    async def answer(self, query: str, /, **variables: Any) -> Any:
        """Ask for one answer, and return its data."""
        await self.ask(query, **variables)
        message = await self.hear()
        assert await self.hear() == {"type": "complete", "id": "1"}
        assert (message["type"], message["id"]) == ("next", "1")
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def codes(self) -> list[str]:
        """Wait for an error and return the codes in it."""
        message = await self.hear()
        assert message["type"] == "error", message
        return [each["extensions"]["code"] for each in message["payload"]]

    async def closed(self, seconds: float = PATIENCE_SECONDS) -> tuple[int, str]:
        """Wait until we are let go, and return code and reason."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.last_words.append(orjson.loads(await self.connection.recv()))
        except ConnectionClosed:
            assert self.connection.close_code is not None
            return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def talking(
    port: int, *, subprotocol: str | None = "graphql-transport-ws", **headers: str
) -> AsyncIterator[Talk]:
    """Open a WebSocket."""
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[Subprotocol(subprotocol)] if subprotocol else None,
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        compression=None,
    ) as connection:
        yield Talk(connection)
