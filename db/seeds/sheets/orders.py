"""Rows of orders: what was bought, by whom, and what happened to it."""

import json
from datetime import datetime
from typing import Any, Final

from db.seeds.past import Order
from db.seeds.sheets.book import ACTOR, EVENT, LINE, REFUND_EVENT, UNKNOWN, Book, Rows, sheet

STORY: Final = (
    ("CREATED", "Order created"),
    ("PAYMENT_CAPTURED", "Payment captured"),
    ("PLACED", "Order placed"),
    ("FULFILLMENT_SHIPPED", "Order shipped"),
    ("COMPLETED", "Order completed"),
)


@sheet(
    "orders",
    "id number status user_id currency prices_include_tax subtotal tax total"
    " tax_lines created_at placed_at completed_at updated_at version",
)
def orders(book: Book) -> Rows:
    for one in book.orders:
        total, tax = one.total, sum(book.taxed[one])
        refunded_at = [refund.at for refund in one.refunds]
        yield (
            one.ids[0],
            one.number,
            "COMPLETED",
            book.user_of(one.customer) if one.customer else None,
            book.currency,
            True,
            total,
            tax,
            total,
            _tax_lines(book, total, tax),
            one.at,
            one.at,
            one.at,
            max([one.at, *refunded_at]),
            1 + len(refunded_at),
        )


def _tax_lines(book: Book, total: int, tax: int) -> str:
    rate = {"name": book.past.tax_name, "rate": book.past.tax_rate}
    return json.dumps([{**rate, "base": total - tax, "amount": tax}])


@sheet("order_private", "order_id email shipping_address billing_address erase_after")
def private(book: Book) -> Rows:
    for one in book.orders:
        email = one.customer.email if one.customer else None
        address = _address(one)
        yield one.ids[0], email, address, address, book.erase_after


@sheet(
    "order_line",
    "id order_id position variant_id sku title options quantity fulfilled shipped"
    " refunded unit_price subtotal tax_name tax_rate tax total",
)
def lines(book: Book) -> Rows:
    name, rate = book.past.tax_name, book.past.tax_rate
    for order in book.orders:
        order_id = order.ids[0]
        taxes = book.taxed[order]
        for position, line in enumerate(order.lines):
            variant, units, total = line.variant, line.quantity, line.total
            yield (
                order.ids[LINE + position],
                order_id,
                position,
                variant.id,
                variant.sku,
                variant.title,
                book.options[variant],
                units,
                units,
                units,
                line.refunded,
                line.unit_price,
                total,
                name,
                rate,
                taxes[position],
                total,
            )


@sheet(
    "order_event",
    "id order_id kind visibility message actor_kind actor_id actor_label created_at",
)
def events(book: Book) -> Rows:
    for one in book.orders:
        for place, (kind, message) in enumerate(STORY):
            yield _event(one, EVENT + place, kind, message, one.at)
        for place, refund in enumerate(one.refunds):
            message = f"Refund for credit note {refund.name}"
            yield _event(one, REFUND_EVENT + place, "REFUND_SUCCEEDED", message, refund.at)


def _event(order: Order, place: int, kind: str, message: str, at: datetime) -> tuple[Any, ...]:
    return order.ids[place], order.ids[0], kind, "CUSTOMER", message, *ACTOR, at


def _address(order: Order) -> str | None:
    if order.country is None:
        return None
    name = order.customer.name if order.customer else "Guest"
    return json.dumps(
        {
            "name": name,
            "line1": UNKNOWN,
            "city": order.place or UNKNOWN,
            "country_code": order.country,
        }
    )
