"""Carts: what someone may buy, at today's price. They hold no stock; left alone, they end.

``quote`` is the one way to price lines: a shown cart and a paid checkout ask the same function.
"""

from db.carts.contents import LIFE, add_lines, create_cart, set_lines
from db.carts.editing import update_cart
from db.carts.expiry import MOST_AT_ONCE, delete, delete_expired
from db.carts.lines import MOST_LINES, MOST_UNITS, checked
from db.carts.merging import merged, register, sign_in
from db.carts.models import Cart
from db.carts.pricing import quote, quotes_by_cart
from db.carts.queries import carts_by_id, latest_by_user, lock, visible_to
from db.carts.quotes import Problem, Quote, QuoteLine
from db.carts.rows import Address, CartRow, DetailFields, Details
from db.carts.totals import LineTotals, TaxLine, Totals

__all__ = [
    "LIFE",
    "MOST_AT_ONCE",
    "MOST_LINES",
    "MOST_UNITS",
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
    "add_lines",
    "carts_by_id",
    "checked",
    "create_cart",
    "delete",
    "delete_expired",
    "latest_by_user",
    "lock",
    "merged",
    "quote",
    "quotes_by_cart",
    "register",
    "set_lines",
    "sign_in",
    "update_cart",
    "visible_to",
]
