"""Codes that take something off: what they are worth, to whom, how often, and who used them.

``offers`` reads what a code stands for, ``objection`` says why it takes nothing off. ``take`` and
``give_back`` join the transaction of the order that uses it.
"""

from db.discounts.editing import DiscountFields, create_discount, update_discount
from db.discounts.models import Discount, DiscountKind
from db.discounts.offers import Ask, Offer, customer_of, normal, objection, offers
from db.discounts.queries import count_discounts, discounts_by_id, list_discounts
from db.discounts.redemption import give_back, lock, lock_free, take
from db.discounts.rows import DiscountRow
from db.discounts.values import AmountOff, FreeShipping, PercentOff, Value

__all__ = [
    "AmountOff",
    "Ask",
    "Discount",
    "DiscountFields",
    "DiscountKind",
    "DiscountRow",
    "FreeShipping",
    "Offer",
    "PercentOff",
    "Value",
    "count_discounts",
    "create_discount",
    "customer_of",
    "discounts_by_id",
    "give_back",
    "list_discounts",
    "lock",
    "lock_free",
    "normal",
    "objection",
    "offers",
    "take",
    "update_discount",
]
