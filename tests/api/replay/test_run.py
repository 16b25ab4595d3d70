"""A day lived again through the whole app: placed to the penny, or refused and said so."""

from datetime import date
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.importing.files import UnreadableFile
from api.importing.online_retail.file import import_online_retail
from api.importing.progress import Silence
from api.replay.day import A_RETURN, NOT_SOLD
from api.replay.run import Replayed, replay
from db.base import execute, fetch
from db.config import Database
from tests.conftest import NOW

DAY = date(2011, 12, 5)
PAST = """\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,85123A,WHITE HANGING HEART,6,2011-12-04 08:26:00,2.55,17850,United Kingdom
1,22423,CAKE STAND,1,2011-12-04 08:26:00,12.75,17850,United Kingdom
2,22423,CAKE STAND,1,2011-12-05 09:00:00,10.95,17850,United Kingdom
2,22423,CAKE STAND,2,2011-12-05 09:00:00,10.95,17850,United Kingdom
3,85123A,WHITE HANGING HEART,4,2011-12-05 09:10:00,2.95,,France
4,22423,CAKE STAND,1,2011-12-05 09:20:00,10.95,17850,United Kingdom
C5,85123A,WHITE HANGING HEART,-1,2011-12-05 09:30:00,2.55,17850,United Kingdom
"""


async def replayed(database: Database, app: FastAPI, path: Path, *, day: date = DAY) -> Replayed:
    return await replay(
        path=path,
        day=day,
        concurrency=4,
        url="http://shop.test/graphql",
        database_url=database.url,
        now=NOW,
        progress=Silence(),
        transport=httpx.ASGITransport(app),
    )


@pytest.fixture
async def path(database: Database, tmp_path: Path) -> Path:
    path = tmp_path / "lines.csv"
    path.write_text(PAST)
    await import_online_retail(
        url=database.url, path=path, now=NOW, replace=False, progress=Silence()
    )
    return path


class TestReplay:
    async def test_places_every_invoice_at_the_shop_s_present_prices(
        self, database: Database, app: FastAPI, path: Path
    ) -> None:
        done = await replayed(database, app, path)
        assert [one.refusal for one in done.results] == [None] * 3
        sent = 3 * 1095 + 4 * 295 + 1095
        assert sum(one.sent for one in done.results) == sent
        assert sum(one.placed for one in done.results) == sent
        assert done.held == sent
        assert done.left_out == {A_RETURN: 1}
        assert done.is_right

    async def test_customers_buy_in_their_own_name_and_others_as_guests(
        self, database: Database, app: FastAPI, path: Path
    ) -> None:
        await replayed(database, app, path)
        owners = await fetch(
            "SELECT users.email, guest_id IS NOT NULL AS guest, order_private.email AS told"
            " FROM orders JOIN order_private ON order_id = orders.id"
            " LEFT JOIN users ON users.id = user_id WHERE orders.status = 'PLACED' ORDER BY told"
        )
        ada = ("customer-17850@example.com", False, "customer-17850@example.com")
        assert [tuple(row) for row in owners] == [
            ada,
            ada,
            (None, True, "guest-3@example.com"),
        ]

    async def test_says_what_was_refused_and_still_adds_up(
        self, database: Database, app: FastAPI, path: Path
    ) -> None:
        await execute(
            "WITH gone AS (UPDATE stock SET on_hand = 3 FROM variant"
            " WHERE variant.id = variant_id AND sku = '85123A' RETURNING variant_id)"
            " INSERT INTO stock_movement (id, variant_id, kind, on_hand_delta, reserved_delta,"
            " on_hand, reserved, actor_kind, actor_label, created_at)"
            " SELECT gen_random_uuid(), variant_id, 'ADJUST', 3 - 444, 0, 3, 0, 'SYSTEM', '', $1"
            " FROM gone",
            NOW,
        )
        done = await replayed(database, app, path)
        [refused] = done.refused
        assert refused.basket.invoice == "3"
        assert refused.refusal
        assert refused.refusal.startswith("OUT_OF_STOCK: ")
        assert done.held == 4 * 1095

    async def test_leaves_out_what_the_shop_does_not_sell(
        self, database: Database, app: FastAPI, path: Path
    ) -> None:
        await execute("UPDATE variant SET active = false WHERE sku = '85123A'")
        done = await replayed(database, app, path)
        assert done.left_out == {A_RETURN: 1, NOT_SOLD: 1}
        assert len(done.placed) == 2

    async def test_prints_what_happened(self, database: Database, app: FastAPI, path: Path) -> None:
        done = await replayed(database, app, path)
        titles = [str(table.columns[0].header) for table in done.tables()]
        assert titles[:2] == ["The invoices of 2011-12-05", "Left out"]
        assert titles[-1] == "What must be true"

    async def test_refuses_a_day_without_invoices(
        self, database: Database, app: FastAPI, path: Path
    ) -> None:
        with pytest.raises(UnreadableFile, match="no invoice of 2011-12-06"):
            await replayed(database, app, path, day=date(2011, 12, 6))
