"""A Shopify export into a shop: once, again, and with faults in it."""

from pathlib import Path

import pytest

from api.importing.progress import Silence
from api.importing.report import Report
from api.importing.shopify.file import import_shopify
from db import shop
from db.base import fetch, fetch_one, fetch_value
from db.config import Database
from db.invariants import broken
from tests import factories
from tests.conftest import NOW

EXPORT = """\
Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src
pot,Clay Pot,<p>Blown clay</p>,Rustic,"Pots, Garden",true,Size,Regular,,1,9.99,,https://a.b/1.jpg
pot,,,,,,,Large,,3,15.99,20,https://a.b/2.jpg
light,Copper Light,,Rustic,Garden,false,Title,Default Title,L-1,2,59.99,75,
"""


@pytest.fixture
async def _shop(database: Database) -> None:
    await shop.install(
        name="Shop",
        currency="GBP",
        prices_include_tax=True,
        time_zone="Europe/London",
        countries=["GB"],
        now=NOW,
    )


async def imported(tmp_path: Path, text: str) -> Report:
    path = tmp_path / "products.csv"
    path.write_text(text)
    return await import_shopify(path=path, now=NOW, progress=Silence())


async def everything() -> list[list[tuple[object, ...]]]:
    tables = ("product", "variant", "category", "product_category", "stock", "stock_movement")
    return [
        [tuple(row) for row in await fetch(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in tables
    ]


@pytest.mark.usefixtures("_shop")
class TestImportShopify:
    async def test_makes_products_with_all_that_belongs_to_them(
        self, tmp_path: Path, database: Database
    ) -> None:
        report = await imported(tmp_path, EXPORT)
        assert report.imported["products made"] == 2
        assert report.imported["variants made"] == 3
        assert not report.rejected
        variants = await fetch(
            "SELECT slug, status, sku, price, compare_at_price, on_hand FROM variant"
            " JOIN product ON product.id = product_id JOIN stock ON variant_id = variant.id"
            " ORDER BY slug, position"
        )
        assert [tuple(row) for row in variants] == [
            ("light", "DRAFT", "L-1", 5999, 7500, 2),
            ("pot", "PUBLISHED", "POT-REGULAR", 999, None, 1),
            ("pot", "PUBLISHED", "POT-LARGE", 1599, 2000, 3),
        ]
        categories = await fetch(
            "SELECT product.slug, category.slug FROM product_category"
            " JOIN product ON product.id = product_id JOIN category ON category.id = category_id"
            " ORDER BY 1, 2"
        )
        assert [tuple(row) for row in categories] == [
            ("light", "garden"),
            ("pot", "garden"),
            ("pot", "pots"),
        ]
        assert await broken(database.url) == []

    async def test_changes_nothing_when_run_again(self, tmp_path: Path) -> None:
        await imported(tmp_path, EXPORT)
        before = await everything()
        report = await imported(tmp_path, EXPORT)
        assert await everything() == before
        assert report.imported["products as they were"] == 2

    async def test_brings_up_to_date_what_changed(self, tmp_path: Path, database: Database) -> None:
        await imported(tmp_path, EXPORT)
        changed = (
            EXPORT.replace("Clay Pot", "Clay Plant Pot")
            .replace(",3,15.99,20", ",8,14.99,")
            .replace("Garden,false", "Garden,true")
            .replace(",Regular,,1,", ",Huge,,1,")
        )
        report = await imported(tmp_path, changed)
        assert report.imported["products changed"] == 2
        assert report.imported["variants made"] == 1
        assert report.imported["variants withdrawn"] == 1
        variants = await fetch(
            "SELECT product.title, status, sku, price, active, on_hand FROM variant"
            " JOIN product ON product.id = product_id JOIN stock ON variant_id = variant.id"
            " ORDER BY sku"
        )
        assert [tuple(row) for row in variants] == [
            ("Copper Light", "PUBLISHED", "L-1", 5999, True, 2),
            ("Clay Plant Pot", "PUBLISHED", "POT-HUGE", 999, True, 1),
            ("Clay Plant Pot", "PUBLISHED", "POT-LARGE", 1499, True, 8),
            ("Clay Plant Pot", "PUBLISHED", "POT-REGULAR", 999, False, 1),
        ]
        assert await broken(database.url) == []

    async def test_a_bad_line_leaves_its_variant_as_it_was(self, tmp_path: Path) -> None:
        await imported(tmp_path, EXPORT)
        before = await everything()
        report = await imported(tmp_path, EXPORT.replace("15.99", "cheap"))
        assert [(one.examples, one.reason[:13]) for one in report.rejected] == [
            ([3], "price 'cheap'")
        ]
        assert await everything() == before

    async def test_a_sku_of_another_product_is_reported_and_the_rest_goes_in(
        self, tmp_path: Path
    ) -> None:
        await imported(tmp_path, EXPORT)
        report = await imported(
            tmp_path,
            "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
            "mug,Mug,Color,Red,L-1,5\nmug,,,Blue,M-2,5\nlid,Lid,,,L-1,5\n",
        )
        assert [one.examples for one in report.rejected] == [[2], [4]]
        assert report.imported["products made"] == 1
        assert await fetch_value("SELECT count(*) FROM variant WHERE sku = 'M-2'") == 1
        assert await fetch_value("SELECT count(*) FROM product WHERE slug = 'lid'") == 0

    async def test_does_not_count_below_what_is_promised(
        self, tmp_path: Path, database: Database
    ) -> None:
        await imported(tmp_path, EXPORT)
        large = await fetch_value("SELECT id FROM variant WHERE sku = 'POT-LARGE'")
        await factories.order(units=[3], variants=[large])
        await imported(tmp_path, EXPORT.replace(",3,15.99", ",1,15.99"))
        level = await fetch_one("SELECT on_hand, reserved FROM stock WHERE variant_id = $1", large)
        assert level is not None
        assert tuple(level) == (3, 3)
        assert await broken(database.url) == []
