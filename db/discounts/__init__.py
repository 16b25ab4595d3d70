"""Codes that take something off: what they are worth, to whom, how often, and who used them."""

from db.discounts.models import Discount, DiscountKind

__all__ = ["Discount", "DiscountKind"]
