"""Goods for tests: a test names only what it is about."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from db import ids
from db.access import Caller
from db.base import atomically, execute, fetch_value
from db.catalog.models import Product, ProductStatus, Variant
from db.orders.models import Order, OrderStatus
from db.stock.models import Stock, StockMovementKind, StockReason
from db.stock.movements import Movement, book

EARLIER: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""When the goods of a test were made and published."""


async def make_product(
    *, title: str = "Tea light", status: ProductStatus = ProductStatus.PUBLISHED
) -> UUID:
    """Make a product without variants, which shoppers see."""
    product = await Product.create(
        slug=ids.encode("p", ids.new()),
        title=title,
        status=status,
        published_at=EARLIER if status is ProductStatus.PUBLISHED else None,
        price_min=0,
        price_max=0,
        created_at=EARLIER,
        updated_at=EARLIER,
    )
    return product.id


async def make_variant(
    *,
    product_id: UUID | None = None,
    sku: str | None = None,
    title: str = "Red",
    price: int = 1000,
    tax_class: str = "standard",
    on_hand: int = 100,
    active: bool = True,
    track_stock: bool = True,
    low_at: int | None = None,
) -> UUID:
    """Make a variant that can be bought, of a product of its own, with its opening movement."""
    variant = await Variant.create(
        product_id=product_id or await make_product(),
        sku=sku or ids.encode("sku", ids.new()),
        title=title,
        price=price,
        tax_class=tax_class,
        active=active,
        track_stock=track_stock,
        low_at=low_at,
        created_at=EARLIER,
    )
    if on_hand and track_stock:
        await atomically(lambda: _receive(variant.id, on_hand))
    return variant.id


async def _receive(variant_id: UUID, on_hand: int) -> None:
    await Stock.filter(variant_id=variant_id).update(on_hand=on_hand)
    opening = Movement(
        variant_id=variant_id,
        on_hand_delta=on_hand,
        reserved_delta=0,
        on_hand=on_hand,
        reserved=0,
        reason=StockReason.RECEIVED,
    )
    system = Caller.system("tests")
    await book(StockMovementKind.ADJUST, [opening], order_id=None, caller=system, now=EARLIER)
    await execute("DELETE FROM event")


async def make_order() -> UUID:
    """Make a PENDING order, without lines, for what needs one to point to."""
    number: int = await fetch_value("SELECT nextval('order_number')")
    order = await Order.create(
        number=str(number),
        status=OrderStatus.PENDING,
        currency="EUR",
        prices_include_tax=True,
        subtotal=0,
        total=0,
        expires_at=datetime(2026, 12, 1, tzinfo=UTC),
        created_at=EARLIER,
        updated_at=EARLIER,
    )
    return order.id
