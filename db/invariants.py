"""What must be true of the whole shop at any moment, as questions to which the answer is no row.

Each tells what one table says of another that no constraint can compare. They run at night, after
an import, after a replay, and in tests after whatever was done to the shop.
"""

from typing import Final

import asyncpg

EXAMPLES: Final = 20
_PATIENCE: Final = "10min"

QUESTIONS: Final = {
    "reserved is what open orders still wait for": """
        WITH waiting AS (
            SELECT line.variant_id, sum(quantity - shipped - refunded_unshipped) AS units
              FROM order_line AS line JOIN orders ON orders.id = line.order_id
             WHERE status IN ('PENDING', 'PLACED') AND track_stock AND variant_id IS NOT NULL
             GROUP BY line.variant_id
        )
        SELECT stock.variant_id, reserved, coalesce(units, 0) AS waiting
          FROM stock LEFT JOIN waiting USING (variant_id)
         WHERE reserved <> coalesce(units, 0)
    """,
    "stock is the sum of its movements": """
        WITH moved AS (
            SELECT variant_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
              FROM stock_movement GROUP BY variant_id
        )
        SELECT stock.variant_id, stock.on_hand, moved.on_hand AS moved,
               stock.reserved, moved.reserved AS promised
          FROM stock LEFT JOIN moved USING (variant_id)
         WHERE (stock.on_hand, stock.reserved)
               <> (coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0))
    """,
    "an order is the sum of its lines": """
        WITH summed AS (
            SELECT order_id, sum(subtotal) AS subtotal, sum(discount) AS discount, sum(tax) AS tax,
                   sum(total) AS total
              FROM order_line GROUP BY order_id
        )
        SELECT orders.id, orders.number, orders.total, summed.total AS lines
          FROM orders LEFT JOIN summed ON summed.order_id = orders.id
         WHERE (orders.subtotal, orders.discount, orders.tax, orders.total)
               IS DISTINCT FROM
               (summed.subtotal, summed.discount, summed.tax + shipping_tax,
                summed.total + shipping + CASE WHEN prices_include_tax THEN 0 ELSE shipping_tax END)
    """,
    "tax lines add up to the tax": """
        SELECT id, number, tax, tax_lines FROM orders
         WHERE tax <> (SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
                         FROM jsonb_array_elements(tax_lines) AS line)
    """,
    "what is held for refunds is what refunds ask for": """
        WITH asked AS (
            SELECT payment_id, sum(amount) AS amount FROM refund
             WHERE status <> 'FAILED' GROUP BY payment_id
        )
        SELECT payment.id, refund_held, coalesce(asked.amount, 0) AS asked
          FROM payment LEFT JOIN asked ON asked.payment_id = payment.id
         WHERE refund_held <> coalesce(asked.amount, 0)
    """,
    "a placed order is paid or will be": """
        SELECT orders.id, orders.number, orders.total, payment.amount
          FROM orders LEFT JOIN payment ON payment.order_id = orders.id
               AND payment.status IN ('AUTHORIZED', 'CAPTURED')
         WHERE orders.status IN ('PLACED', 'COMPLETED')
           AND orders.total > 0 AND payment.amount IS DISTINCT FROM orders.total
    """,
    "parcels hold what lines say is packed and shipped": """
        WITH packed AS (
            SELECT order_line_id, sum(quantity) AS units,
                   coalesce(sum(quantity) FILTER (WHERE status <> 'PACKING'), 0) AS gone
              FROM fulfillment_line JOIN fulfillment ON fulfillment.id = fulfillment_id
             WHERE status <> 'CANCELLED' GROUP BY order_line_id
        )
        SELECT line.id, fulfilled, shipped, packed.units, packed.gone
          FROM order_line AS line LEFT JOIN packed ON packed.order_line_id = line.id
         WHERE (fulfilled, shipped) <> (coalesce(packed.units, 0), coalesce(packed.gone, 0))
    """,
    "a completed order has nothing left to ship": """
        SELECT orders.number, line.id, quantity, shipped, refunded_unshipped
          FROM order_line AS line JOIN orders ON orders.id = line.order_id
         WHERE orders.status = 'COMPLETED' AND quantity <> shipped + refunded_unshipped
    """,
}


async def broken(url: str) -> dict[str, list[asyncpg.Record]]:
    """Ask all questions of one snapshot; return those with an answer, and the first few rows."""
    connection = await asyncpg.connect(url, server_settings={"statement_timeout": _PATIENCE})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            answers = {
                name: await connection.fetch(f"{question} LIMIT {EXAMPLES}")
                for name, question in QUESTIONS.items()
            }
    finally:
        await connection.close()
    return {name: rows for name, rows in answers.items() if rows}
