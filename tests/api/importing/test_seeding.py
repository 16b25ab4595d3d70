"""The demo shop, as a newcomer finds it."""

import pytest

from api.importing.progress import Silence
from api.importing.seeding import Size, seed
from db import users
from db.base import fetch, fetch_value
from db.config import Database
from db.invariants import broken
from db.seeds import demo
from db.seeds.filling import CannotFill
from tests.conftest import NOW


class TestTheDemo:
    async def test_is_a_real_shop(self, database: Database) -> None:
        report = await seed(
            url=database.url, size=Size.DEMO, now=NOW, replace=False, progress=Silence()
        )
        assert report.imported["products"] == 1_000
        assert report.imported["customers"] == 500
        assert report.imported["orders"] == 2_979
        assert await broken(database.url) == []

        logins = await fetch(
            "SELECT email, role, password_hash, count(orders.id) AS orders"
            " FROM users LEFT JOIN orders ON orders.user_id = users.id"
            " WHERE password_hash IS NOT NULL GROUP BY users.id ORDER BY email"
        )
        assert [(row["email"], row["role"], row["orders"]) for row in logins] == [
            ("ada@example.com", "CUSTOMER", 23),
            ("grace@example.com", "CUSTOMER", 4),
            ("owner@example.com", "OWNER", 0),
            ("support@example.com", "SUPPORT", 0),
        ]
        hasher = users.Hasher()
        assert await hasher.matches(demo.PASSWORD, logins[0]["password_hash"])
        assert await fetch_value("SELECT count(*) FROM product WHERE search IS NULL") == 0
        assert await fetch_value("SELECT count(*) FROM shipping_method WHERE price = 0") == 1
        assert await fetch_value("SELECT percent FROM discount WHERE code = 'WELCOME'") == 100_000

        with pytest.raises(CannotFill, match="holds 2,979 orders already"):
            await seed(
                url=database.url, size=Size.BENCH, now=NOW, replace=False, progress=Silence()
            )

    def test_its_data_are_small_and_come_with_their_licence(self) -> None:
        assert demo.DATA.stat().st_size < 400_000
        licence = demo.DATA.with_name("LICENSE-online-retail.md").read_text()
        assert "CC BY 4.0" in licence
        assert "10.24432/C5BW33" in licence
