"""What is sold: products, their variants, and the tree of categories."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import TSVectorField

from db.base import Row


class ProductStatus(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class MediaKind(StrEnum):
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"


class Product(Row):
    """A product with at least one variant.

    ``price_min`` and ``price_max`` are kept over its active variants (over all, when none is
    active), and ``search`` over its words, in the transaction of every change.
    """

    prefix = "prod"

    slug = fields.TextField()
    title = fields.TextField()
    description = fields.TextField(default="")
    status = fields.CharEnumField(ProductStatus, max_length=9, default=ProductStatus.DRAFT)
    published_at = fields.DatetimeField(null=True)
    media: Any = fields.JSONField(default=list)
    attributes: Any = fields.JSONField(default=list)
    price_min = fields.BigIntField()
    price_max = fields.BigIntField()
    search = TSVectorField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "product"


class Variant(Row):
    """What is put in a cart. Prices are minor units of the shop's currency, in its price basis."""

    prefix = "var"

    product_id = fields.UUIDField()
    sku = fields.TextField()
    title = fields.TextField()
    options: Any = fields.JSONField(default=list)
    price = fields.BigIntField()
    compare_at_price = fields.BigIntField(null=True)
    tax_class = fields.TextField(default="standard")
    weight_grams = fields.IntField(null=True)
    active = fields.BooleanField(default=True)
    track_stock = fields.BooleanField(default=True)
    low_at = fields.IntField(null=True)
    position = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "variant"


class Category(Row):
    """A branch of the tree."""

    prefix = "cat"

    slug = fields.TextField()
    title = fields.TextField()
    parent_id = fields.UUIDField(null=True)
    position = fields.IntField(default=0)
    version = fields.IntField(default=1)

    class Meta:
        table = "category"
