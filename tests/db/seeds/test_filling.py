"""Filling a shop with a past: all of it or nothing, and every sum right afterwards."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from api.importing.progress import Silence
from db.access import Role
from db.base import fetch, fetch_one, fetch_value
from db.config import Database
from db.invariants import broken
from db.seeds.filling import CannotFill, Opening, Progress, Shipping, fill, is_empty
from db.seeds.past import Category, Customer, Line, Order, Past, Product, Refund, Staff, Variant
from tests.conftest import NOW

AT = datetime(2011, 12, 5, 10, 0, tzinfo=UTC)
OPENING = Opening("Shop", "GBP", "Europe/London", "GB", ("FR", "GB"), (Shipping("Free", 0),))


def a_past(orders: int = 3) -> Past:
    """Tell of one product with two variants, one customer, and orders of two lines each."""
    red = Variant("85123A", "RED HEART", 255, AT, (("Color", "RED"),), surplus=7)
    blue = Variant("85123B", "BLUE HEART", 295, AT, (("Color", "BLUE"),), surplus=0)
    heart = Product("heart-85123", "HEART", AT, [red, blue], ("hearts",))
    ada = Customer("ada@example.com", "Ada", AT, "FR", "France")
    past = Past(
        categories=[Category("gifts", "Gifts", None, 0), Category("hearts", "Hearts", "gifts", 1)],
        products=[heart],
        customers=[ada],
        orders=[
            Order(
                number=str(536_365 + place),
                at=AT + timedelta(minutes=place),
                customer=ada if place % 2 == 0 else None,
                country="FR" if place % 2 == 0 else None,
                lines=[Line(red, 6, 255), Line(blue, 1, 290)],
            )
            for place in range(orders)
        ],
        tax_rate=200_000,
        tax_name="VAT",
        staff=[Staff("owner@example.com", "Olive", Role.OWNER, "hash")],
    )
    for first in past.orders[:1]:
        first.lines[0].refunded = 2
        units = Counter({first.lines[0]: 2})
        first.refunds.append(Refund("C536379", AT + timedelta(days=1), 510, units))
    return past


async def filled(
    database: Database, past: Past, *, replace: bool = False, progress: Progress | None = None
) -> Counter[str]:
    return await fill(
        url=database.url,
        past=past,
        opening=OPENING,
        now=NOW,
        replace=replace,
        progress=progress or Silence(),
    )


class TestFill:
    async def test_writes_everything_and_every_sum_is_right(self, database: Database) -> None:
        written = await filled(database, a_past())
        assert written["orders"] == 3
        assert written["order_line"] == 6
        assert await broken(database.url) == []

    async def test_an_order_is_completed_paid_and_taxed_at_its_own_prices(
        self, database: Database
    ) -> None:
        await filled(database, a_past())
        order = await fetch_one(
            "SELECT orders.status, total, tax, captured, refund_held, orders.updated_at"
            " FROM orders JOIN payment ON payment.order_id = orders.id WHERE number = '536365'"
        )
        assert order is not None
        assert tuple(order) == (
            "COMPLETED",
            6 * 255 + 290,
            255 + 48,
            1820,
            510,
            AT + timedelta(days=1),
        )

    async def test_stock_is_what_was_left_over(self, database: Database) -> None:
        await filled(database, a_past())
        kinds = await fetch_value("SELECT array_agg(kind ORDER BY id) FROM stock_movement")
        left = await fetch_value("SELECT array_agg(on_hand ORDER BY on_hand) FROM stock")
        assert kinds == ["ADJUST"] * 2 + ["SHIP"] * 6
        assert left == [0, 7]

    async def test_the_next_order_is_numbered_above(self, database: Database) -> None:
        await filled(database, a_past())
        assert await fetch_value("SELECT nextval('order_number')") == 536_368

    async def test_the_same_past_gives_the_same_ids(self, database: Database) -> None:
        await filled(database, a_past())
        before = await fetch_value("SELECT array_agg(id ORDER BY id) FROM order_line")
        await filled(database, a_past(), replace=True)
        assert await fetch_value("SELECT array_agg(id ORDER BY id) FROM order_line") == before

    async def test_sets_the_shop_up_once_and_leaves_its_settings_alone(
        self, database: Database
    ) -> None:
        await filled(database, a_past())
        await database_execute(database, "UPDATE shop SET name = 'Mine'")
        await filled(database, a_past(), replace=True)
        assert await fetch_value("SELECT name FROM shop") == "Mine"
        assert await fetch_value("SELECT count(*) FROM shipping_method") == 1
        assert await fetch_value("SELECT countries FROM shop") == ["GB", "FR"]

    async def test_replacing_keeps_whoever_can_sign_in(self, database: Database) -> None:
        await filled(database, a_past())
        await database_execute(
            database, "UPDATE users SET password_hash = 'x' WHERE email = 'ada@example.com'"
        )
        await filled(database, a_past(5), replace=True)
        assert await fetch_value("SELECT count(*) FROM users") == 2
        assert await fetch_value("SELECT count(*) FROM orders WHERE user_id IS NOT NULL") == 3
        assert await broken(database.url) == []

    async def test_refuses_a_shop_that_holds_orders(self, database: Database) -> None:
        await filled(database, a_past())
        with pytest.raises(CannotFill, match="holds 3 orders already"):
            await filled(database, a_past(9))
        assert await fetch_value("SELECT count(*) FROM orders") == 3

    async def test_refuses_a_shop_that_sells_the_same_goods_already(
        self, database: Database
    ) -> None:
        await filled(database, a_past(0))
        with pytest.raises(CannotFill, match="holds some of this already"):
            await filled(database, a_past(9))
        assert await fetch_value("SELECT count(*) FROM orders") == 0

    async def test_refuses_a_shop_in_another_currency(self, database: Database) -> None:
        await database_execute(
            database,
            "INSERT INTO shop (id, name, currency, prices_include_tax, time_zone, countries)"
            " VALUES (gen_random_uuid(), 'Laden', 'EUR', false, 'Europe/Berlin', '{DE}')",
        )
        with pytest.raises(CannotFill, match="in EUR, without tax"):
            await filled(database, a_past())
        assert await is_empty(database.url)

    async def test_refuses_while_another_import_is_running(self, database: Database) -> None:
        other = await asyncpg.connect(database.url)
        try:
            await other.execute("SELECT pg_advisory_lock(hashtext('tradepost.import'))")
            with pytest.raises(CannotFill, match="Another import is running"):
                await filled(database, a_past())
        finally:
            await other.close()
        assert await is_empty(database.url)

    async def test_a_fault_midway_leaves_the_shop_as_it_was(self, database: Database) -> None:
        past = a_past()
        past.orders[2].lines[1].unit_price = -1
        with pytest.raises(asyncpg.CheckViolationError):
            await filled(database, past)
        assert await is_empty(database.url)
        assert await fetch_value("SELECT count(*) FROM users") == 0

    async def test_leaves_every_index_and_constraint_as_it_was(self, database: Database) -> None:
        before = await structure()
        await filled(database, a_past())
        assert await structure() == before

    async def test_a_kill_midway_leaves_the_shop_as_it_was_and_running_again_works(
        self, database: Database
    ) -> None:
        killed = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", __name__, database.url], check=False
        )
        assert killed.returncode == -signal.SIGKILL
        assert await is_empty(database.url)
        await filled(database, a_past(5_000))
        assert await fetch_value("SELECT count(*) FROM orders") == 5_000
        assert await broken(database.url) == []


async def structure() -> list[tuple[str, ...]]:
    rows = await fetch(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
        " UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in rows]


async def database_execute(database: Database, sql: str) -> None:
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


class KilledMidway(Silence):
    """Ends this process without a warning once some rows are written."""

    def __init__(self) -> None:
        self.rows = 0

    def advance(self, steps: int) -> None:
        self.rows += steps
        if self.rows > 40_000:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    arguments: dict[str, Any] = {"opening": OPENING, "now": NOW, "replace": False}
    asyncio.run(fill(url=sys.argv[1], past=a_past(5_000), progress=KilledMidway(), **arguments))
