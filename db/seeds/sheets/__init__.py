"""A past as rows: for each table its columns, and the rows that are copied into it.

An order of the past was paid at once and shipped at once. Its rows take their ids from one row of
numbers, so that no sheet has to remember what another one made up.
"""

from typing import Final

from db.seeds.sheets import catalog, goods, money, orders, people
from db.seeds.sheets.book import Book, Sheet

SHEETS: Final = (
    catalog.categories,
    catalog.products,
    catalog.product_categories,
    catalog.variants,
    people.customers,
    people.addresses,
    orders.orders,
    orders.private,
    orders.lines,
    orders.events,
    money.payments,
    money.operations,
    money.refunds,
    money.refund_lines,
    goods.fulfillments,
    goods.parcel_lines,
    goods.movements,
)
"""In the order in which they can be written."""

__all__ = ["SHEETS", "Book", "Sheet", "size_of"]


def size_of(book: Book) -> int:
    """Count the rows of all sheets."""
    past = book.past
    new = list(book.new_customers())
    variants = sum(len(product.variants) for product in past.products)
    lines = sum(len(order.lines) for order in book.orders)
    refunds = [refund for order in book.orders for refund in order.refunds]
    each_order = len((orders.orders, orders.private, money.payments, money.operations))
    return (
        len(past.categories)
        + len(past.products)
        + sum(len(product.categories) for product in past.products)
        + 2 * variants
        + len(new)
        + sum(1 for one in new if one.country)
        + (each_order + 1 + len(orders.STORY)) * len(book.orders)
        + 3 * lines
        + 3 * len(refunds)
        + sum(len(refund.units) for refund in refunds)
    )
