"""The watch over the order of locks sees what it is there to see."""

import pytest

from db.base import atomically, execute, fetch
from db.config import Database
from tests import locks


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ('SELECT "id" FROM "refund" WHERE "id"=$1 FOR UPDATE', ["refund"]),
        (
            "SELECT id FROM cart WHERE id = (SELECT cart_id FROM orders WHERE id = $1) FOR UPDATE",
            ["cart"],
        ),
        (
            (
                "WITH given AS (DELETE FROM discount_redemption RETURNING discount_id)"
                " UPDATE discount SET used_count = used_count - 1 FROM given"
            ),
            ["discount"],
        ),
        ('UPDATE "payment" SET "captured"=$1', ["payment"]),
        ("INSERT INTO idempotency (key) VALUES ($1) ON CONFLICT DO NOTHING", ["idempotency"]),
        ("SELECT id FROM orders", []),
    ],
)
def test_tables_are_found(sql: str, tables: list[str]) -> None:
    assert locks.locked_by(sql) == tables


async def test_lck_1_a_wrong_order_is_seen(database: Database) -> None:
    async def backward() -> None:
        await fetch("SELECT 1 FROM stock FOR NO KEY UPDATE")
        await execute("UPDATE orders SET version = version")

    with pytest.raises(AssertionError, match="orders after stock"), locks.in_order():
        await atomically(backward)


async def test_lck_1_a_right_order_is_fine_and_so_is_what_is_locked_already(
    database: Database,
) -> None:
    async def forward() -> None:
        await fetch("SELECT 1 FROM orders FOR NO KEY UPDATE")
        await fetch("SELECT 1 FROM stock FOR NO KEY UPDATE")
        await execute("UPDATE orders SET version = version")

    with locks.in_order():
        await atomically(forward)
        await atomically(forward)
