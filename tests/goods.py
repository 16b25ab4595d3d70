"""Goods for tests, and a shop that sells them: a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, cast
from uuid import UUID

from strawberry.utils.str_converters import to_camel_case

from db import catalog, ids, shop, stock
from db.access import Caller
from db.base import execute, fetch_value
from db.catalog import Product, ProductStatus, Variant, VariantFields
from db.discounts import Discount, DiscountKind
from db.money import Money
from db.orders.models import Order, OrderStatus
from db.stock import Adjustment, StockReason

EARLIER: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""When the goods of a test were made and published."""

ADDRESS: Final = {
    "name": "Ada Lovelace",
    "line1": "1 Analytical Way",
    "city": "Berlin",
    "postal_code": "10115",
    "country_code": "DE",
}
JSON_ADDRESS: Final = {to_camel_case(name): value for name, value in ADDRESS.items()}
"""The same, as clients send it."""


async def make_shop(
    *,
    currency: str = "EUR",
    prices_include_tax: bool = True,
    countries: Sequence[str] = ("DE", "FR", "US"),
    rates: Sequence[tuple[str, str | None, str, int]] = (("DE", None, "standard", 190_000),),
) -> None:
    """Open a shop, with rates of (country, region, tax class, millionths)."""
    await shop.install(
        name="Tradepost",
        currency=currency,
        prices_include_tax=prices_include_tax,
        time_zone="Europe/Berlin",
        countries=list(countries),
        now=EARLIER,
    )
    for country, region, tax_class, rate in rates:
        await shop.TaxRate.create(
            name="VAT", country_code=country, region=region, tax_class=tax_class, rate=rate
        )


async def make_method(
    *,
    name: str = "Parcel",
    price: int = 490,
    free_from: int | None = None,
    countries: Sequence[str] = (),
    tax_class: str = "standard",
    active: bool = True,
) -> UUID:
    """Make a way to ship."""
    method = await shop.ShippingMethod.create(
        name=name,
        price=price,
        free_from=free_from,
        countries=list(countries),
        tax_class=tax_class,
        active=active,
    )
    return method.id


async def make_discount(
    code: str = "SPRING", *, percent: int | None = None, amount: int | None = None, **fields: Any
) -> UUID:
    """Make a discount: millionths off, or cents off, or else free shipping."""
    kinds = {DiscountKind.PERCENT: percent, DiscountKind.AMOUNT: amount}
    kind = next((kind for kind, value in kinds.items() if value), DiscountKind.FREE_SHIPPING)
    made = await Discount.create(
        code=code, kind=kind, percent=percent, amount=amount, created_at=EARLIER, **fields
    )
    return made.id


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
        opening = Adjustment(variant.id, on_hand, StockReason.RECEIVED)
        await stock.adjust(
            caller=Caller.system("tests"), now=EARLIER, changes=[opening], claim=None
        )
        await execute("DELETE FROM event")
    return variant.id


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


async def add_product(
    title: str = "Tea light",
    *,
    variants: Sequence[VariantFields] = (),
    published_at: datetime | None = EARLIER,
    now: datetime = EARLIER,
    **fields: Any,
) -> UUID:
    """Add a product by the verbs, so that it can be searched; unpublished with a time of None."""
    clerk = Caller.system("tests")
    outcome = await catalog.create_product(
        caller=clerk,
        now=now,
        fields=cast("catalog.ProductFields", {"title": title, **fields}),
        variants=variants or [a_variant()],
    )
    product_id = UUID(outcome.ids["product"])
    if published_at is not None:
        await catalog.set_product_status(
            caller=clerk,
            now=now,
            id=product_id,
            status=ProductStatus.PUBLISHED,
            publish_at=published_at,
            if_version=1,
        )
    return product_id


def a_variant(sku: str | None = None, price: int = 1000, **fields: Any) -> VariantFields:
    """Say what a new variant is made of."""
    made: dict[str, Any] = {"sku": sku or ids.encode("sku", ids.new())}
    made["price"] = Money(price, "EUR")
    return cast("VariantFields", made | fields)
