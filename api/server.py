"""One web process: the app behind uvicorn, on a port that the supervisor has opened."""

import argparse
import asyncio
import gc
import resource
import socket
from contextlib import suppress
from ipaddress import IPv4Network, ip_network
from types import FrameType
from typing import Any

import uvicorn

from api import logs
from api.app import create_app
from api.dying import die_where
from api.environment import load
from api.lifeline import Line
from api.protocol import Protocol
from api.settings import Settings
from api.sockets import WebSocket

KEEP_ALIVE_SECONDS = 75  # above the 60 of the usual proxies, so that it is they who hang up
GRACE_SECONDS = 25
WEBSOCKET_MESSAGE_BYTES = 65_536
_MAPPED_BITS = 96  # of an IPv6 address in which an IPv4 address follows
COLLECT_AFTER = (10_000, 20, 20)
"""New objects (net) before the young are looked at, and how often the older ones are."""


class Server(uvicorn.Server):
    """A server that says it is going before it goes."""

    def __init__(self, app: Any, settings: Settings, line: Line) -> None:
        self.app = app
        self.line = line
        self.drain_seconds = settings.drain_seconds
        self.loop: asyncio.AbstractEventLoop | None = None
        super().__init__(configuration(app, settings))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            _spare_the_collector()
            self.line.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Be not ready first; close the port when the load balancer has had time to notice."""
        del sig, frame
        self.app.state.draining = True
        if self.loop is None:
            self._exit()
        else:
            self.loop.call_soon_threadsafe(self.loop.call_later, self.drain_seconds, self._exit)

    def _exit(self) -> None:
        self.app.state.presence.close()
        self.should_exit = True


def configuration(app: Any, settings: Settings) -> uvicorn.Config:
    """Say how uvicorn is to serve the app."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=Protocol,
        ws=WebSocket,
        lifespan="on",
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,  # the app logs its requests itself
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=as_seen(settings.forwarded_allow_ips),
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=WEBSOCKET_MESSAGE_BYTES,
        ws_per_message_deflate=False,
    )


def as_seen(proxies: str) -> str:
    """Name proxies as the system does, which writes IPv4 in IPv6 where we listen in both.

    >>> as_seen("10.1.2.3/8, ::1"), as_seen("*")
    ('10.0.0.0/8,::ffff:10.0.0.0/104,::1/128', '*')
    """
    seen = []
    for name in map(str.strip, proxies.split(",")):
        known = None if name == "*" else ip_network(name, strict=False)
        seen.append(str(known or name))
        if isinstance(known, IPv4Network):
            seen.append(f"::ffff:{known.network_address}/{known.prefixlen + _MAPPED_BITS}")
    return ",".join(seen)


def _spare_the_collector() -> None:
    """Leave what stays for the process's life out of garbage collection, and collect less often.

    The schema alone is some hundred thousand objects, which would be looked through again and
    again: a pause of tens of milliseconds each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _allow_connections() -> None:
    """Take as many open sockets as the system lets us have: most systems begin with 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # where "as many as you like" is not meant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(server: Server, listener: socket.socket) -> None:
    beating = asyncio.create_task(server.line.beat())
    try:
        await server.serve([listener])
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


def main() -> int:
    """Serve until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--line", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    arguments = parser.parse_args()
    line = Line(arguments.line)
    settings = load()
    _allow_connections()
    if settings.crash_file:
        die_where(settings.crash_file)
    server = Server(create_app(settings), settings, line)
    logs.configure(settings, gathering=True)
    listener = socket.socket(fileno=arguments.listener)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, listener))
    return 0 if server.started else 1


if __name__ == "__main__":
    raise SystemExit(main())
