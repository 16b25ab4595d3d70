"""Serving what is compared with us, just as we serve: uvicorn on uvloop and httptools."""

import argparse
import asyncio
import os
import socket
from typing import Any, Final

import uvicorn

from api.lifeline import Line

_KEEP_ALIVE_SECONDS: Final = 75  # as `api/server.py`, whose import would bring all of Tradepost


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, line: Line) -> None:
        super().__init__(config)
        self._line = line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._line.ready()


def serve(app: Any) -> None:
    """Serve an application on the socket that we were handed, until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--line", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    given = parser.parse_args()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    server = _Server(config, Line(given.line))
    listener = socket.socket(fileno=given.listener)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve([listener]))


def database_url() -> str:
    """Return the URL of the bench's database."""
    return os.environ["DATABASE_URL"]
