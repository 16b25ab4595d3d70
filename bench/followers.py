"""`python -m bench.followers`: what it costs that many follow their orders, each over a WebSocket.

Printed are the memory of a subscription (SUB-3), the server's CPU time while nothing happens, and
how long it takes until a change of every order has reached everybody.
"""

import asyncio
import hashlib
import os
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Annotated, Any, Final, cast
from uuid import UUID

import asyncpg
import orjson
import typer

from bench import cores, ground
from bench.ground import Ground
from bench.load import BadAnswer
from bench.starting import SHOP, Running, started
from db import ids

_AT_ONCE: Final = 50
_QUIET_SECONDS: Final = 10.0
_PATIENCE_SECONDS: Final = 60.0
_NEXT: Final = b'"type":"next"'
_ERROR: Final = b'"type":"error"'
_PING: Final = b"\x89\x04"
_PONG: Final = b"\x8a\x84\0\0\0\0"
_CLOSE: Final = b"\x88"
_FOLLOW: Final = """subscription($id: ID!) { orderUpdated(orderId: $id) {
  order { id number status version } event { kind } } }"""
_HANDSHAKE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
_ORDERS: Final = """
SELECT s.access_hash, min(o.id::text) FROM session s JOIN orders o ON o.user_id = s.user_id
 WHERE s.access_hash = ANY($1) GROUP BY s.access_hash
"""
_RENEW: Final = "UPDATE orders SET updated_at = $2 WHERE id = ANY($1::uuid[])"
"""Orders that were final long ago are followed no more."""
_CHANGE: Final = """
WITH changed AS (
    UPDATE orders SET version = version + 1 WHERE id = ANY($1::uuid[]) RETURNING id
)
INSERT INTO event (id, topic, subject, payload, occurred_at)
SELECT gen_random_uuid(), 'ORDER_UPDATED', '', jsonb_build_object('orderId', e.order_id), $3
  FROM unnest($1::uuid[], $2::text[]) AS e(id, order_id) JOIN changed USING (id)
"""


def frame(message: Mapping[str, Any]) -> bytes:
    """Write a message as a masked frame; the mask is zero, which leaves the text as it is."""
    text = orjson.dumps(message)
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack("!H", len(text))  # noqa: PLR2004
    return b"\x81" + size + b"\0\0\0\0" + text


class Follower(asyncio.Protocol):
    """One WebSocket, as cheap as can be: it counts messages and reads none."""

    def __init__(self, token: str, order_id: str) -> None:
        payload = {"query": _FOLLOW, "variables": {"id": order_id}}
        self._words = [
            frame({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}),
            frame({"type": "subscribe", "id": "1", "payload": payload}),
        ]
        self._wanted: asyncio.Future[None] | None = None
        self.messages = 0
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(_HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        if self._words and (b"101 Switching" in data or b"connection_ack" in data):
            self._transport.write(self._words.pop(0))
        if (ping := data.find(_PING)) >= 0:
            self._transport.write(_PONG + data[ping + 2 : ping + 6])
        self.messages += data.count(_NEXT)
        if _ERROR in data or data[:1] == _CLOSE:
            self._fail(data)
        if self._wanted and not self._wanted.done() and self.messages >= self._least:
            self._wanted.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._fail(repr(exc).encode())

    def _fail(self, answer: bytes) -> None:
        if self._wanted and not self._wanted.done():
            self._wanted.set_exception(BadAnswer(answer.decode(errors="replace")))

    async def has(self, messages: int) -> None:
        """Wait until so many messages have come."""
        if self.messages < messages:
            self._least = messages
            self._wanted = asyncio.get_running_loop().create_future()
            await self._wanted


async def measure(stand: Ground, running: Running, many: int) -> None:
    """Let many follow, and print what it costs."""
    orders = await _orders(stand)
    before = cores.resident_bytes(running.process)
    began = time.monotonic()
    followers = await _gather(running.port, orders, many)
    held = cores.resident_bytes(running.process) - before
    _say(f"{many} follow, connected in {time.monotonic() - began:.1f} s")
    _say(f"memory: {before / 2**20:.0f} MB, and {held / many / 1024:.1f} KB a subscription")
    spent = cores.cpu_seconds(running.process)
    await asyncio.sleep(_QUIET_SECONDS)
    spent = cores.cpu_seconds(running.process) - spent
    _say(f"nothing happens: {1000 * spent / _QUIET_SECONDS:.1f} ms of CPU a second")
    for number in (2, 3):
        began, spent = time.monotonic(), cores.cpu_seconds(running.process)
        await _change(stand, [order for _, order in orders])
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*(follower.has(number) for follower in followers))
        spent = cores.cpu_seconds(running.process) - spent
        _say(
            f"a change of all orders reached everybody in {time.monotonic() - began:.2f} s, "
            f"{1e6 * spent / many:.0f} us of CPU each"
        )
    _say(f"lost connections: {sum(follower.is_lost for follower in followers)}")


async def _orders(stand: Ground) -> list[tuple[str, str]]:
    """Give each token an order of its customer."""
    by_hash = {hashlib.sha256(token.encode()).digest(): token for token in stand.tokens}
    connection = await asyncpg.connect(stand.url)
    try:
        rows = await connection.fetch(_ORDERS, list(by_hash))
        await connection.execute(_RENEW, [row[1] for row in rows], datetime.now(UTC))
    finally:
        await connection.close()
    return [(by_hash[row[0]], row[1]) for row in rows]


async def _gather(port: int, orders: Sequence[tuple[str, str]], many: int) -> list[Follower]:
    loop = asyncio.get_running_loop()
    followers = []
    for start in range(0, many, _AT_ONCE):
        some = []
        for number in range(start, min(start + _AT_ONCE, many)):
            token, order = orders[number % len(orders)]
            follower = Follower(token, _typeid(order))
            await loop.create_connection(lambda made=follower: made, "127.0.0.1", port)  # type: ignore[misc]
            some.append(follower)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.gather(*(follower.has(1) for follower in some))
        followers += some
    return followers


async def _change(stand: Ground, orders: Sequence[str]) -> None:
    connection = await asyncpg.connect(stand.url)
    try:
        typeids = [_typeid(order) for order in orders]
        await connection.execute(_CHANGE, orders, typeids, datetime.now(UTC))
    finally:
        await connection.close()


def _typeid(order: str) -> str:
    return ids.encode("order", UUID(order))


def _say(line: str) -> None:
    print(line, file=sys.stdout, flush=True)  # noqa: T201


def main(many: Annotated[int, typer.Option(help="How many follow.", min=1)] = 2_000) -> None:
    """Measure what followers cost."""
    chosen = cores.choose()
    os.sched_setaffinity(0, {chosen.asking})
    with ExitStack() as around:
        data = around.enter_context(ground.folder())
        stand = asyncio.run(ground.prepared(around.enter_context(ground.server(data)), data))
        log = data / "followers.log"
        running = around.enter_context(started(SHOP, stand, chosen.serving, log))
        asyncio.run(measure(stand, running, many))


if __name__ == "__main__":
    typer.run(main)
