"""The tables, as Tortoise's models with their relations."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Shop(Model):
    id = fields.UUIDField(primary_key=True)
    currency = fields.CharField(max_length=3)

    class Meta:
        table = "shop"


class Product(Model):
    id = fields.UUIDField(primary_key=True)
    slug = fields.TextField()
    title = fields.TextField()
    description = fields.TextField()
    status = fields.CharField(max_length=9)
    published_at = fields.DatetimeField(null=True)

    class Meta:
        table = "product"


class Variant(Model):
    id = fields.UUIDField(primary_key=True)
    product: Any = fields.ForeignKeyField("textbook.Product")
    sku = fields.TextField()
    title = fields.TextField()
    price = fields.BigIntField()
    active = fields.BooleanField()
    position = fields.IntField()
    product_id: Any

    class Meta:
        table = "variant"


class Stock(Model):
    variant_id = fields.UUIDField(primary_key=True)
    on_hand = fields.IntField()
    reserved = fields.IntField()

    class Meta:
        table = "stock"


class User(Model):
    id = fields.UUIDField(primary_key=True)
    status = fields.CharField(max_length=8)

    class Meta:
        table = "users"


class Session(Model):
    id = fields.UUIDField(primary_key=True)
    user: Any = fields.ForeignKeyField("textbook.User")
    access_hash = fields.BinaryField()
    access_expires_at = fields.DatetimeField()

    class Meta:
        table = "session"


class Order(Model):
    id = fields.UUIDField(primary_key=True)
    user_id = fields.UUIDField(null=True)
    number = fields.TextField()
    status = fields.CharField(max_length=9)
    currency = fields.CharField(max_length=3)
    total = fields.BigIntField()
    placed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"


class OrderLine(Model):
    id = fields.UUIDField(primary_key=True)
    order: Any = fields.ForeignKeyField("textbook.Order")
    title = fields.TextField()
    quantity = fields.IntField()
    total = fields.BigIntField()
    position = fields.IntField()
    order_id: Any

    class Meta:
        table = "order_line"
