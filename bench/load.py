"""The load generator: so many connections, each of which asks again as soon as it has its answer.

A bare loop over epoll: it shares its core with PostgreSQL, so what it uses is missed there. What it
used is reported, and what a request costs the server does not depend on it.
"""

import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

PATIENCE_SECONDS: Final = 10.0
_MOST_AT_ONCE: Final = 1 << 18
_OK: Final = b"HTTP/1.1 200"
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class BadAnswer(Exception):
    """A server did not give the answer that it is measured for."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a spell of asking came to."""

    requests: int
    seconds: float
    latencies: list[float] = field(repr=False)
    """Of each request, in seconds, in the order of the answers."""
    body_bytes: int
    own_seconds: float
    """What the generator itself spent on its core."""


@dataclass(slots=True)
class _Line:
    """One connection, and as much of an answer as has come."""

    socket: socket.socket
    asked_at: float = 0.0
    got: bytes = b""

    def ask(self, request: bytes) -> None:
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)


def press(
    port: int, requests: Iterator[bytes], *, proof: bytes, connections: int, seconds: float
) -> Load:
    """Ask for some time, or until there is nothing left to ask; wait for the last answers.

    ``proof`` is in every good answer.

    :raises BadAnswer: an answer is not a good one, or does not come.
    """
    poll = select.epoll()
    lines = {line.socket.fileno(): line for line in _opened(port, connections)}
    for descriptor in lines:
        poll.register(descriptor, select.EPOLLIN)
    try:
        return _press(poll, lines, requests, proof, seconds)
    finally:
        poll.close()
        for line in lines.values():
            line.socket.close()


def _opened(port: int, connections: int) -> Iterator[_Line]:
    for _ in range(connections):
        line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield _Line(line)


def _press(
    poll: select.epoll,
    lines: dict[int, _Line],
    requests: Iterator[bytes],
    proof: bytes,
    spell: float,
) -> Load:
    latencies: list[float] = []
    body_bytes = waiting = 0
    own = time.thread_time()
    began = time.perf_counter()
    end = began + spell
    for line in lines.values():
        if request := next(requests, None):
            line.ask(request)
            waiting += 1
    while waiting:
        ready = poll.poll(PATIENCE_SECONDS)
        if not ready:
            raise BadAnswer(f"No answer came for {PATIENCE_SECONDS:.0f} s.")
        for descriptor, _ in ready:
            line = lines[descriptor]
            length = _received(line, proof)
            if length is None:
                continue
            now = time.perf_counter()
            latencies.append(now - line.asked_at)
            body_bytes += length
            request = next(requests, None) if now < end else None
            if request is None:
                waiting -= 1
            else:
                line.ask(request)
    return Load(
        requests=len(latencies),
        seconds=time.perf_counter() - began,
        latencies=latencies,
        body_bytes=body_bytes,
        own_seconds=time.thread_time() - own,
    )


def _received(line: _Line, proof: bytes) -> int | None:
    """Take in what has come; return the length of the body once it is whole.

    :raises BadAnswer: it is not a good answer.
    """
    chunk = line.socket.recv(_MOST_AT_ONCE)
    if not chunk:
        raise BadAnswer("The server hung up.")
    answer = line.got + chunk if line.got else chunk
    head_end = answer.find(_END_OF_HEAD)
    if head_end < 0 or len(answer) < (end := head_end + 4 + _length(answer[:head_end])):
        line.got = answer
        return None
    line.got = b""
    if not answer.startswith(_OK) or proof not in answer or len(answer) > end:
        raise BadAnswer(answer[:2_000].decode(errors="replace"))
    return end - head_end - 4


def _length(head: bytes) -> int:
    """Read the length of the body; chunked bodies are not for us."""
    lowered = head.lower()
    start = lowered.find(_LENGTH)
    if start < 0:
        raise BadAnswer(f"No content-length: {head.decode(errors='replace')}")
    return int(lowered[start + len(_LENGTH) :].split(b"\r\n", 1)[0])
