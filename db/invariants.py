"""What must be true of the whole shop at every moment, each asked by one statement.

The database cannot express these as constraints, because each of them compares rows with other
rows. They are the oracle of the tests, of the importers and of ``tradepost invariants``: a sentence
and a query that returns the rows for which the sentence is false.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from db.base import fetch

EXAMPLES: Final = 20
"""Rows of a violation that are shown."""
_PATIENCE: Final = "10min"

Fetch = Callable[[str], Awaitable[Sequence[asyncpg.Record]]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that must be true, and the query for the rows for which it is not."""

    sentence: str
    sql: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A sentence that is false, and some of the rows that make it so."""

    sentence: str
    examples: tuple[dict[str, Any], ...]

    def __str__(self) -> str:
        shown = "\n".join(f"  {example}" for example in self.examples)
        return f"Not so: {self.sentence}\n{shown}"


INVARIANTS: Final = (
    Invariant(
        "The stock of a variant is the sum of its movements.",
        """
        SELECT variant.id, variant.sku, stock.on_hand, stock.reserved,
               moved.on_hand AS moved_on_hand, moved.reserved AS moved_reserved
          FROM variant
          LEFT JOIN stock ON stock.variant_id = variant.id
          LEFT JOIN (
              SELECT variant_id, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
                FROM stock_movement GROUP BY variant_id
          ) moved ON moved.variant_id = variant.id
         WHERE (stock.on_hand, stock.reserved)
               IS DISTINCT FROM (coalesce(moved.on_hand, 0), coalesce(moved.reserved, 0))
        """,
    ),
    Invariant(
        "What is reserved of a variant is what pending and placed orders still wait for.",
        """
        SELECT stock.variant_id, stock.reserved, coalesce(waiting.units, 0) AS waited_for
          FROM stock
          FULL JOIN (
              SELECT variant_id, sum(quantity - shipped - refunded_unshipped) AS units
                FROM order_line JOIN orders ON orders.id = order_line.order_id
               WHERE orders.status IN ('PENDING', 'PLACED') AND track_stock
                 AND variant_id IS NOT NULL
               GROUP BY variant_id
          ) waiting ON waiting.variant_id = stock.variant_id
         WHERE coalesce(stock.reserved, 0) <> coalesce(waiting.units, 0)
        """,
    ),
    Invariant(
        "An order comes to what its lines and its shipping come to.",
        """
        SELECT orders.id, orders.number, orders.subtotal, orders.discount, orders.tax, orders.total,
               lines.subtotal AS lines_subtotal, lines.discount AS lines_discount,
               lines.tax AS lines_tax, lines.total AS lines_total
          FROM orders
          LEFT JOIN (
              SELECT order_id, sum(subtotal) AS subtotal, sum(discount) AS discount,
                     sum(tax) AS tax, sum(total) AS total
                FROM order_line GROUP BY order_id
          ) lines ON lines.order_id = orders.id
         WHERE (orders.subtotal, orders.discount, orders.tax - orders.shipping_tax,
                orders.total - orders.shipping
                - CASE WHEN prices_include_tax THEN 0 ELSE shipping_tax END)
               IS DISTINCT FROM (lines.subtotal, lines.discount, lines.tax, lines.total)
        """,
    ),
    Invariant(
        "A line comes to its subtotal less its discount, and its tax where prices are without.",
        """
        SELECT order_line.id, order_line.subtotal, order_line.discount, order_line.tax,
               order_line.total
          FROM order_line JOIN orders ON orders.id = order_line.order_id
         WHERE order_line.total <> order_line.subtotal - order_line.discount
               + CASE WHEN prices_include_tax THEN 0 ELSE order_line.tax END
        """,
    ),
    Invariant(
        "The tax of an order is the sum of its tax lines.",
        """
        SELECT id, number, tax, tax_lines FROM orders
         WHERE tax <> (SELECT coalesce(sum((line ->> 'amount')::bigint), 0)
                         FROM jsonb_array_elements(tax_lines) AS line)
        """,
    ),
    Invariant(
        "A discount is used as often as there are orders that hold it.",
        """
        SELECT discount.id, discount.code, discount.used_count, coalesce(held.uses, 0) AS held
          FROM discount
          LEFT JOIN (
              SELECT discount_id, count(*) AS uses FROM discount_redemption GROUP BY discount_id
          ) held ON held.discount_id = discount.id
         WHERE discount.used_count <> coalesce(held.uses, 0)
        """,
    ),
    Invariant(
        "An order holds the discount of its code until it is cancelled or expires.",
        """
        SELECT orders.id, orders.status, orders.discount_code, discount.code AS held
          FROM orders
          LEFT JOIN discount_redemption ON discount_redemption.order_id = orders.id
          LEFT JOIN discount ON discount.id = discount_redemption.discount_id
         WHERE discount.code IS DISTINCT FROM CASE
               WHEN orders.status NOT IN ('CANCELLED', 'EXPIRED') THEN orders.discount_code END
        """,
    ),
    Invariant(
        "A placed order is paid or authorized for its total, or somebody was told that it is not.",
        """
        SELECT id, number, total FROM orders
         WHERE status IN ('PLACED', 'COMPLETED') AND total > 0
           AND NOT EXISTS (
               SELECT FROM payment WHERE payment.order_id = orders.id
                  AND payment.status IN ('AUTHORIZED', 'CAPTURED')
                  AND payment.amount = orders.total AND payment.currency = orders.currency
           )
           AND NOT EXISTS (
               SELECT FROM payment
                 JOIN order_event told ON told.order_id = payment.order_id AND told.kind = 'NOTE'
                  AND told.data ->> 'lost' = 'true'
                WHERE payment.order_id = orders.id AND payment.status = 'VOIDED'
           )
        """,
    ),
    Invariant(
        "Money that was taken pays for an order, or is on its way back, or was sent back to us.",
        """
        SELECT payment.id, payment.status, payment.captured, payment.refund_held,
               orders.status AS order_status
          FROM payment JOIN orders ON orders.id = payment.order_id
         WHERE (orders.status NOT IN ('PLACED', 'COMPLETED') OR payment.status <> 'CAPTURED')
           AND payment.captured > payment.refund_held
           AND NOT EXISTS (
               SELECT FROM refund WHERE refund.payment_id = payment.id AND refund.status = 'FAILED'
           )
        """,
    ),
    Invariant(
        "Money that is only authorized is for a placed order, or was asked to be let go.",
        """
        SELECT payment.id, payment.status, orders.status AS order_status
          FROM payment JOIN orders ON orders.id = payment.order_id
         WHERE payment.status = 'AUTHORIZED' AND orders.status <> 'PLACED'
           AND NOT EXISTS (
               SELECT FROM payment_operation
                WHERE payment_operation.payment_id = payment.id AND kind = 'VOID'
                  AND payment_operation.status <> 'SUCCEEDED'
           )
        """,
    ),
    Invariant(
        "A payment has captured no more than its gateway granted.",
        """
        SELECT payment.id, payment.status, payment.captured, coalesce(granted.amount, 0) AS granted
          FROM payment
          LEFT JOIN (
              SELECT payment_operation.payment_id, sum(payment_operation.amount) AS amount
                FROM payment_operation JOIN payment ON payment.id = payment_operation.payment_id
               WHERE payment_operation.status = 'SUCCEEDED'
                 AND (kind = 'CAPTURE' OR kind = 'AUTHORIZE' AND capture_at_once)
               GROUP BY payment_operation.payment_id
          ) granted ON granted.payment_id = payment.id
         WHERE payment.captured > coalesce(granted.amount, 0)
        """,
    ),
    Invariant(
        "What a payment holds for refunds is the sum of its refunds that have not failed.",
        """
        SELECT payment.id, payment.refund_held, coalesce(given.amount, 0) AS given
          FROM payment
          LEFT JOIN (
              SELECT payment_id, sum(amount) AS amount FROM refund
               WHERE status <> 'FAILED' GROUP BY payment_id
          ) given ON given.payment_id = payment.id
         WHERE payment.refund_held <> coalesce(given.amount, 0)
        """,
    ),
    Invariant(
        "A refund goes back through a payment of its own order.",
        """
        SELECT refund.id, refund.order_id, payment.order_id AS payment_order_id
          FROM refund JOIN payment ON payment.id = refund.payment_id
         WHERE refund.order_id <> payment.order_id
        """,
    ),
    Invariant(
        "The units of a line that are in parcels, and those that left, are what the parcels hold.",
        """
        SELECT order_line.id, order_line.fulfilled, order_line.shipped,
               coalesce(parcels.fulfilled, 0) AS in_parcels,
               coalesce(parcels.shipped, 0) AS have_left
          FROM order_line
          LEFT JOIN (
              SELECT order_line_id, sum(quantity) AS fulfilled,
                     sum(quantity) FILTER (WHERE status IN ('SHIPPED', 'DELIVERED')) AS shipped
                FROM fulfillment_line
                JOIN fulfillment ON fulfillment.id = fulfillment_line.fulfillment_id
               WHERE status <> 'CANCELLED' GROUP BY order_line_id
          ) parcels ON parcels.order_line_id = order_line.id
         WHERE (order_line.fulfilled, order_line.shipped)
               <> (coalesce(parcels.fulfilled, 0), coalesce(parcels.shipped, 0))
        """,
    ),
    Invariant(
        "A parcel holds lines of its own order.",
        """
        SELECT fulfillment.id, fulfillment.order_id, order_line.order_id AS line_order_id
          FROM fulfillment
          LEFT JOIN fulfillment_line ON fulfillment_line.fulfillment_id = fulfillment.id
          LEFT JOIN order_line ON order_line.id = fulfillment_line.order_line_id
         WHERE order_line.order_id IS DISTINCT FROM fulfillment.order_id
        """,
    ),
    Invariant(
        "The units of a line that were given back are those of its refunds.",
        """
        SELECT order_line.id, order_line.refunded, coalesce(given.units, 0) AS given
          FROM order_line
          LEFT JOIN (
              SELECT order_line_id, sum(quantity) AS units FROM refund_line GROUP BY order_line_id
          ) given ON given.order_line_id = order_line.id
         WHERE order_line.refunded <> coalesce(given.units, 0)
        """,
    ),
    Invariant(
        "Only placed and completed orders have parcels.",
        """
        SELECT orders.id, orders.status, fulfillment.id AS fulfillment_id
          FROM fulfillment JOIN orders ON orders.id = fulfillment.order_id
         WHERE fulfillment.status <> 'CANCELLED' AND orders.status NOT IN ('PLACED', 'COMPLETED')
        """,
    ),
    Invariant(
        "An order is completed exactly when all was shipped or given back, and paid.",
        """
        SELECT orders.id, orders.number, orders.status, orders.total
          FROM orders
         WHERE status IN ('PLACED', 'COMPLETED')
           AND (status = 'COMPLETED') <> (
               NOT EXISTS (SELECT FROM order_line WHERE order_line.order_id = orders.id
                              AND quantity > shipped + refunded_unshipped)
               AND (total = 0 OR EXISTS (SELECT FROM payment WHERE payment.order_id = orders.id
                                            AND payment.status = 'CAPTURED'))
           )
        """,
    ),
    Invariant(
        "A key that was claimed has its outcome.",
        "SELECT scope, mutation, created_at FROM idempotency WHERE outcome IS NULL",
    ),
    Invariant(
        "The end of an order, and its beginning, are told of once.",
        """
        SELECT subject, topic, count(*) FROM event
         WHERE topic IN ('ORDER_PLACED', 'ORDER_COMPLETED', 'ORDER_CANCELLED', 'ORDER_EXPIRED')
         GROUP BY subject, topic HAVING count(*) > 1
        """,
    ),
)


async def check(run: Fetch = fetch) -> list[Violation]:
    """Ask every sentence on the connections of this process; none is false: an empty list."""
    answers = [(each.sentence, await run(f"{each.sql} LIMIT {EXAMPLES}")) for each in INVARIANTS]
    return [
        Violation(
            sentence, tuple({name: str(value) for name, value in row.items()} for row in rows)
        )
        for sentence, rows in answers
        if rows
    ]


async def broken(url: str) -> list[Violation]:
    """Ask every sentence of one snapshot, over its own connection, with time for a large shop."""
    connection = await asyncpg.connect(url, server_settings={"statement_timeout": _PATIENCE})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await check(connection.fetch)
    finally:
        await connection.close()
