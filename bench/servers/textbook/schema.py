"""The types, the resolvers, and a loader for each edge."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.fastapi import BaseContext

from bench.servers.textbook import models

MOST_SHOWN = 10


class Context(BaseContext):
    """Who asks, and the loaders of one request."""

    def __init__(self, user: models.User | None, currency: str) -> None:
        super().__init__()
        self.user = user
        self.currency = currency
        self.variants_by_product = DataLoader(load_variants)
        self.stock_by_variant = DataLoader(load_stock)
        self.lines_by_order = DataLoader(load_lines)


Info = strawberry.Info[Context, None]


async def load_variants(ids: Sequence[UUID]) -> list[list[models.Variant]]:
    found = models.Variant.filter(product_id__in=ids, active=True).order_by("position", "id")
    return grouped(await found, "product_id", ids)


async def load_stock(ids: Sequence[UUID]) -> list[models.Stock]:
    found = {one.variant_id: one for one in await models.Stock.filter(variant_id__in=ids)}
    return [found[key] for key in ids]


async def load_lines(ids: Sequence[UUID]) -> list[list[models.OrderLine]]:
    found = models.OrderLine.filter(order_id__in=ids).order_by("position", "id")
    return grouped(await found, "order_id", ids)


def grouped(rows: Iterable[Any], key: str, ids: Sequence[UUID]) -> list[list[Any]]:
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return [groups[each] for each in ids]


@strawberry.type
class Money:
    amount: Decimal
    currency_code: str

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        return cls(amount=Decimal(minor).scaleb(-2), currency_code=currency)


@strawberry.type
class Variant:
    sku: str
    title: str
    row: strawberry.Private[models.Variant]

    @strawberry.field
    def price(self, info: Info) -> Money:
        return Money.of(self.row.price, info.context.currency)

    @strawberry.field
    async def in_stock(self, info: Info) -> bool:
        stock = await info.context.stock_by_variant.load(self.row.id)
        return stock.on_hand > stock.reserved

    @strawberry.field
    async def available_quantity(self, info: Info) -> int:
        stock = await info.context.stock_by_variant.load(self.row.id)
        return min(stock.on_hand - stock.reserved, MOST_SHOWN)


@strawberry.type
class Product:
    title: str
    slug: str
    description: str
    row: strawberry.Private[models.Product]

    @classmethod
    def of(cls, row: models.Product) -> "Product":
        return cls(title=row.title, slug=row.slug, description=row.description, row=row)

    @strawberry.field
    async def variants(self, info: Info) -> list[Variant]:
        rows = await info.context.variants_by_product.load(self.row.id)
        return [Variant(sku=row.sku, title=row.title, row=row) for row in rows]


@strawberry.type
class ProductConnection:
    nodes: list[Product]


@strawberry.enum
class OrderStatus(StrEnum):
    PENDING = "PENDING"
    PLACED = "PLACED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


@strawberry.type
class OrderLine:
    title: str
    quantity: int
    total: Money


@strawberry.type
class Totals:
    total: Money


@strawberry.type
class Order:
    number: str
    status: OrderStatus
    placed_at: datetime | None
    totals: Totals
    row: strawberry.Private[models.Order]

    @classmethod
    def of(cls, row: models.Order) -> "Order":
        return cls(
            number=row.number,
            status=OrderStatus(row.status),
            placed_at=row.placed_at,
            totals=Totals(total=Money.of(row.total, row.currency)),
            row=row,
        )

    @strawberry.field
    async def lines(self, info: Info) -> list[OrderLine]:
        rows = await info.context.lines_by_order.load(self.row.id)
        return [
            OrderLine(
                title=row.title,
                quantity=row.quantity,
                total=Money.of(row.total, self.row.currency),
            )
            for row in rows
        ]


@strawberry.type
class OrderConnection:
    nodes: list[Order]


@strawberry.type
class User:
    row: strawberry.Private[models.User]

    @strawberry.field
    async def orders(self, first: int = 20) -> OrderConnection:
        theirs = models.Order.filter(user_id=self.row.id)
        rows = await theirs.order_by("-placed_at", "-id").limit(first)
        return OrderConnection(nodes=[Order.of(row) for row in rows])


@strawberry.input(one_of=True)
class ProductBy:
    id: strawberry.Maybe[strawberry.ID]
    slug: strawberry.Maybe[str]


@strawberry.type
class Query:
    @strawberry.field
    async def products(self, first: int = 20) -> ProductConnection:
        rows = await on_show().order_by("-published_at", "-id").limit(first)
        return ProductConnection(nodes=[Product.of(row) for row in rows])

    @strawberry.field
    async def product(self, by: ProductBy) -> Product | None:
        wanted = {"slug": by.slug.value} if by.slug else {"id": by.id.value if by.id else None}
        row = await on_show().get_or_none(**wanted)
        return Product.of(row) if row else None

    @strawberry.field
    async def viewer(self, info: Info) -> User | None:
        return User(row=info.context.user) if info.context.user else None


def on_show() -> Any:
    """Choose what shoppers see."""
    return models.Product.filter(status="PUBLISHED", published_at__lte=datetime.now(UTC))
