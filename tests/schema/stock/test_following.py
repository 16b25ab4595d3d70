"""Following the stock: all that was asked for first, then what changed, as it is then."""

from typing import Any, Final
from uuid import UUID

import pytest

from db import ids, stock
from db.access import Caller, Role
from db.config import Database
from db.stock import Adjustment, StockReason
from tests import factories
from tests.conftest import NOW
from tests.following import following
from tests.goods import make_shop, make_variant

CHANGED: Final = """subscription($ids: [ID!]!) { stockChanged(variantIds: $ids) {
  sku stock { available } } }"""
CLERK: Final = factories.staff(Role.FULFILLMENT)


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


def typeid(variant: UUID) -> str:
    return ids.encode("var", variant)


async def receive(variant: UUID, delta: int) -> None:
    change = Adjustment(variant_id=variant, delta=delta, reason=StockReason.RECEIVED)
    await stock.adjust(caller=Caller.system("tests"), now=NOW, changes=[change], claim=None)


def shown(message: dict[str, Any]) -> tuple[str, int]:
    variant = message["stockChanged"]
    return variant["sku"], variant["stock"]["available"]


async def test_shows_all_of_them_first_and_then_what_changed(database: Database) -> None:
    tea = await make_variant(sku="TEA", on_hand=3)
    cup = await make_variant(sku="CUP", on_hand=5)
    wanted = [typeid(tea), typeid(cup)]
    async with following(database, CLERK, CHANGED, ids=wanted) as changes:
        assert shown(await changes.message()) == ("TEA", 3)
        assert shown(await changes.message()) == ("CUP", 5)
        await receive(cup, 2)
        assert shown(await changes.message()) == ("CUP", 7)
        assert await changes.is_silent()


async def test_a_slow_reader_gets_each_once_as_it_is_then(database: Database) -> None:
    tea = await make_variant(sku="TEA", on_hand=0)
    async with following(database, CLERK, CHANGED, ids=[typeid(tea)]) as changes:
        await changes.message()
        for _ in range(10):
            await receive(tea, 1)
        seen = [shown(await changes.message())]
        while seen[-1] != ("TEA", 10):
            seen.append(shown(await changes.message()))
        assert len(seen) < 10
        assert await changes.is_silent()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([], "variantIds: This is required."),
        ([typeid(UUID(int=each)) for each in range(101)], "variantIds: At most 100 at once."),
        (["var_nonsense"], "variantIds: there is no such variant."),
        ([typeid(UUID(int=5))], "variantIds: there is no such variant."),
    ],
)
async def test_says_what_it_cannot_follow(
    database: Database, wanted: list[str], message: str
) -> None:
    async with following(database, CLERK, CHANGED, ids=wanted) as changes:
        (error,) = (await changes.response())["errors"]
        assert (error["extensions"]["code"], error["message"]) == ("BAD_REQUEST", message)
        assert await changes.is_over()


async def test_is_for_those_who_may_look_into_the_stock(database: Database) -> None:
    wanted = [typeid(await make_variant())]
    finance = factories.staff(Role.FINANCE)
    async with following(database, finance, CHANGED, ids=wanted) as changes:
        assert await changes.codes() == ["FORBIDDEN"]
        assert await changes.is_over()
