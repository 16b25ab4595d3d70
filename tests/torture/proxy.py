"""A network between the shop and its database that does what networks do, when a test says so."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

_CHUNK: Final = 65_536
_SLOW_BYTES: Final = 512
_COMMIT: Final = b"COMMIT;\x00"
"""The end of a transaction, as the driver sends it."""


class Weather(Enum):
    """What happens to what is sent."""

    FAIR = auto()
    DELAYED = auto()
    """Everything arrives, a little later."""
    THROTTLED = auto()
    """Everything arrives, in drops."""
    BLACK_HOLE = auto()
    """Connections are accepted; nothing arrives, and nobody says so."""
    REFUSED = auto()
    """Connections end as they begin."""


class Proxy:
    """A TCP proxy before PostgreSQL. ``weather`` is its present mood."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self.weather = Weather.FAIR
        self.delay_seconds = 0.05
        self.cuts_at_commit = 0
        """How many more times the answer to a COMMIT is to be lost."""
        self.last_words = b""
        """What the server is still to hear of all connections that there are, before silence."""
        self.port = 0
        self.lost = 0
        """How many connections were cut."""
        self._age = 0

    @classmethod
    def before(cls, url: str) -> "Proxy":
        """Stand before the server of a database's URL."""
        there = urlsplit(url)
        assert there.hostname
        assert there.port
        return cls(there.hostname, there.port)

    def beyond(self, url: str) -> str:
        """Return the URL of the same database as it is reached through here."""
        return url.replace(f":{urlsplit(url).port}/", f":{self.port}/")

    def forget(self) -> None:
        """Carry nothing any more for the connections that there are, and do not tell."""
        self._age += 1

    def cut(self) -> None:
        """End all connections where they are, in the middle of whatever they say."""
        self._loop.call_soon_threadsafe(self._abort_all)

    @contextmanager
    def listening(self) -> Iterator["Proxy"]:
        """Carry what comes to a port of its own, in a thread of its own, until the block ends."""
        ready = threading.Event()
        thread = threading.Thread(target=self._run, args=(ready,))
        thread.start()
        ready.wait()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._closing.set)
            thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self._listen(ready))

    async def _listen(self, ready: threading.Event) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        ready.set()
        await self._closing.wait()
        server.close()
        while self._open:
            self._abort_all()
            await asyncio.sleep(0.02)

    def _abort_all(self) -> None:
        self.lost += len(self._open) // 2
        for writer in self._open:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather is Weather.REFUSED:
            writer.transport.abort()
            return
        try:
            above, to_above = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, to_above}
        self._open |= both
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, to_above, both, is_asked=True))
                group.create_task(self._carry(above, writer, both, is_asked=False))
        finally:
            self._open -= both

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        both: set[asyncio.StreamWriter],
        *,
        is_asked: bool,
    ) -> None:
        age = self._age
        with suppress(OSError):
            while data := await reader.read(_CHUNK):
                loses_answer = is_asked and self.cuts_at_commit > 0 and _COMMIT in data
                while self._swallows(age):  # noqa: ASYNC110 - the test ends it
                    await asyncio.sleep(0.02)
                await self._carry_through(data, writer)
                if loses_answer:  # the server hears it, and nobody hears the server
                    self.cuts_at_commit -= 1
                    break
                if is_asked and self.last_words and self.last_words in data:
                    self.forget()
        for each in both:
            each.close()

    def _swallows(self, age: int) -> bool:
        is_silent = self.weather is Weather.BLACK_HOLE or age < self._age
        return is_silent and not self._closing.is_set()

    async def _carry_through(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        if self.weather is Weather.DELAYED:
            await asyncio.sleep(self.delay_seconds)
        if self.weather is Weather.THROTTLED:
            for start in range(0, len(data), _SLOW_BYTES):
                writer.write(data[start : start + _SLOW_BYTES])
                await writer.drain()
                await asyncio.sleep(self.delay_seconds / 10)
            return
        writer.write(data)
        await writer.drain()
