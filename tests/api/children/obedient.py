"""A process that does as it is told."""

import argparse
import asyncio
import os
import signal
import sys

from api.lifeline import Line


async def live(line: Line) -> None:
    """Be ready, and end at SIGTERM."""
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    beating = asyncio.create_task(line.beat())
    line.ready()
    await stopping.wait()
    beating.cancel()


def line() -> Line:
    """Take up the line, and say on it who we are."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--line", type=int, required=True)
    sys.stderr.write(f"{os.getpid()}\n")
    return Line(parser.parse_args().line)


if __name__ == "__main__":
    asyncio.run(live(line()))
