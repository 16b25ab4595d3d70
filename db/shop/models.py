"""The shop's settings: one row of its own, its tax rates, its shipping methods."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from db.base import Row


class CapturePolicy(StrEnum):
    ON_PLACEMENT = "ON_PLACEMENT"
    MANUAL = "MANUAL"


class Shop(Row):
    """The one shop. Currency and price basis are fixed when it is installed."""

    prefix = "shop"

    is_only = fields.BooleanField(default=True, unique=True)
    name = fields.TextField()
    currency = fields.CharField(max_length=3)
    prices_include_tax = fields.BooleanField()
    time_zone = fields.TextField()
    countries = ArrayField("text")
    capture_policy = fields.CharEnumField(
        CapturePolicy, max_length=12, default=CapturePolicy.ON_PLACEMENT
    )
    version = fields.IntField(default=1)

    class Meta:
        table = "shop"


class TaxRate(Row):
    """A rate in millionths (19 % = 190000) for a country or region and a class of goods."""

    prefix = "tax"

    name = fields.TextField()
    country_code = fields.CharField(max_length=2)
    region = fields.TextField(null=True)
    tax_class = fields.TextField()
    rate = fields.IntField()

    class Meta:
        table = "tax_rate"


class ShippingMethod(Row):
    """A way to ship. Amounts are minor units of the shop's currency, in its price basis."""

    prefix = "ship"

    name = fields.TextField()
    price = fields.BigIntField()
    free_from = fields.BigIntField(null=True)
    countries = ArrayField("text")
    tax_class = fields.TextField(default="standard")
    active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "shipping_method"
