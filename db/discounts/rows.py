"""Discounts as they are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from db.discounts.models import DiscountKind
from db.discounts.values import AmountOff, FreeShipping, PercentOff, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountRow:
    """A discount. Amounts are minor units of ``currency``, ``percent`` is in millionths."""

    id: UUID
    code: str
    kind: DiscountKind
    percent: int | None
    amount: int | None
    min_subtotal: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    usage_limit: int | None
    usage_limit_per_customer: int | None
    used_count: int
    active: bool
    created_at: datetime
    version: int
    currency: str

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


DISCOUNT: Final = """
    discount.id, discount.code, discount.kind, discount.percent, discount.amount,
    discount.min_subtotal, discount.starts_at, discount.ends_at, discount.usage_limit,
    discount.usage_limit_per_customer, discount.used_count, discount.active, discount.created_at,
    discount.version, (SELECT currency FROM shop) AS currency
"""
_COLUMNS: Final = tuple(DiscountRow.__annotations__)


def discount_of(record: asyncpg.Record) -> DiscountRow:
    """Make the row of the columns in :data:`DISCOUNT`, which may stand among others."""
    values = {name: record[name] for name in _COLUMNS}
    return DiscountRow(**values | {"kind": DiscountKind(values["kind"])})
