"""The load generator counts what is answered, and believes nothing that is not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice

import pytest

from bench.load import BadAnswer, press

REQUEST = b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve each connection in a thread: whatever is asked, ``answer`` says it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=converse, args=(line,), daemon=True).start()

        def converse(line: socket.socket) -> None:
            with line:
                while line.recv(1_000):
                    answer(line)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_each_request_is_counted_once() -> None:
    with answering(lambda line: line.sendall(ANSWER)) as port:
        few = islice(cycle([REQUEST]), 50)
        found = press(port, few, proof=b"good", connections=3, seconds=30)
    assert found.requests == len(found.latencies) == 50
    assert found.body_bytes == 200


def test_there_may_be_fewer_requests_than_connections() -> None:
    with answering(lambda line: line.sendall(ANSWER)) as port:
        found = press(port, iter([REQUEST]), proof=b"good", connections=3, seconds=30)
    assert found.requests == 1


def test_an_answer_may_come_in_pieces() -> None:
    def in_pieces(line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(ANSWER), 7):
            line.sendall(ANSWER[start : start + 7])

    with answering(in_pieces) as port:
        few = islice(cycle([REQUEST]), 20)
        found = press(port, few, proof=b"good", connections=2, seconds=30)
    assert found.requests == 20
    assert found.body_bytes == 80


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\ngood", id="a bad status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad", id="no proof"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="no length"),
        pytest.param(ANSWER + b"more", id="more than was announced"),
    ],
)
def test_a_bad_answer_ends_it(bad: bytes) -> None:
    with answering(lambda line: line.sendall(bad)) as port, pytest.raises(BadAnswer):
        press(port, iter([REQUEST]), proof=b"good", connections=1, seconds=30)


def test_a_server_that_hangs_up_ends_it() -> None:
    def hang_up(line: socket.socket) -> None:
        line.shutdown(socket.SHUT_RDWR)

    with answering(hang_up) as port, pytest.raises(BadAnswer, match="hung up"):
        press(port, iter([REQUEST]), proof=b"good", connections=1, seconds=30)
