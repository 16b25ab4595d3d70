"""What reads of the catalog return.

Prices are minor units of the shop's currency, which comes along with each row.
"""

from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import orjson

from db.catalog.models import ProductStatus
from db.rows import Record, column

Pairs: TypeAlias = list[dict[str, str]]
"""``[{"name": "color", "value": "blue"}]``, as attributes and options are kept."""

_CURRENCY: Final = "(SELECT currency FROM shop)"
_PRODUCT: Final = "JOIN product ON product.id = variant.product_id"


class ProductRow(Record):
    """A product. ``media`` is ``[{"url": …, "alt": …, "kind": …}]``, the first is the cover."""

    id: UUID = column("product.id")
    slug: str = column("product.slug")
    title: str = column("product.title")
    description: str = column("product.description")
    status: ProductStatus = column("product.status", ProductStatus)
    published_at: datetime | None = column("product.published_at")
    media: list[dict[str, str]] = column("product.media", orjson.loads)
    attributes: Pairs = column("product.attributes", orjson.loads)
    price_min: int = column("product.price_min")
    price_max: int = column("product.price_max")
    created_at: datetime = column("product.created_at")
    updated_at: datetime = column("product.updated_at")
    version: int = column("product.version")
    currency: str = column(_CURRENCY)


class VariantRow(Record):
    """A variant, with as much of its product as its visibility needs.

    One without a title of its own is called by its options or, without any, like its product.
    """

    id: UUID = column("variant.id")
    product_id: UUID = column("variant.product_id")
    sku: str = column("variant.sku")
    title: str = column(
        """coalesce(nullif(variant.title, ''), (
        SELECT string_agg(option ->> 'value', ' / ' ORDER BY place)
          FROM jsonb_array_elements(variant.options) WITH ORDINALITY AS each(option, place)
        ), product.title)""",
        join=_PRODUCT,
    )
    options: Pairs = column("variant.options", orjson.loads)
    price: int = column("variant.price")
    compare_at_price: int | None = column("variant.compare_at_price")
    tax_class: str = column("variant.tax_class")
    weight_grams: int | None = column("variant.weight_grams")
    active: bool = column("variant.active")
    track_stock: bool = column("variant.track_stock")
    available: int | None = column(
        "CASE WHEN variant.track_stock THEN stock.on_hand - stock.reserved END",
        join="JOIN stock ON stock.variant_id = variant.id",
    )
    """Units to be had; None where stock is not tracked. See the note at ``_HAS_STOCK``."""
    low_at: int | None = column("variant.low_at")
    position: int = column("variant.position")
    version: int = column("variant.version")
    sold_from: int = column(
        """(date_part('epoch', coalesce(
            CASE WHEN variant.active AND product.status = 'PUBLISHED' THEN product.published_at END,
            '9999-12-31 00:00+00')) * 1000000)::bigint""",
        join=_PRODUCT,
    )
    """From when on anyone may buy it, stock aside; in the year 9999: not at all.

    In microseconds since 1970, to be compared with :func:`db.clock.microseconds`: to make a
    datetime of it costs as much as all else that is read of a variant on a page.
    """
    currency: str = column(_CURRENCY)


class CategoryRow(Record):
    """A branch of the tree."""

    id: UUID = column("category.id")
    slug: str = column("category.slug")
    title: str = column("category.title")
    parent_id: UUID | None = column("category.parent_id")
    position: int = column("category.position")
    version: int = column("category.version")
