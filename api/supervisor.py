"""Start the processes, start them again when they die or hang, and stop them all together."""

import asyncio
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from api.lifeline import READY

logger = logging.getLogger("tradepost.supervisor")

START_SECONDS = 60
SILENCE_SECONDS = 20  # an event loop that has not turned for so long never will
STOP_SECONDS = 40  # draining, the grace of the requests under way, and some more
RESTART_PAUSE_SECONDS = 1.0


class ChildFailedError(Exception):
    """A process ended before it was ready: starting it again would end the same."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a process is to do: a module of ours, and the sockets it inherits."""

    name: str
    module: str
    listener: socket.socket | None = None


@dataclass(slots=True)
class Child:
    """One running process and our end of the line to it."""

    role: Role
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def start(cls, role: Role) -> "Child":
        ours, theirs = socket.socketpair()
        with theirs:
            arguments = ["-m", role.module, "--line", str(theirs.fileno())]
            inherited = [theirs.fileno()]
            if role.listener:
                arguments += ["--listener", str(role.listener.fileno())]
                inherited.append(role.listener.fileno())
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *arguments,
                pass_fds=inherited,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor alone
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(role, process, reader, writer)

    async def watch(self) -> None:
        """Return when the process has ended, of itself or because it hung."""
        patience = START_SECONDS
        try:
            while word := await asyncio.wait_for(self.reader.read(64), patience):
                patience = SILENCE_SECONDS
                if READY in word:
                    self.ready.set()
        except TimeoutError:
            logger.error("%s (pid %d) hangs; killed", self.role.name, self.process.pid)  # noqa: TRY400
            self.kill()
        except OSError:  # it went with bytes unread
            pass
        await self.process.wait()

    async def stop(self) -> None:
        """Ask the process to finish its work; end it if it does not."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.kill()
            await self.process.wait()
        self.writer.close()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()


class Supervisor:
    """Keeps one process per role until it is told to stop."""

    def __init__(self, roles: Sequence[Role], on_ready: Callable[[], None]) -> None:
        self.roles = roles
        self.on_ready = on_ready
        self.stopping = asyncio.Event()
        self.waiting = len(roles)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT.

        :raises ChildFailedError: if a process ends before it was ever ready.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stopping.set)
        keepers = [asyncio.create_task(self._keep(role)) for role in self.roles]
        try:
            await asyncio.gather(*keepers)
        finally:
            self.stopping.set()
            await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, role: Role) -> None:
        """Keep a process of this role alive."""
        was_ready = False
        while not self.stopping.is_set():
            child = await Child.start(role)
            started = time.monotonic()
            try:
                ended = asyncio.create_task(child.watch())
                await self._until(ended, child.ready)
                if child.ready.is_set() and not was_ready:
                    was_ready = True
                    self._one_more_ready()
                await self._until(ended, self.stopping)
            finally:
                await child.stop()
                await ended
            if self.stopping.is_set():
                return
            if not was_ready:
                raise ChildFailedError(f"{role.name} did not start (exit {_code(child)}).")
            logger.error("%s (pid %d) ended: %s", role.name, child.process.pid, _code(child))
            pause = RESTART_PAUSE_SECONDS - (time.monotonic() - started)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), max(pause, 0.0))

    async def _until(self, ended: "asyncio.Task[None]", event: asyncio.Event) -> None:
        """Wait for the event, for the child's end or for ours."""
        waits = [asyncio.create_task(event.wait()), asyncio.create_task(self.stopping.wait())]
        await asyncio.wait([ended, *waits], return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _one_more_ready(self) -> None:
        self.waiting -= 1
        if self.waiting == 0:
            self.on_ready()


def _code(child: Child) -> str:
    code = child.process.returncode or 0
    return signal.Signals(-code).name if code < 0 else str(code)
