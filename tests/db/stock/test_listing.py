"""The variants as those see them who look after the stock."""

from uuid import UUID

import pytest

from db import stock
from db.access import Caller
from db.errors import NotSignedIn
from db.stock import VariantFilter
from tests.goods import make_product, make_variant
from tests.statements import statements

CLERK = Caller.system("tests")
EVERYTHING = VariantFilter()
pytestmark = pytest.mark.usefixtures("database")


async def skus(
    query: str | None = None,
    filter: VariantFilter = EVERYTHING,
    after: str | None = None,
    limit: int = 10,
) -> list[str]:
    rows = await stock.list_variants(
        caller=CLERK, query=query, filter=filter, after=after, limit=limit
    )
    return [row.sku for row in rows]


@pytest.fixture
async def product(database: object) -> UUID:
    """A product with the variants A-1 (3 on hand), A-2 (30) and B-1 (not tracked)."""
    product = await make_product(title="100% wax candle")
    await make_variant(product_id=product, sku="A-1", title="Red", on_hand=3)
    await make_variant(product_id=product, sku="A-2", title="Blue", on_hand=30)
    await make_variant(product_id=product, sku="B-1", title="Song", track_stock=False)
    await make_variant(sku="C-1", title="Red", on_hand=0)
    return product


class TestListVariants:
    async def test_reads_them_page_by_page_in_order_of_sku(self, product: UUID) -> None:
        assert await skus(limit=2) == ["A-1", "A-2"]
        assert await skus(limit=2, after="A-2") == ["B-1", "C-1"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("red", ["A-1", "C-1"]),
            ("candle blue", ["A-2"]),
            ("b-1", ["B-1"]),
            ("100%", ["A-1", "A-2", "B-1"]),
            ("%", ["A-1", "A-2", "B-1"]),
            ("_", []),
            (" ", ["A-1", "A-2", "B-1", "C-1"]),
        ],
    )
    async def test_finds_every_word(self, product: UUID, query: str, found: list[str]) -> None:
        assert await skus(query) == found

    async def test_is_narrowed_by_what_is_left(self, product: UUID) -> None:
        assert await skus(filter=VariantFilter(available_at_most=3)) == ["A-1", "C-1"]

    async def test_is_narrowed_by_product_and_sku(self, product: UUID) -> None:
        assert await skus(filter=VariantFilter(product_id=product)) == ["A-1", "A-2", "B-1"]
        assert await skus(filter=VariantFilter(skus=["C-1", "A-2", "?"])) == ["A-2", "C-1"]

    async def test_is_counted(self, product: UUID) -> None:
        low = VariantFilter(available_at_most=3)
        assert await stock.count_variants(caller=CLERK, query="red", filter=low) == 2

    async def test_is_not_for_everyone(self, product: UUID) -> None:
        with pytest.raises(NotSignedIn):
            await stock.list_variants(
                caller=Caller.anonymous(), query=None, filter=EVERYTHING, after=None, limit=1
            )


class TestMovements:
    async def test_are_read_newest_first_for_many_variants_at_once(self) -> None:
        one, other = await make_variant(on_hand=1), await make_variant(on_hand=2)
        with statements() as sent:
            pages = await stock.movements_by_variant([other, one], after=None, limit=5)
        assert [[each.on_hand for each in page] for page in pages] == [[2], [1]]
        assert len(sent) == 1
        older = await stock.movements_by_variant([one], after=pages[1][0].id, limit=5)
        assert older == [[]]
        assert await stock.count_movements_by_variant([one, other]) == [1, 1]
