"""Tradepost as it is shipped: one process in production's settings, its limits raised.

Two things differ from `tradepost run`: there is no supervisor or worker beside it, and the `fake`
gateway is open, which no production may have.
"""

import argparse
import asyncio
import os
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from api import logs
from api.app import create_app
from api.lifeline import Line
from api.server import Server
from api.settings import MOST_POINTS, Settings
from bench import sampling
from bench.servers.without import WITHOUT

_RAISED: Final[dict[str, Any]] = dict.fromkeys(
    ("guest_points", "user_points", "checkouts_per_minute", "new_document_characters"), MOST_POINTS
) | {"sockets_per_address": 1_000_000}


def settings(**changed: Any) -> Settings:
    """Make production's settings, for the bench's database."""
    return Settings(
        env="production",
        database_url=os.environ["DATABASE_URL"],
        secret_key=os.environ["TRADEPOST_SECRET_KEY"],
        gateways=("fake", "manual"),
        **_RAISED,
        **changed,
    )


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--line", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    parser.add_argument("--profile", type=Path, help="where to write what was running")
    parser.add_argument("--without", choices=WITHOUT, help="a protection to take out")
    parser.add_argument("--interpreted", action="store_true", help="leave it to graphql-core")
    given = parser.parse_args()
    if given.without:
        WITHOUT[given.without]()
    chosen = settings(compiled=not given.interpreted)
    server = Server(create_app(chosen), chosen, Line(given.line))
    logs.configure(chosen, gathering=True)
    listener = socket.socket(fileno=given.listener)
    with ExitStack() as around:
        runner = around.enter_context(asyncio.Runner(loop_factory=server.config.get_loop_factory()))
        if given.profile:
            around.enter_context(sampling.sampled(given.profile))
        runner.run(server.serve([listener]))


if __name__ == "__main__":
    main()
