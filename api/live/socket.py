"""One WebSocket: who is at the other end, what is under way for them, and how much they may do."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack, aclosing, suppress
from typing import Any, Final

import orjson
from graphql import OperationType
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from api import asked
from api.asked import Asked
from api.authentication import new_request_id
from api.dependencies import solved_context
from api.limits import Allowance
from api.live import protocol
from api.live.following import follow
from api.live.protocol import Closed, Code, Complete, Init, Ping, Subscribe
from api.logs import note
from api.negotiation import Refused
from api.operations import Operation, Operations, Printed, failed, printed
from db.errors import BadRequest, Fault, NotSignedIn, Unavailable
from schema.context import Context
from schema.errors import InvalidRequest, Unexpected, top_level

logger = logging.getLogger(__name__)

INIT_SECONDS: Final = 3.0
_LONGEST_REASON: Final = 123  # bytes: a close frame has no room for more


class Socket:
    """Speaks graphql-transport-ws with one client."""

    init_seconds = INIT_SECONDS

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["app"].state
        self._scope = scope
        self._receive = receive
        self._send = send
        self._operations: Operations = state.graphql.operations
        self._presence = state.presence
        self._in_flight = state.in_flight
        self._most = state.settings.socket_operations
        self._allowance = Allowance(state.settings.socket_messages)
        self._has_init = False
        self._introduced: Context | None = None
        """What it was let in with; each operation finds out anew who asks."""
        self._is_closed = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._closing: asyncio.Task[None] | None = None
        self._staying = ExitStack()

    async def serve(self) -> None:
        """Answer the client's messages until one of us closes."""
        loop = asyncio.get_running_loop()
        late = loop.call_later(self.init_seconds, self._hang_up_if_unknown)
        restart = self._hanging_up(Code.RESTART, "The server restarts: connect again.")
        self._staying.enter_context(self._presence.staying(self._scope, restart))
        try:
            while (frame := await self._receive())["type"] == "websocket.receive":
                if not self._is_closed:
                    await self._take(frame)
        finally:
            late.cancel()
            self._is_closed = True
            self._staying.close()
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _take(self, frame: Message) -> None:
        if not self._allowance.take():
            await self._close(Code.TOO_MANY, "Too many messages.")
            return
        try:
            await self._handle(protocol.read(frame))
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except Exception:
            logger.exception("a message over WebSocket could not be handled")
            await self._close(Code.INTERNAL, "Something went wrong on our side.")

    async def _handle(self, message: protocol.Message) -> None:
        match message:
            case Init():
                await self._introduce(message)
            case Subscribe():
                await self._subscribe(message)
            case Complete() if message.id in self._running:
                self._running.pop(message.id).cancel()
            case Ping():
                more = {} if message.payload is None else {"payload": message.payload}
                await self._say("pong", **more)
            case _:  # a pong, or the end of what has ended already
                pass

    async def _introduce(self, message: Init) -> None:
        if self._has_init:
            raise Closed(Code.TOO_MANY, "Too many initialisation requests.")
        self._has_init = True
        self._scope = {**self._scope, "headers": protocol.headers(self._scope["headers"], message)}
        try:
            async with self._presence.arrivals:
                context = await solved_context(self._connection())
        except NotSignedIn as fault:
            raise Closed(Code.FORBIDDEN, str(fault)) from None
        except Unavailable as fault:
            raise Closed(Code.TRY_AGAIN_LATER, str(fault)) from None
        ended = self._hanging_up(Code.FORBIDDEN, "Your session has ended.")
        self._staying.enter_context(self._presence.signed_in(context, ended))
        self._introduced = context
        await self._say("connection_ack")

    async def _subscribe(self, message: Subscribe) -> None:
        if self._introduced is None:
            raise Closed(Code.UNAUTHORIZED, "Unauthorized")
        if message.id in self._running:
            raise Closed(Code.DUPLICATE, f"Subscriber for {message.id} already exists")
        if len(self._running) >= self._most:
            fault = BadRequest(f"A WebSocket runs at most {self._most} operations at once.")
            await self._refuse(message.id, fault, self._connection())
            return
        task = asyncio.create_task(self._perform(message, self._introduced))
        self._running[message.id] = task
        task.add_done_callback(lambda done: self._forget(message.id, done))

    def _forget(self, id: str, task: asyncio.Task[None]) -> None:
        if self._running.get(id) is task:
            del self._running[id]

    async def _perform(self, message: Subscribe, introduced: Context) -> None:
        """Run an operation, and send what comes of it."""
        connection = self._connection()
        try:
            wanted = asked.read(message.payload)
            operation = await self._operations.find(wanted, introduced)
            if operation.kind is OperationType.SUBSCRIPTION:
                await self._follow(message.id, operation, wanted, connection)
            else:
                await self._answer(message.id, operation, wanted, connection)
        except NotSignedIn as fault:
            await self._close(Code.FORBIDDEN, str(fault))
        except Refused as refused:
            await self._refuse(message.id, BadRequest(str(refused)), connection)
        except (InvalidRequest, Fault) as error:
            await self._refuse(message.id, error, connection)
        except Exception:
            logger.exception("request %s failed", connection.scope["state"]["request_id"])
            await self._refuse(message.id, Unexpected(), connection)

    async def _answer(
        self, id: str, operation: Operation, wanted: Asked, connection: HTTPConnection
    ) -> None:
        async with self._in_flight.place(lambda: operation.rank):
            context = await solved_context(connection)
            result = await self._operations.run(operation, wanted.variables, context)
        shown = printed(result, context)
        _log(operation, connection)
        if shown.has_data:
            await self._say("next", id=id, payload=shown.body)
            await self._say("complete", id=id)
        else:
            await self._say("error", id=id, payload=shown.body["errors"])

    async def _follow(
        self, id: str, operation: Operation, wanted: Asked, connection: HTTPConnection
    ) -> None:
        """Send the messages of a subscription, each made when the one before it was taken."""
        _log(operation, connection)
        async with self._presence.arrivals:
            context = await solved_context(connection)
        with context.database.used():
            messages = await follow(self._operations, operation, wanted, context, connection)
            if isinstance(messages, Printed):
                await self._say("error", id=id, payload=messages.body["errors"])
                return
            async with aclosing(messages):
                async for shown in messages:
                    if _is_last(shown):
                        _check_session(shown)
                        await self._say("error", id=id, payload=shown.body["errors"])
                        return
                    await self._say("next", id=id, payload=shown.body)
        await self._say("complete", id=id)

    async def _refuse(
        self, id: str, error: InvalidRequest | Fault, connection: HTTPConnection
    ) -> None:
        request_id = connection.scope["state"]["request_id"]
        errors = [top_level(each, request_id) for each in failed(error).errors or ()]
        await self._say("error", id=id, payload=errors)

    def _connection(self) -> HTTPConnection:
        """Make what an operation comes by: as the socket, and with a request id of its own."""
        state = {"request_id": new_request_id()}
        return HTTPConnection({**self._scope, "state": state})

    async def _say(self, type: str, **more: Any) -> None:
        if not self._is_closed:
            text = orjson.dumps({"type": type, **more}).decode()
            with suppress(OSError):  # the client has left
                await self._send({"type": "websocket.send", "text": text})

    async def _close(self, code: Code, reason: str) -> None:
        if not self._is_closed:
            self._is_closed = True
            clipped = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
            with suppress(OSError):
                await self._send({"type": "websocket.close", "code": code, "reason": clipped})

    def _hanging_up(self, code: Code, reason: str) -> Callable[[], None]:
        def hang_up() -> None:
            self._closing = asyncio.create_task(self._close(code, reason))

        return hang_up

    def _hang_up_if_unknown(self) -> None:
        if not self._has_init:
            self._hanging_up(Code.INIT_TIMEOUT, "Connection initialisation timeout")()


def _is_last(shown: Printed) -> bool:
    return shown.body.get("data") is None


def _check_session(shown: Printed) -> None:
    """Part with those who could follow at first, and are no longer signed in.

    :raises NotSignedIn: they are not.
    """
    if "UNAUTHENTICATED" in shown.codes:
        raise NotSignedIn("Your session has ended.")


def _log(operation: Operation, connection: HTTPConnection) -> None:
    fields = {
        "operation": operation.label,
        "document": operation.document.label,
        "over": "websocket",
        "request": connection.scope["state"]["request_id"],
    }
    note(logger, operation.kind.value, fields)
