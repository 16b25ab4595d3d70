"""A whole file into a whole shop, its sums taken again from the file by other means."""

import csv
import lzma
from decimal import Decimal
from pathlib import Path

import pytest

from api.importing.files import UnreadableFile
from api.importing.online_retail.file import import_online_retail
from api.importing.progress import Silence
from api.importing.report import Report
from db.base import fetch, fetch_value
from db.config import Database
from db.invariants import broken
from db.seeds import demo
from db.seeds.filling import CannotFill, is_empty
from tests.conftest import NOW

LINES = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART,6.0,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123B,RED HANGING HEART,2.0,2010-12-01 08:26:00,2.95,17850.0,United Kingdom
536365,POST,POSTAGE,1.0,2010-12-01 08:26:00,18.0,17850.0,United Kingdom
536366,85123A,WHITE HANGING HEART,3.0,2010-12-01 09:00:00,2.55,,Channel Islands
536367,22423,,80.0,2010-12-01 09:10:00,0.0,,United Kingdom
536368,22423,damaged,-80.0,2010-12-01 09:11:00,0.0,,United Kingdom
C536369,85123A,WHITE HANGING HEART,-1.0,2010-12-02 09:00:00,2.55,17850.0,United Kingdom
C536370,85123A,WHITE HANGING HEART,-9.0,2010-12-02 09:00:00,2.55,17850.0,United Kingdom
536371,85123A,CREAM HANGING HEART,x,2010-12-03 09:00:00,2.55,17850.0,United Kingdom
536372,85123A,CREAM HANGING HEART,1.0,2010-12-03 09:00:00,2.75,17850.0,United Kingdom
A563185,22423,Adjust bad debt,1.0,2011-08-12 14:50:00,11062.06,,United Kingdom
"""


async def imported(database: Database, path: Path, *, replace: bool = False) -> Report:
    return await import_online_retail(
        url=database.url, path=path, now=NOW, replace=replace, progress=Silence()
    )


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv.xz"
    path.write_bytes(lzma.compress(LINES.encode()))
    return path


class TestImportOnlineRetail:
    async def test_takes_over_what_is_good_and_counts_the_rest(
        self, database: Database, path: Path
    ) -> None:
        report = await imported(database, path)
        assert report.imported == {
            "categories": 2,
            "products": 1,
            "variants": 2,
            "customers": 1,
            "orders": 3,
            "order lines": 4,
            "refunds": 1,
            "refund lines": 1,
            "paid": "31.60 GBP",
            "refunded": "2.55 GBP",
        }
        assert {(one.reason.partition(":")[0], one.count) for one in report.rejected} == {
            ("not goods", 1),
            ("no price", 1),
            ("a stock correction", 1),
            ("a return of more units, or more money, than one earlier sale has left", 1),
            ("not readable", 1),
            ("neither an invoice nor a credit note", 1),
        }
        assert await broken(database.url) == []

    async def test_variants_have_the_title_and_price_that_were_seen_last(
        self, database: Database, path: Path
    ) -> None:
        await imported(database, path)
        rows = await fetch(
            "SELECT product.title, sku, variant.title, price, options ->> 0 AS option FROM variant"
            " JOIN product ON product.id = product_id ORDER BY sku"
        )
        assert [tuple(row) for row in rows] == [
            (
                "HANGING HEART",
                "85123A",
                "CREAM HANGING HEART",
                275,
                '{"name": "Color", "value": "CREAM"}',
            ),
            (
                "HANGING HEART",
                "85123B",
                "RED HANGING HEART",
                295,
                '{"name": "Color", "value": "RED"}',
            ),
        ]

    async def test_an_unknown_country_leaves_the_address_empty(
        self, database: Database, path: Path
    ) -> None:
        await imported(database, path)
        addresses = await fetch(
            "SELECT number, shipping_address ->> 'country_code' FROM order_private"
            " JOIN orders ON orders.id = order_id ORDER BY number"
        )
        assert [tuple(row) for row in addresses] == [
            ("536365", "GB"),
            ("536366", None),
            ("536372", "GB"),
        ]

    async def test_orders_come_to_what_the_file_comes_to(self, database: Database) -> None:
        await imported(database, demo.DATA)
        with lzma.open(demo.DATA, "rt", encoding="utf-8", newline="") as text:
            paid = sum(
                Decimal(row["UnitPrice"]) * int(row["Quantity"])
                for row in csv.DictReader(text)
                if not row["InvoiceNo"].startswith("C")
            )
        assert await fetch_value("SELECT sum(total)::bigint FROM orders") == paid * 100
        assert await fetch_value("SELECT sum(captured)::bigint FROM payment") == paid * 100

    async def test_refuses_a_second_time_without_being_told_to_replace(
        self, database: Database, path: Path
    ) -> None:
        await imported(database, path)
        with pytest.raises(CannotFill, match="holds 3 orders already"):
            await imported(database, path)
        await imported(database, path, replace=True)
        assert await fetch_value("SELECT count(*) FROM orders") == 3

    async def test_a_damaged_file_changes_nothing(self, database: Database, path: Path) -> None:
        cut_short(path)
        with pytest.raises(UnreadableFile, match="damaged or cut short"):
            await imported(database, path)
        assert await is_empty(database.url)

    async def test_a_file_without_a_sale_changes_nothing(
        self, database: Database, tmp_path: Path
    ) -> None:
        path = tmp_path / "lines.csv"
        path.write_text("".join(LINES.splitlines(keepends=True)[:1]))
        with pytest.raises(UnreadableFile, match="holds no invoice of goods"):
            await imported(database, path)
        assert await is_empty(database.url)
