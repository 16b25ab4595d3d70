"""HTTP on the wire: what a client may cost before its request is there, and after it is answered.

uvicorn alone waits for ever: for a head, for a body, for a client that does not read its answer.
Here a request arrives within its time and its size or is refused, and the application is not
bothered before all of it is there: no place among the requests in flight waits for a network.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

import httptools
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.answering import Whole
from api.app import Application
from api.graphql import refused
from api.heads import announced_length, check_head, check_size
from api.negotiation import Refused
from api.request import MOST_BODY_BYTES, too_large
from api.stalling import StallWatch

MOST_WAITING: Final = 100
"""Requests that one connection may send before the first of them is answered."""

_FEW_WAITING: Final = 16
"""While no more than these wait we go on reading: it is how we notice that the client hangs up."""
_MOST_RAW_BODY_BYTES: Final = 8 * MOST_BODY_BYTES
"""A body with the signs of its chunks, their extensions and what trails behind them."""


class Protocol(HttpToolsProtocol):
    """One connection: requests that arrive in time, answers that are taken in time."""

    arrival_seconds = 10.0
    """How long a request may take to arrive, from its first byte to its last."""
    linger_seconds = 2.0
    """How long we listen on after the last answer: closed at once, it could be lost."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_whole = True  # nothing has begun to arrive, or all of it is there
        self._is_head = False
        self._is_deaf = False  # what still comes in is thrown away
        self._chunk = 0
        self._received = 0
        self._fault: Refused | None = None
        self._held: tuple[RequestResponseCycle, ASGIApp] | None = None
        self._running: RequestResponseCycle | None = None
        self._arrival: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        self._stall = StallWatch()
        self._lingering: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch_arrival()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell it to the request that is worked on; uvicorn tells only the newest one."""
        self._unwatch_arrival()
        self._unset_keepalive_if_required()
        self._stall.forget()
        if self._lingering:
            self._lingering.cancel()
        self._held = None
        self.pipeline.clear()
        if self._running and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_deaf:
            return
        self._chunk = len(data)
        self._received += len(data)
        try:
            self.parser.feed_data(data)
            self._check_what_is_there()
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse(self._fault or Refused(400, "This is no request in HTTP/1.1."))
        except Refused as fault:
            self._refuse(fault)
        if self._is_deaf or self._is_worked_on():
            self._unwatch_arrival()
        else:
            self._watch_arrival()

    def on_response_complete(self) -> None:
        if self.pipeline:
            super().on_response_complete()  # which takes up the next
        else:
            self.server_state.total_requests += 1
            if self._is_deaf:
                return
            if not self.transport.is_closing():
                self.flow.resume_reading()
                self._be_idle()
        if self.transport.is_closing():
            self._stall.watch(self.transport)

    # The request, as the parser comes upon it

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_whole = False
        self._is_head = True
        self._received = self._chunk

    def on_headers_complete(self) -> None:
        try:
            self._check_head()
        except Refused as fault:
            self._fault = fault  # the parser makes an error of its own of it
            raise
        self._is_head = False
        if self.parser.should_upgrade():
            self.scope["method"] = self.parser.get_method().decode()
            return
        super().on_headers_complete()
        self.headers = self.headers.copy()  # what trails behind the body is not of the head
        if len(self.pipeline) <= _FEW_WAITING:
            self.flow.resume_reading()

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self._held:
            self.flow.resume_reading()

    def on_message_complete(self) -> None:
        self._is_whole = True
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self._chunk = 0  # the next request has only a part of it
        if self._held:
            held, self._held = self._held, None
            self._start_asgi_task(*held)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Start the application, or hold the request back until it is whole."""
        if cycle is self.cycle and not (self._is_whole or self._is_deaf):
            self._held = cycle, app
        else:
            self._running = cycle
            super()._start_asgi_task(cycle, cast("Any", Whole(app, cycle)))

    def _check_head(self) -> None:
        if len(self.pipeline) >= MOST_WAITING:
            raise Refused(400, f"At most {MOST_WAITING} requests may wait on one connection.")
        if self.parser.get_method() == b"CONNECT":
            raise Refused(405, "This is no proxy.", Allow="GET, POST")
        check_head(self.url, self.headers, self.parser.get_http_version())

    def _check_what_is_there(self) -> None:
        """Look at a request that has arrived in part.

        :raises Refused: that much is too much.
        """
        if self._is_whole:
            return
        if self._is_head:
            check_size(self._received)
        elif max(len(self.cycle.body), announced_length(self.headers)) > MOST_BODY_BYTES:
            raise too_large()
        elif self._received > _MOST_RAW_BODY_BYTES:
            raise Refused(413, "The chunks of the body are too small.")
        elif self._held and self.cycle.waiting_for_100_continue:
            self.cycle.waiting_for_100_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    # The end, in words

    def _refuse(self, fault: Refused) -> None:
        """Answer what is arriving, after all that came before it, and hear nothing more."""
        self._is_deaf = True
        cycle = self.cycle if not (self._is_whole or self._is_head) else self._new_cycle()
        cycle.keep_alive = False
        cycle.more_body = False
        cycle.transport = cast("asyncio.Transport", _LastAnswer(self.transport, self._linger))
        application = cast("Application", self.config.app)
        answer = cast("Any", application.around(_Refusal(fault)))
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline[0] = cycle, answer
        elif cycle is not self.cycle and self.cycle and not self.cycle.response_complete:
            self.pipeline.appendleft((cycle, answer))
        else:
            self._held = None
            self._start_asgi_task(cycle, answer)
        self.cycle = cycle
        self.flow.resume_reading()

    def _new_cycle(self) -> RequestResponseCycle:
        """Begin an answer to what has no complete head."""
        if self._is_whole:
            super().on_message_begin()
        nothing: Any = {"method": "GET", "path": "", "raw_path": b"", "query_string": b""}
        return RequestResponseCycle(
            scope=cast("Any", nothing | cast("Any", self.scope)),
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )

    def _upgrade(self, rest: bytes) -> None:
        """Become a WebSocket. Any other upgrade that is offered is none: we go on in HTTP/1.1."""
        if not self._should_upgrade():
            self.parser = httptools.HttpRequestParser(self)
            self.data_received(self._head_without_upgrade() + rest)
        elif self.scope["method"] != "GET":
            self._refuse(Refused(405, "A WebSocket is opened with GET.", Allow="GET"))
        elif self.cycle and not self.cycle.response_complete:
            self._refuse(Refused(400, "A WebSocket is opened when all else is answered."))
        else:
            self._is_deaf = True
            self._unset_keepalive_if_required()
            self.handle_websocket_upgrade()

    def _head_without_upgrade(self) -> bytes:
        kept = [each for each in self.headers if each[0] not in {b"upgrade", b"connection"}]
        first = b"%s %s HTTP/1.1\r\n" % (self.scope["method"].encode(), self.url)
        return first + b"".join(b"%s: %s\r\n" % each for each in kept) + b"\r\n"

    def _linger(self) -> None:
        """Close so that the last answer is not lost to what the client is still sending."""
        if not self.transport.is_closing():
            self.transport.write_eof()
            self._lingering = self.loop.call_later(self.linger_seconds, self.transport.abort)

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
            self._stall.watch(self.transport)

    # The time that all this takes

    def _is_worked_on(self) -> bool:
        return self._is_whole and self.cycle is not None and not self.cycle.response_complete

    def _be_idle(self) -> None:
        """Wait for another request, for so long.

        uvicorn starts a timer with each answer and stops it with each request. Ours goes on, and
        looks at its end how long nothing has come.
        """
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self.timeout_keep_alive)

    def _look_again(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def timeout_keep_alive_handler(self) -> None:
        self.timeout_keep_alive_task = None
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if not self._is_whole or self._is_worked_on():
            return  # it is idle again when that is answered
        if left > 0:
            self._look_again(left)
        else:
            self._close()

    def _watch_arrival(self) -> None:
        if self._arrival is None:
            self._arrival = self.loop.call_later(self.arrival_seconds, self._is_late)

    def _unwatch_arrival(self) -> None:
        if self._arrival:
            self._arrival.cancel()
            self._arrival = None

    def _is_late(self) -> None:
        self._arrival = None
        if self.flow.read_paused:  # it is we who do not read
            self._watch_arrival()
        elif self._is_whole:
            self._close()
        else:
            seconds = f"{self.arrival_seconds:g}"
            self._refuse(Refused(408, f"The request did not arrive within {seconds} seconds."))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall.watch(self.transport)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stall.forget()


class _LastAnswer:
    """The transport of the last answer on a connection, which is closed with care."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close


class _Refusal:
    """An application that answers one thing."""

    def __init__(self, fault: Refused) -> None:
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await refused(Request(scope), self._fault)
        await response(scope, receive, send)
