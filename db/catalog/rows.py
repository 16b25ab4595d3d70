"""What reads return: slotted rows, made from a record's columns in their order.

Prices are minor units of the shop's currency, which comes along with each row.
"""

from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Final, Self, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from db.catalog.models import ProductStatus

_value = itemgetter("value")
Pairs: TypeAlias = list[dict[str, str]]
"""``[{"name": "color", "value": "blue"}]``, as attributes and options are kept."""


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product. ``media`` is ``[{"url": …, "alt": …, "kind": …}]``, the first is the cover."""

    id: UUID
    slug: str
    title: str
    description: str
    status: ProductStatus
    published_at: datetime | None
    media: list[dict[str, str]]
    attributes: Pairs
    price_min: int
    price_max: int
    created_at: datetime
    updated_at: datetime
    version: int
    currency: str

    @classmethod
    def of(cls, record: asyncpg.Record) -> Self:
        """Make the row of the columns in ``PRODUCT``; what follows them is left out."""
        columns = list(record[:14])
        columns[4] = ProductStatus(columns[4])
        columns[6] = orjson.loads(columns[6])
        columns[7] = orjson.loads(columns[7])
        return cls(*columns)


PRODUCT: Final = """
    product.id, product.slug, product.title, product.description, product.status,
    product.published_at, product.media, product.attributes, product.price_min, product.price_max,
    product.created_at, product.updated_at, product.version, (SELECT currency FROM shop)
"""


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant, with as much of its product as its visibility needs."""

    id: UUID
    product_id: UUID
    sku: str
    title: str
    options: Pairs
    price: int
    compare_at_price: int | None
    tax_class: str
    weight_grams: int | None
    active: bool
    track_stock: bool
    low_at: int | None
    position: int
    version: int
    product_status: ProductStatus
    published_at: datetime | None
    currency: str

    @classmethod
    def of(cls, record: asyncpg.Record) -> Self:
        """Make the row of the columns in ``VARIANT``; what follows them is left out.

        A variant without a title is called by its options or, without any, like its product.
        """
        columns = list(record[:17])
        columns[4] = orjson.loads(columns[4])
        columns[3] = columns[3] or " / ".join(map(_value, columns[4])) or record[17]
        columns[14] = ProductStatus(columns[14])
        return cls(*columns)

    def is_for_sale(self, now: datetime) -> bool:
        """Whether anyone may buy it, stock aside."""
        return (
            self.active
            and self.product_status is ProductStatus.PUBLISHED
            and self.published_at is not None
            and self.published_at <= now
        )


VARIANT: Final = """
    variant.id, variant.product_id, variant.sku, variant.title, variant.options, variant.price,
    variant.compare_at_price, variant.tax_class, variant.weight_grams, variant.active,
    variant.track_stock, variant.low_at, variant.position, variant.version,
    product.status, product.published_at, (SELECT currency FROM shop), product.title
"""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A branch of the tree."""

    id: UUID
    slug: str
    title: str
    parent_id: UUID | None
    position: int
    version: int


CATEGORY: Final = """
    category.id, category.slug, category.title, category.parent_id, category.position,
    category.version
"""
