"""Discounts as they are read."""

from datetime import datetime
from uuid import UUID

from db.discounts.models import DiscountKind
from db.discounts.values import AmountOff, FreeShipping, PercentOff, Value
from db.rows import Record, column


class DiscountRow(Record):
    """A discount. Amounts are minor units of ``currency``, ``percent`` is in millionths."""

    id: UUID = column("discount.id")
    code: str = column("discount.code")
    kind: DiscountKind = column("discount.kind", DiscountKind)
    percent: int | None = column("discount.percent")
    amount: int | None = column("discount.amount")
    min_subtotal: int | None = column("discount.min_subtotal")
    starts_at: datetime | None = column("discount.starts_at")
    ends_at: datetime | None = column("discount.ends_at")
    usage_limit: int | None = column("discount.usage_limit")
    usage_limit_per_customer: int | None = column("discount.usage_limit_per_customer")
    used_count: int = column("discount.used_count")
    active: bool = column("discount.active")
    created_at: datetime = column("discount.created_at")
    version: int = column("discount.version")
    currency: str = column("(SELECT currency FROM shop)")

    @property
    def value(self) -> Value:
        """What it takes off."""
        if self.percent is not None:
            return PercentOff(self.percent)
        return FreeShipping() if self.amount is None else AmountOff(self.amount)

    def runs_at(self, now: datetime) -> bool:
        """Whether it is on offer at an instant: from its start on, until just before its end."""
        has_begun = self.starts_at is None or self.starts_at <= now
        return self.active and has_begun and (self.ends_at is None or now < self.ends_at)
