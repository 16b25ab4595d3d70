"""Clients that do not take what they asked for: they would keep its memory for ever."""

import asyncio


class StallWatch:
    """Watches what is on its way to a client, and ends the connection where it stands still."""

    seconds = 10.0
    """How often we look whether a client takes what is there for it."""
    least = 10_000
    """How many bytes of it a client has to take in that time."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, transport: asyncio.Transport) -> None:
        """Begin to look."""
        self.forget()
        left = transport.get_write_buffer_size()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.seconds, self._look, transport, left)

    def forget(self) -> None:
        """Look no more."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _look(self, transport: asyncio.Transport, before: int) -> None:
        if before - transport.get_write_buffer_size() < self.least:
            transport.abort()
        else:
            self.watch(transport)
