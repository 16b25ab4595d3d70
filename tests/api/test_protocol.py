"""What is on the wire before a request is one, and after it is answered: real sockets, our time."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import Response

from api.heads import MOST_HEADER_BYTES, MOST_HEADERS, MOST_URL_BYTES
from api.listening import listen
from api.negotiation import GRAPHQL, JSON, media_type
from api.protocol import MOST_WAITING, Protocol
from api.server import configuration
from api.settings import Settings
from api.stalling import StallWatch
from tests.api.running import free_port
from tests.api.serving import HEADERS, Served, Wire, post, post_bytes, served

ARRIVAL_SECONDS = 0.4
TYPENAME = {"__typename": "Query"}
BIG = 40_000_000


class Hasty(Protocol):
    """The protocol, in a hurry."""

    arrival_seconds = ARRIVAL_SECONDS
    linger_seconds = 0.3


class Closing(Protocol):
    """The protocol, which keeps nobody for long who asks for nothing."""

    idle_seconds = 0.5

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.timeout_keep_alive = self.idle_seconds  # type: ignore[assignment]


@pytest.fixture
async def shop(toy_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """The toys, served in a hurry, and one thing that is big."""
    monkeypatch.setattr(StallWatch, "seconds", ARRIVAL_SECONDS)

    @toy_app.get("/big")
    async def big() -> Response:
        return Response(bytes(BIG))

    async with served(toy_app, Hasty) as shop:
        yield shop


async def trickle(wire: Wire, data: bytes) -> None:
    """Send a byte at a time, ever so slowly, until nobody listens."""
    with contextlib.suppress(ConnectionError):
        for each in data:
            await wire.send(bytes([each]))
            await asyncio.sleep(0.05)


class TestASlowClient:
    @pytest.mark.parametrize(
        "head",
        [
            b"POST /graphql HT",
            b"GET /health HTTP/1.1\r\nHost: shop.test\r\n",
            b"GET /graphql?query={__typename} HTTP/1.1\r\nHost: shop.test\r\nX-A",
            b"POST /graphql HTTP/1.1\r\n%sContent-Length: 90\r\n\r\n{" % HEADERS,
            b"POST /health HTTP/1.1\r\n%sContent-Length: 90\r\n\r\n" % HEADERS,
            b"GET /graphql HTTP/1.1\r\n%sContent-Length: 5\r\n\r\n" % HEADERS,
            b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n5\r\n{" % HEADERS,
            b"GET /graphql HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: up",
        ],
    )
    async def test_is_told_so_and_sent_away(self, shop: Served, head: bytes) -> None:
        wire = await shop.dial()
        answer = await wire.ask(head)
        assert answer.status == 408
        assert "did not arrive within" in answer.message
        assert answer.headers["connection"] == "close"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert await wire.is_closed()

    @pytest.mark.parametrize(
        "request_",
        [
            b"GET /health HTTP/1.1\r\nHost: shop.test\r\nX-Slow: " + b"a" * 100,
            post_bytes(b"x" * 500)[:200],
            b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HEADERS
            + b"1\r\n{\r\n" * 50,
        ],
    )
    async def test_gains_nothing_by_sending_a_byte_now_and_then(
        self, shop: Served, request_: bytes
    ) -> None:
        wire = await shop.dial()
        trickling = asyncio.create_task(trickle(wire, request_))
        assert (await wire.answer(ARRIVAL_SECONDS * 3)).status == 408
        await wire.hang_up()
        await trickling

    @pytest.mark.parametrize("said", [b"", b"\r\n\r\n"])
    async def test_that_says_nothing_is_sent_away_without_a_word(
        self, shop: Served, said: bytes
    ) -> None:
        wire = await shop.dial()
        await wire.send(said)
        assert await wire.is_closed(ARRIVAL_SECONDS * 3)

    async def test_is_slow_in_its_second_request_too(self, shop: Served) -> None:
        wire = await shop.dial()
        assert (await wire.ask(post("{ __typename }"))).json["data"] == TYPENAME
        assert (await wire.ask(post("{ __typename }")[:-5])).status == 408
        assert await wire.is_closed()

    async def test_may_be_idle_between_its_requests(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.ask(post("{ __typename }"))
        await asyncio.sleep(ARRIVAL_SECONDS * 2)
        assert (await wire.ask(post("{ __typename }"))).json["data"] == TYPENAME

    async def test_that_is_answered_meanwhile_is_not_hurried(self, shop: Served) -> None:
        wire = await shop.dial()
        answer = await wire.ask(post("mutation { toySlow(seconds: 0.9) { said } }"))
        assert answer.status == 200

    async def test_does_not_stop_a_good_one_even_in_a_crowd(
        self, shop: Served, toy_app: FastAPI
    ) -> None:
        crowd = await asyncio.gather(*(shop.dial() for _ in range(300)))
        for number, wire in enumerate(crowd):
            await wire.send(post("{ __typename }")[: 20 + number % 80])
        good = await shop.dial()
        async with asyncio.timeout(ARRIVAL_SECONDS):
            assert (await good.ask(post("{ __typename }"))).json["data"] == TYPENAME
        answers = await asyncio.gather(*(wire.answer() for wire in crowd))
        assert {answer.status for answer in answers} == {408}


class TestAClientThatDoesNotRead:
    @pytest.fixture
    async def deaf(self, shop: Served) -> AsyncIterator[Wire]:
        """A client whose system takes as little as it can."""
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", shop.port))
        wire = await shop.dial(raw)
        wire.writer.transport.pause_reading()  # type: ignore[attr-defined]
        yield wire
        wire.writer.transport.abort()

    @pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
    async def test_is_cut_off(self, deaf: Wire, more: bytes) -> None:
        await deaf.send(b"GET /big HTTP/1.1\r\nHost: shop.test\r\n%s\r\n" % more)
        await asyncio.sleep(ARRIVAL_SECONDS * 3)
        deaf.writer.transport.resume_reading()  # type: ignore[attr-defined]
        with contextlib.suppress(ConnectionResetError):
            assert len(await deaf.reader.read(BIG)) < BIG


class TestAHead:
    async def refused(self, shop: Served, first: bytes, *headers: bytes) -> tuple[int, str]:
        wire = await shop.dial()
        head = b"\r\n".join([first, b"Host: shop.test", *headers])
        answer = await wire.ask(head + b"\r\n\r\n")
        assert await wire.is_closed()
        return answer.status, answer.message

    async def test_has_a_url_of_so_many_bytes(self, shop: Served) -> None:
        url = b"/graphql?query=" + b"a" * MOST_URL_BYTES
        status, message = await self.refused(shop, b"GET %s HTTP/1.1" % url)
        assert status == 414
        assert message == "A URL has at most 8,000 bytes: use POST."

    async def test_has_so_many_headers(self, shop: Served) -> None:
        headers = [b"X-%d: a" % number for number in range(MOST_HEADERS)]
        status, message = await self.refused(shop, b"GET /health HTTP/1.1", *headers)
        assert status == 431
        assert message == "A request has at most 100 headers."

    async def test_has_headers_of_so_many_bytes(self, shop: Served) -> None:
        header = b"X-Big: " + b"a" * (MOST_HEADER_BYTES + 1)
        status, message = await self.refused(shop, b"GET /health HTTP/1.1", header)
        assert status == 431
        assert message == "A header has at most 8,000 bytes."

    async def test_has_so_many_bytes_in_all(self, shop: Served) -> None:
        headers = [b"X-%d: %s" % (number, b"a" * 7_000) for number in range(5)]
        status, message = await self.refused(shop, b"GET /health HTTP/1.1", *headers)
        assert status == 431
        assert message == "The head of a request has at most 32,000 bytes."

    async def test_that_never_ends_is_refused_on_the_way(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(b"GET /health HTTP/1.1\r\nHost: shop.test\r\nX-Big: ")
        for _ in range(8):
            await wire.send(b"a" * 8_000)
            await asyncio.sleep(0.01)
        assert (await wire.answer(0.3)).status == 431

    @pytest.mark.parametrize("hosts", [b"", b"Host: a.test\r\nHost: b.test\r\n"])
    async def test_has_one_host(self, shop: Served, hosts: bytes) -> None:
        wire = await shop.dial()
        answer = await wire.ask(b"GET /health HTTP/1.1\r\n%s\r\n" % hosts)
        assert (answer.status, answer.message) == (400, "A request has one Host header.")

    @pytest.mark.parametrize("name", ["Authorization", "Content-Type", "Guest-Token"])
    @pytest.mark.parametrize("first", [b"POST /graphql", b"GET /graphql?query={__typename}"])
    async def test_has_each_of_these_once(self, shop: Served, first: bytes, name: str) -> None:
        once = b"%s: application/json\r\n" % name.encode()
        head = b"%s HTTP/1.1\r\nHost: a\r\n%s%s\r\n" % (first, once, once.upper())
        answer = await (await shop.dial()).ask(head)
        assert (answer.status, answer.message) == (
            400,
            f"A request has at most one {name} header.",
        )

    async def test_of_a_websocket_has_each_of_these_once(self, shop: Served) -> None:
        twice = b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"
        answer = await (await shop.dial()).ask(
            b"GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"%s\r\n" % twice
        )
        assert answer.status == 400

    @pytest.mark.parametrize("lines", [(JSON, GRAPHQL), (GRAPHQL, JSON), (f"{JSON};q=0.1", "*/*")])
    async def test_may_say_in_several_lines_what_is_accepted(
        self, shop: Served, lines: tuple[str, str]
    ) -> None:
        accept = b"".join(b"Accept: %s\r\n" % each.encode() for each in lines)
        get = b"GET /graphql?query={__typename} HTTP/1.1\r\nHost: a\r\n%s\r\n" % accept
        expected = f"{media_type(', '.join(lines))}; charset=utf-8"
        for request in (post("{ __typename }", accept), get, b"PUT" + get[3:]):
            answer = await (await shop.dial()).ask(request)
            assert answer.headers["content-type"] == expected

    async def test_in_http_1_0_needs_no_host(self, shop: Served) -> None:
        wire = await shop.dial()
        answer = await wire.ask(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert answer.status == 200
        assert await wire.is_closed()


class TestABody:
    async def test_too_large_is_refused_while_it_is_still_being_sent(self, shop: Served) -> None:
        wire = await shop.dial()
        sending = asyncio.create_task(wire.send(post_bytes(bytes(20_000_000))))
        answer = await wire.answer()
        assert answer.status == 413
        assert answer.message == "A request has at most 100,000 bytes."
        with contextlib.suppress(ConnectionError):
            await sending

    @pytest.mark.parametrize("path", [b"/graphql", b"/health", b"/nowhere"])
    async def test_announced_too_large_is_not_waited_for(self, shop: Served, path: bytes) -> None:
        wire = await shop.dial()
        head = b"POST %s HTTP/1.1\r\n%sContent-Length: 100001\r\n\r\n"
        assert (await wire.ask(head % (path, HEADERS))).status == 413

    async def test_in_chunks_is_held_to_the_same_size(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HEADERS)
        for _ in range(12):
            await wire.send(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
        assert (await wire.answer(ARRIVAL_SECONDS / 2)).status == 413

    async def test_in_crumbs_is_refused(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HEADERS)
        for _ in range(10):
            await wire.send(b"1;%s\r\n{\r\n" % (b"x" * 90_000))
            await asyncio.sleep(0)
        answer = await wire.answer()
        assert (answer.status, answer.message) == (413, "The chunks of the body are too small.")

    async def test_of_almost_the_most_is_taken_though_it_comes_in_pieces(
        self, shop: Served
    ) -> None:
        body = b'{"query": "{ __typename }", "more": "%s"}' % (b"x" * 99_000)
        request = post_bytes(body)
        wire = await shop.dial()
        for start in range(0, len(request), 9_000):
            await wire.send(request[start : start + 9_000])
            await asyncio.sleep(0.01)
        assert (await wire.answer()).json["data"] == TYPENAME

    async def test_is_asked_for_where_the_client_waits_to_be_asked(self, shop: Served) -> None:
        request = post("{ __typename }", b"Expect: 100-continue\r\n")
        head, body = request.split(b"\r\n\r\n")
        wire = await shop.dial()
        assert (await wire.ask(head + b"\r\n\r\n")).status == 100
        assert (await wire.ask(body)).json["data"] == TYPENAME

    async def test_hands_no_header_in_behind_it(self, shop: Served) -> None:
        wire = await shop.dial()
        answer = await wire.ask(
            b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n"
            b'1b\r\n{"query": "{ __typename }"}\r\n0\r\nX-Request-Id: smuggled\r\n\r\n' % HEADERS
        )
        assert answer.json["data"] == TYPENAME
        assert answer.headers["x-request-id"] != "smuggled"

    async def test_that_stops_short_is_nobodys_work(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(post("mutation { toySlow(seconds: 0) { said } }")[:-3])
        await wire.hang_up()


class TestRequestsInARow:
    async def test_are_answered_in_their_order(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(
            post("mutation { toySlow(seconds: 0.1) { said } }") + post("{ __typename }") * 30
        )
        assert (await wire.answer()).json["data"]["toySlow"]
        assert [(await wire.answer()).json["data"] for _ in range(30)] == [TYPENAME] * 30

    async def test_are_answered_before_the_bad_one_among_them(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(
            post("mutation { toySlow(seconds: 0.1) { said } }")
            + b"NONSENSE\r\n\r\n"
            + post("{ x }")
        )
        assert (await wire.answer()).json["data"]["toySlow"]
        assert (await wire.answer()).status == 400
        assert await wire.is_closed()

    async def test_are_answered_before_the_slow_one_among_them(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(post("{ __typename }") + post("{ __typename }")[:-1])
        assert (await wire.answer()).json["data"] == TYPENAME
        assert (await wire.answer()).status == 408

    async def test_may_not_be_too_many(self, shop: Served) -> None:
        wire = await shop.dial()
        await wire.send(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n" * (MOST_WAITING + 50))
        statuses = [(await wire.answer()).status for _ in range(MOST_WAITING + 2)]
        assert statuses == [200] * (MOST_WAITING + 1) + [400]
        assert await wire.is_closed()


class TestAnUpgrade:
    HEAD = b"%s /graphql HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: %s\r\n%s\r\n"

    async def test_to_http_2_is_not_made_and_nothing_is_lost(self, shop: Served) -> None:
        """As the HTTP client of Java offers it with every request."""
        wire = await shop.dial()
        request = post("{ __typename }", b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")
        for pieces in ([request], [request[:-9], request[-9:]], [request * 2], []):
            for piece in pieces:
                await wire.send(piece)
                await asyncio.sleep(0.05)
            for _ in range(sum(map(len, pieces)) // len(request)):
                assert (await wire.answer()).json["data"] == TYPENAME

    @pytest.mark.parametrize(
        ("method", "headers", "status"),
        [
            (b"GET", b"", 400),
            (b"GET", b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n", 400),
            (b"POST", b"Sec-WebSocket-Version: 13\r\nContent-Length: 0\r\n", 405),
            (b"GET", b"%s: %s\r\n" % (b"X" * 7_000, b"a" * 7_000), 431),
        ],
    )
    async def test_to_a_websocket_that_is_none_is_refused(
        self, shop: Served, method: bytes, headers: bytes, status: int
    ) -> None:
        wire = await shop.dial()
        assert (await wire.ask(self.HEAD % (method, b"websocket", headers))).status == status
        assert await wire.is_closed()


class TestAConnection:
    async def test_is_closed_when_it_was_idle_for_long_enough_since_its_last_answer(
        self, toy_app: FastAPI
    ) -> None:
        async with served(toy_app, Closing) as shop:
            wire = await shop.dial()
            for said in ("{ __typename }", "mutation { toySlow(seconds: 0.7) { said } }") * 2:
                await asyncio.sleep(Closing.idle_seconds * 0.6)
                assert (await wire.ask(post(said))).status == 200
            answered = time.monotonic()
            assert await wire.is_closed(Closing.idle_seconds * 4)
            assert time.monotonic() - answered > Closing.idle_seconds * 0.9

    def test_may_be_idle_for_longer_than_a_proxy_keeps_it(self, toy_app: FastAPI) -> None:
        assert configuration(toy_app, toy_app.state.settings).timeout_keep_alive == 75

    async def test_whose_other_end_went_without_a_word_is_found_out_by_the_system(self) -> None:
        with listen(Settings(port=free_port())) as listener:
            client = socket.create_connection(listener.getsockname())
            server, _ = listener.accept()
            with client, server:
                assert server.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                if hasattr(socket, "TCP_USER_TIMEOUT"):
                    timeout = server.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                    assert 0 < timeout <= 60_000
