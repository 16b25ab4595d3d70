"""The oracle sees every kind of damage, and none where there is none."""

from typing import Final

import asyncpg
import pytest

from db import invariants
from db.base import execute
from db.config import Database
from db.invariants import INVARIANTS
from db.orders import OrderStatus
from tests import factories
from tests.goods import make_discount

PLANTS: Final = {
    "The stock of a variant is the sum of its movements.": (
        "UPDATE stock SET on_hand = on_hand + 1",
        "UPDATE stock_movement SET reserved_delta = 0 WHERE kind = 'RESERVE'",
        "DELETE FROM stock WHERE reserved = 0",
    ),
    "What is reserved of a variant is what pending and placed orders still wait for.": (
        "UPDATE stock SET reserved = reserved + 1",
        "UPDATE orders SET status = 'EXPIRED' WHERE status = 'PLACED'",
        "UPDATE order_line SET refunded_unshipped = 1, refunded = 1 WHERE shipped = 0",
    ),
    "An order comes to what its lines and its shipping come to.": (
        "UPDATE order_line SET total = total - 1",
        "UPDATE orders SET tax = tax + 1",
        "DELETE FROM order_line",
    ),
    "A line comes to its subtotal less its discount, and its tax where prices are without.": (
        "UPDATE order_line SET total = total + 1",
        "UPDATE orders SET prices_include_tax = false, total = total + tax",
    ),
    "The tax of an order is the sum of its tax lines.": (
        "UPDATE orders SET tax_lines = '[]'",
        "UPDATE orders SET tax_lines = tax_lines || tax_lines",
    ),
    "A discount is used as often as there are orders that hold it.": (
        "UPDATE discount SET used_count = used_count + 1",
        "DELETE FROM discount_redemption",
    ),
    "An order holds the discount of its code until it is cancelled or expires.": (
        "UPDATE orders SET discount_code = 'SUMMER'",
        "UPDATE orders SET status = 'EXPIRED' WHERE discount_code IS NOT NULL",
        "UPDATE orders SET discount_code = NULL",
    ),
    "A placed order is paid or authorized for its total, or somebody was told that it is not.": (
        "DELETE FROM payment WHERE status = 'CAPTURED'",
        "UPDATE payment SET status = 'PROCESSING', captured = 0, refund_held = 0",
        "UPDATE payment SET amount = amount + 1",
    ),
    "Money that was taken pays for an order, or is on its way back, or was sent back to us.": (
        "UPDATE orders SET status = 'CANCELLED' WHERE status = 'PLACED'",
        "UPDATE payment SET status = 'FAILED' WHERE captured > 0",
    ),
    "Money that is only authorized is for a placed order, or was asked to be let go.": (
        "UPDATE payment SET status = 'AUTHORIZED' WHERE status = 'VOIDED'",
    ),
    "A payment has captured no more than its gateway granted.": (
        "DELETE FROM payment_operation WHERE kind = 'AUTHORIZE'",
        "UPDATE payment_operation SET status = 'FAILED' WHERE kind = 'AUTHORIZE'",
        "UPDATE payment SET capture_at_once = false",
    ),
    "What a payment holds for refunds is the sum of its refunds that have not failed.": (
        "UPDATE payment SET refund_held = refund_held + 1 WHERE captured > 0",
        "UPDATE refund SET status = 'FAILED'",
    ),
    "A refund goes back through a payment of its own order.": (
        "UPDATE refund SET order_id = (SELECT id FROM orders WHERE status = 'EXPIRED')",
    ),
    "The units of a line that are in parcels, and those that left, are what the parcels hold.": (
        "UPDATE order_line SET fulfilled = fulfilled + 1",
        "UPDATE fulfillment_line SET quantity = quantity + 1",
        "UPDATE fulfillment SET status = 'PACKING'",
    ),
    "A parcel holds lines of its own order.": (
        "DELETE FROM fulfillment_line",
        "UPDATE fulfillment SET order_id = (SELECT id FROM orders WHERE status = 'PLACED')",
    ),
    "The units of a line that were given back are those of its refunds.": (
        "UPDATE order_line SET refunded = 1 WHERE shipped > 0",
    ),
    "Only placed and completed orders have parcels.": (
        "UPDATE orders SET status = 'CANCELLED' WHERE status = 'COMPLETED'",
    ),
    "An order is completed exactly when all was shipped or given back, and paid.": (
        "UPDATE orders SET status = 'PLACED' WHERE status = 'COMPLETED'",
        "UPDATE orders SET status = 'COMPLETED' WHERE status = 'PLACED'",
        "UPDATE payment SET status = 'AUTHORIZED', captured = 0, refund_held = 0",
    ),
    "A key that was claimed has its outcome.": (
        (
            "INSERT INTO idempotency (scope, key, mutation, args_hash, created_at)"
            " VALUES ('anon', 'k', 'orderCancel', '', now())"
        ),
    ),
    "The end of an order, and its beginning, are told of once.": (
        (
            "INSERT INTO event (id, topic, subject, payload, occurred_at)"
            " SELECT gen_random_uuid(), 'ORDER_PLACED', 'order_1', '{}', now()"
            " FROM generate_series(1, 2)"
        ),
    ),
}


_UNGUARD: Final = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
  FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"""
"""Replicas run no triggers and check no foreign keys, but they do check rows."""


@pytest.fixture
async def shop(database: Database) -> Database:
    """A shop with an order of every status, one refunded in part, one with a code."""
    for status in OrderStatus:
        await factories.order(status=status, units=(2, 3))
    await factories.order(status=OrderStatus.COMPLETED, refunded=100)
    discount_id = await make_discount(used_count=1)
    await execute("UPDATE orders SET discount_code = 'SPRING' WHERE status = 'PLACED'")
    await execute(
        "INSERT INTO discount_redemption (order_id, discount_id)"
        " SELECT id, $1 FROM orders WHERE status = 'PLACED'",
        discount_id,
    )
    return database


async def test_finds_nothing_in_a_sound_shop(shop: Database) -> None:
    assert await invariants.check() == []
    assert await invariants.broken(shop.url) == []


def test_every_sentence_is_tried() -> None:
    assert set(PLANTS) == {invariant.sentence for invariant in INVARIANTS}
    assert len(INVARIANTS) == len(PLANTS)


@pytest.mark.parametrize(
    ("sentence", "damage"),
    [(sentence, damage) for sentence, damages in PLANTS.items() for damage in damages],
)
async def test_finds_what_cannot_be(shop: Database, sentence: str, damage: str) -> None:
    connection = await asyncpg.connect(shop.url)
    try:
        await connection.execute("BEGIN")  # and never committed
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in await connection.fetch(_UNGUARD):
            await connection.execute(statement[0])
        await connection.execute(damage)
        found = await invariants.check(connection.fetch)
    finally:
        await connection.close()

    (violation,) = [each for each in found if each.sentence == sentence]
    assert violation.examples
    assert str(violation).startswith(f"Not so: {sentence}\n  {{")
