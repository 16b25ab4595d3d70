"""Many people change one product at once, each from what they read last."""

import asyncio
import os
import random
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from db import catalog, ids
from db.base import fetch, fetch_one
from db.catalog import Product, ProductFields
from db.config import Database
from db.errors import VersionConflict
from tests.db.catalog.test_products import CLERK
from tests.goods import add_product, make_shop
from tests.torture.tried import Record

STAFF: Final = 20
EDITS: Final = 1000 if os.environ.get("IN_FULL") else 200
SHOWN: Final = {"title": "title", "description": "description", "slug": "slug"}


async def columns(product_id: object) -> Mapping[str, Any]:
    row = await fetch_one("SELECT * FROM product WHERE id = $1", product_id)
    assert row
    return dict(row)


async def test_ver_2_the_version_counts_the_edits_and_the_audit_trail_tells_them_all(
    database: Database, now: datetime, record_property: Record
) -> None:
    record_property("tried", EDITS)
    await make_shop()
    product_id = await add_product("Lamp", published_at=None)
    before = await columns(product_id)
    seed = 20261124
    print(f"seed {seed}")  # noqa: T201
    chance = random.Random(seed)  # noqa: S311 - a seed is one history
    lost = 0

    async def edit(fields: ProductFields) -> None:
        """Write over what is there by then, as often as somebody was quicker."""
        nonlocal lost
        version = int((await columns(product_id))["version"])
        while True:
            await asyncio.sleep(chance.random() / 100)  # while they think
            try:
                await catalog.update_product(
                    caller=CLERK, now=now, id=product_id, fields=fields, if_version=version
                )
            except VersionConflict as conflict:
                version, lost = conflict.current_version, lost + 1
            else:
                return

    async def work(edits: int) -> None:
        for _ in range(edits):
            name = chance.choice(["title", "description"])
            await edit({name: f"{name} {ids.new()}"})  # type: ignore[misc]

    await asyncio.gather(*(work(EDITS // STAFF) for _ in range(STAFF)))

    after = await columns(product_id)
    assert lost > 0
    assert after["version"] == before["version"] + EDITS
    told = dict(before)
    rows = await fetch(
        "SELECT changes FROM audit_event"
        " WHERE subject = $1 AND action = 'productUpdate' ORDER BY id",
        ids.encode(Product.prefix, product_id),
    )
    assert len(rows) == EDITS
    for (changes,) in rows:
        for name, (was, became) in orjson.loads(changes).items():
            assert told[name] == was
            told[name] = became
    assert {name: told[name] for name in SHOWN} == {name: after[name] for name in SHOWN}
