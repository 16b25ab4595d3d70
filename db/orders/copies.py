"""What an order keeps: copies of lines, prices, tax and addresses, which no later edit reaches."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from db import ids
from db.base import put_off
from db.carts import Details, Quote
from db.users import Buyer

_ADD_ORDER: Final = """
INSERT INTO orders (id, number, status, user_id, guest_id, cart_id, currency, prices_include_tax,
                    subtotal, discount, shipping, shipping_tax, tax, total, tax_lines,
                    shipping_method_name, discount_code, expires_at, created_at, updated_at)
VALUES ($1, $2, 'PENDING', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb, $15,
        $16, $17, $18, $18)
"""
_ADD_PRIVATE: Final = """
INSERT INTO order_private (order_id, email, shipping_address, billing_address, note, erase_after)
VALUES ($1, $2, $3::text::jsonb, $4::text::jsonb, $5, $6)
"""
_ADD_LINES: Final = """
INSERT INTO order_line (order_id, id, position, variant_id, track_stock, sku, title, options,
                        quantity, unit_price, subtotal, discount, tax_name, tax_rate, tax, total)
SELECT $1, l.id, l.position - 1, l.variant_id, l.track_stock, l.sku, l.title, l.options::jsonb,
       l.quantity, l.unit_price, l.subtotal, l.discount, l.tax_name, l.tax_rate, l.tax, l.total
  FROM unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::int[],
              $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::int[], $14::bigint[],
              $15::bigint[]) WITH ORDINALITY
       AS l(id, variant_id, track_stock, sku, title, options, quantity, unit_price, subtotal,
            discount, tax_name, tax_rate, tax, total, position)
"""


async def add_order(
    order_id: UUID,
    number: str,
    quote: Quote,
    *,
    buyer: Buyer,
    cart_id: UUID | None,
    expires_at: datetime,
    now: datetime,
) -> None:
    """Write down an order that waits for its payment, as the transaction ends."""
    totals = quote.totals
    await put_off(
        _ADD_ORDER,
        *(order_id, number, buyer.user_id, buyer.guest_id, cart_id),
        *(quote.currency, quote.prices_include_tax),
        *(totals.subtotal, totals.discount, totals.shipping, totals.shipping_line.tax),
        *(totals.tax, totals.total, _json([asdict(line) for line in totals.tax_lines])),
        quote.shipping_method and quote.shipping_method.name,
        quote.discount and quote.discount.code,
        *(expires_at, now),
    )


async def add_private(order_id: UUID, details: Details, *, erase_after: datetime) -> None:
    """Write down the personal data of an order, as the transaction ends."""
    billing = details.billing_address or details.shipping_address
    await put_off(
        _ADD_PRIVATE,
        *(order_id, details.email, _json(details.shipping_address), _json(billing)),
        *(details.note, erase_after),
    )


async def add_lines(order_id: UUID, quote: Quote) -> None:
    """Write down what is bought and at what price, as the transaction ends."""
    lines = quote.lines
    await put_off(
        _ADD_LINES,
        order_id,
        [ids.new() for _ in lines],
        [line.variant_id for line in lines],
        [line.track_stock for line in lines],
        [line.sku for line in lines],
        [line.title for line in lines],
        [_json(line.options) for line in lines],
        [line.quantity for line in lines],
        [line.unit_price for line in lines],
        [line.subtotal for line in lines],
        [line.discount for line in lines],
        [line.tax_name for line in lines],
        [line.tax_rate for line in lines],
        [line.tax for line in lines],
        [line.total for line in lines],
    )


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
