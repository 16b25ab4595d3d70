"""Discounts, as staff see them."""

from datetime import datetime

import strawberry

from db import discounts
from schema import define
from schema.ids import Node, identity
from schema.money import Money
from schema.money import amount as minor_units
from schema.scalars import Decimal
from schema.totals import rate_text
from schema.views import View, shown, view

define.expose(discounts.DiscountKind)


@view(discounts.DiscountRow)
class Discount(Node, View[discounts.DiscountRow]):
    id: strawberry.ID = identity(discounts.Discount.prefix)
    code: str = define.field("Upper case, compared without regard to case.")
    kind: discounts.DiscountKind
    percent: Decimal | None = shown(rate_text, "percent")
    amount: Money | None = minor_units("amount")
    min_subtotal: Money | None = minor_units("min_subtotal")
    starts_at: datetime | None
    ends_at: datetime | None
    usage_limit: int | None
    usage_limit_per_customer: int | None = define.field("Counted by user, or by email for guests.")
    used_count: int = define.field("Orders that hold it. Never above usageLimit.")
    active: bool
    version: int
