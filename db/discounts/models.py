"""Discounts. Who used them (``discount_redemption``) is reached by statements only."""

from enum import StrEnum

from tortoise import fields

from db.base import Row


class DiscountKind(StrEnum):
    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"
    FREE_SHIPPING = "FREE_SHIPPING"


class Discount(Row):
    """Something off, for whoever knows its code. Amounts are minor units of the shop's currency.

    ``percent`` is in millionths. ``used_count`` counts the orders that hold it, which is no change
    of the discount itself: its ``version`` stays. Once it was used, code and value never change.
    """

    prefix = "disc"

    code = fields.TextField()
    kind = fields.CharEnumField(DiscountKind, max_length=13)
    percent = fields.IntField(null=True)
    amount = fields.BigIntField(null=True)
    min_subtotal = fields.BigIntField(null=True)
    starts_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    usage_limit = fields.IntField(null=True)
    usage_limit_per_customer = fields.IntField(null=True)
    used_count = fields.IntField(default=0)
    first_used_at = fields.DatetimeField(null=True)
    active = fields.BooleanField(default=True)
    created_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "discount"
