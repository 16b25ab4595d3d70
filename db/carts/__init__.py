"""Carts: what someone may buy, at today's price. They hold no stock; left alone, they end.

``quote`` is the one way to price lines: a shown cart and a paid checkout ask the same function.
"""

from db.carts.models import Cart
from db.carts.pricing import quote, quotes_by_cart
from db.carts.queries import carts_by_id, latest_by_user, lock, visible_to
from db.carts.quotes import Problem, Quote, QuoteLine
from db.carts.rows import Address, CartRow, DetailFields, Details
from db.carts.totals import LineTotals, TaxLine, Totals

__all__ = [
    "Address",
    "Cart",
    "CartRow",
    "DetailFields",
    "Details",
    "LineTotals",
    "Problem",
    "Quote",
    "QuoteLine",
    "TaxLine",
    "Totals",
    "carts_by_id",
    "latest_by_user",
    "lock",
    "quote",
    "quotes_by_cart",
    "visible_to",
]
