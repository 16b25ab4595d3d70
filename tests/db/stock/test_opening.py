"""New products and variants that come with stock."""

from datetime import datetime
from uuid import UUID

import pytest

from db import catalog, stock
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.errors import Code, Refusals
from db.money import Money
from db.stock import NewVariantFields
from tests.goods import make_product, make_shop
from tests.snapshot import unchanged

KEEPER = Caller(
    kind=ActorKind.STAFF,
    label="Kim",
    user_id=UUID(int=9),
    role=Role.CATALOG,
    permissions=PERMISSIONS[Role.CATALOG],
)
pytestmark = pytest.mark.usefixtures("database")


def variant(sku: str, on_hand: int | None, *, track_stock: bool = True) -> NewVariantFields:
    return {
        "sku": sku,
        "price": Money(1000, "EUR"),
        "track_stock": track_stock,
        "initial_on_hand": on_hand,
    }


class TestCreateProduct:
    async def test_opens_the_stock_of_its_variants(self, now: datetime) -> None:
        await make_shop()
        outcome = await stock.create_product(
            caller=KEEPER,
            now=now,
            fields={"title": "Tea light"},
            variants=[variant("A", 7), variant("B", None)],
        )
        (rows,) = await catalog.variants_by_product([UUID(outcome.ids["product"])])
        levels = await stock.levels_by_variant([row.id for row in rows])
        movements = await stock.movements_by_variant([row.id for row in rows], after=None, limit=10)
        assert {row.sku: level.on_hand for row, level in zip(rows, levels, strict=True)} == {
            "A": 7,
            "B": 0,
        }
        assert [
            [(each.kind, each.reason, each.on_hand) for each in page] for page in movements
        ] == [
            [("ADJUST", "RECEIVED", 7)],
            [],
        ]

    async def test_makes_nothing_where_an_opening_stock_cannot_be(self, now: datetime) -> None:
        await make_shop()
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await stock.create_product(
                    caller=KEEPER,
                    now=now,
                    fields={"title": "Tea light"},
                    variants=[variant("A", -1), variant("B", 3, track_stock=False)],
                )
        assert [(each.code, each.path) for each in refused.value.refusals] == [
            (Code.OUT_OF_RANGE, ("variants", 0, "initial_on_hand")),
            (Code.INVALID, ("variants", 1, "initial_on_hand")),
        ]


class TestCreateVariant:
    async def test_opens_its_stock(self, now: datetime) -> None:
        await make_shop()
        outcome = await stock.create_variant(
            caller=KEEPER, now=now, product_id=await make_product(), fields=variant("A", 7)
        )
        (level,) = await stock.levels_by_variant([UUID(outcome.ids["variant"])])
        assert level.on_hand == 7
