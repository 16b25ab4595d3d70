"""The bare floor: what an answer costs where there is nothing but what it takes.

Two or three statements, dictionaries and orjson, right behind uvicorn. No GraphQL is parsed: the
operation's name says which function answers. Nothing is checked, limited, logged or masked.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from bench.servers.launch import database_url, serve

Answer = dict[str, Any]

_PAGE: Final = """
    SELECT id, title, slug, description FROM product
     WHERE status = 'PUBLISHED' AND published_at <= $1
     ORDER BY published_at DESC, id DESC LIMIT 24"""
_PRODUCT: Final = """
    SELECT id, title, slug, description FROM product
     WHERE slug = $1 AND status = 'PUBLISHED' AND published_at <= $2"""
_VARIANTS: Final = """
    SELECT product_id, sku, title, price, on_hand - reserved
      FROM variant JOIN stock ON stock.variant_id = variant.id
     WHERE product_id = ANY($1) AND active ORDER BY product_id, position, id"""
_CUSTOMER: Final = """
    SELECT users.id FROM session JOIN users ON users.id = session.user_id
     WHERE access_hash = $1 AND access_expires_at > $2 AND users.status = 'ACTIVE'"""
_ORDERS: Final = """
    SELECT id, number, status, placed_at, total FROM orders WHERE user_id = $1
     ORDER BY coalesce(placed_at, created_at) DESC, id DESC LIMIT 20"""
_LINES: Final = """
    SELECT order_id, title, quantity, total FROM order_line
     WHERE order_id = ANY($1) ORDER BY order_id, position, id"""


class Floor:
    """An ASGI application."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: asyncpg.Pool
        self._currency = ""
        self._answers: Mapping[str, Callable[[Answer, bytes], Awaitable[Answer | None]]] = {
            "Nothing": self._nothing,
            "Page": self._page,
            "Product": self._product,
            "Orders": self._orders,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        message = await receive()
        body = message["body"]
        while message["more_body"]:
            message = await receive()
            body += message["body"]
        asked = orjson.loads(body)
        token = dict(scope["headers"]).get(b"authorization", b"")
        data = await self._answers[asked["operationName"]](asked["variables"], token)
        printed = orjson.dumps({"data": data})
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"application/json"),
                    (b"content-length", str(len(printed)).encode()),
                ],
            }
        )
        await send({"type": "http.response.body", "body": printed})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(self._url, min_size=2, max_size=10, reset=_nothing)
        self._currency = await self._pool.fetchval("SELECT currency FROM shop")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _nothing(self, variables: Answer, token: bytes) -> Answer:
        del variables, token
        return {"__typename": "Query"}

    async def _page(self, variables: Answer, token: bytes) -> Answer:
        del variables, token
        async with self._pool.acquire() as connection:
            products = await connection.fetch(_PAGE, datetime.now(UTC))
            rows = await connection.fetch(_VARIANTS, [row[0] for row in products])
        variants: dict[UUID, list[Answer]] = {row[0]: [] for row in products}
        for product_id, sku, _, price, available in rows:
            variants[product_id].append(
                {"sku": sku, "price": self._money(price), "inStock": available > 0}
            )
        nodes = [
            {"title": title, "slug": slug, "description": description, "variants": variants[id_]}
            for id_, title, slug, description in products
        ]
        return {"products": {"nodes": nodes}}

    async def _product(self, variables: Answer, token: bytes) -> Answer:
        del token
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(_PRODUCT, variables["slug"], datetime.now(UTC))
            if row is None:
                return {"product": None}
            rows = await connection.fetch(_VARIANTS, [row[0]])
        variants = [
            {
                "sku": sku,
                "title": title,
                "price": self._money(price),
                "availableQuantity": min(available, 10),
            }
            for _, sku, title, price, available in rows
        ]
        _, title, slug, description = row
        product = {"title": title, "slug": slug, "description": description, "variants": variants}
        return {"product": product}

    async def _orders(self, variables: Answer, token: bytes) -> Answer:
        del variables
        async with self._pool.acquire() as connection:
            digest = hashlib.sha256(token.removeprefix(b"Bearer ")).digest()
            customer = await connection.fetchval(_CUSTOMER, digest, datetime.now(UTC))
            if customer is None:
                return {"viewer": None}
            orders = await connection.fetch(_ORDERS, customer)
            rows = await connection.fetch(_LINES, [row[0] for row in orders])
        lines: dict[UUID, list[Answer]] = {row[0]: [] for row in orders}
        for order_id, title, quantity, total in rows:
            lines[order_id].append(
                {"title": title, "quantity": quantity, "total": self._money(total)}
            )
        nodes = [
            {
                "number": number,
                "status": status,
                "placedAt": placed_at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
                "totals": {"total": self._money(total)},
                "lines": lines[id_],
            }
            for id_, number, status, placed_at, total in orders
        ]
        return {"viewer": {"orders": {"nodes": nodes}}}

    def _money(self, minor: int) -> Answer:
        return {"amount": f"{minor // 100}.{minor % 100:02}", "currencyCode": self._currency}


async def _nothing(_: object) -> None:
    """Leave a connection as it is: nothing here sets anything for its session."""


if __name__ == "__main__":
    serve(Floor(database_url()))
