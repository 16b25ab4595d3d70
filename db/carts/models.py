"""Carts. Their lines (``cart_line``: cart, variant, quantity) are reached by statements only."""

from typing import Any

from tortoise import fields

from db.base import Row


class Cart(Row):
    """Belongs to a user, or to whoever holds the guest token. Holds no stock."""

    prefix = "cart"

    user_id = fields.UUIDField(null=True)
    guest_id = fields.UUIDField(null=True)
    email = fields.TextField(null=True)
    shipping_address: Any = fields.JSONField(null=True)
    billing_address: Any = fields.JSONField(null=True)
    shipping_method_id = fields.UUIDField(null=True)
    discount_code = fields.TextField(null=True)
    note = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "cart"
