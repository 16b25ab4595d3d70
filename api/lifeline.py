"""The child's end of the line to the supervisor: we say that we live, and notice when it dies."""

import asyncio
import contextlib
import os
import socket
import threading

BEAT_SECONDS = 1.0
READY = b"R"
BEAT = b"."
ORPHANED = 1


class Line:
    """A socket whose other end the supervisor holds."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        threading.Thread(target=self._listen, daemon=True).start()

    def ready(self) -> None:
        """Tell the supervisor that this child does its work now."""
        self._send(READY)

    async def beat(self) -> None:
        """Tell the supervisor, again and again, that the event loop turns."""
        while True:
            self._send(BEAT)
            await asyncio.sleep(BEAT_SECONDS)

    def _send(self, word: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.send(word, socket.MSG_DONTWAIT)

    def _listen(self) -> None:
        """End this process with the supervisor, even if that was killed: nobody would stop it."""
        with contextlib.suppress(OSError):
            self._socket.recv(1)
        os._exit(ORPHANED)
