"""The tree of categories grows, moves, and never closes a circle."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from db import catalog, ids
from db.access import Caller
from db.base import execute, fetch_value
from db.catalog import MOST_CATEGORIES, CategoryRow
from db.config import Database
from db.errors import Code, NotSignedIn, Refusal, Refusals, VersionConflict
from tests.goods import add_product, make_shop
from tests.snapshot import unchanged

CLERK = Caller.system("tests")


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def grow(
    title: str, parent_id: UUID | None = None, *, now: datetime, position: int = 0
) -> UUID:
    outcome = await catalog.create_category(
        caller=CLERK,
        now=now,
        fields={"title": title, "parent_id": parent_id, "position": position},
    )
    return UUID(outcome.ids["category"])


async def read(category_id: UUID) -> CategoryRow:
    (row,) = await catalog.categories_by_id([category_id])
    assert row is not None
    return row


async def move(category_id: UUID, parent_id: UUID | None, now: datetime) -> None:
    await catalog.update_category(
        caller=CLERK,
        now=now,
        id=category_id,
        fields={"parent_id": parent_id},
        if_version=(await read(category_id)).version,
    )


async def rename(category_id: UUID, title: str, now: datetime, *, if_version: int) -> None:
    await catalog.update_category(
        caller=CLERK, now=now, id=category_id, fields={"title": title}, if_version=if_version
    )


class TestCreateCategory:
    async def test_makes_a_slug_and_reads_back_as_a_tree(self, now: datetime) -> None:
        home = await grow("Home & Garden", now=now, position=2)
        lamps = await grow("Lamps", home, now=now)
        await grow("Toys", now=now, position=1)
        await grow("Home & Garden", lamps, now=now)

        assert [(row.slug, row.parent_id) for row in await catalog.categories()] == [
            ("toys", None),
            ("home-garden", None),
            ("lamps", home),
            ("home-garden-2", lamps),
        ]
        assert [
            [row.slug for row in rows] for rows in await catalog.categories_by_parent([home])
        ] == [["lamps"]]

    @pytest.mark.parametrize(
        ("fields", "code", "path"),
        [
            ({"title": "X", "slug": "taken"}, Code.TAKEN, ("input", "slug")),
            ({"title": "X", "parent_id": UUID(int=7)}, Code.NOT_FOUND, ("input", "parent_id")),
        ],
    )
    async def test_refuses(
        self, fields: catalog.CategoryFields, code: Code, path: tuple[str, str], now: datetime
    ) -> None:
        await catalog.create_category(caller=CLERK, now=now, fields={"title": "Taken"})
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await catalog.create_category(caller=CLERK, now=now, fields=fields)
        assert (refused.value.code, refused.value.path) == (code, path)

    async def test_needs_a_title(self, now: datetime) -> None:
        with pytest.raises(Refusals):
            await catalog.create_category(caller=CLERK, now=now, fields={})

    async def test_is_not_for_shoppers(self, now: datetime) -> None:
        with pytest.raises(NotSignedIn):
            await catalog.create_category(caller=Caller.anonymous(), now=now, fields={"title": "X"})

    async def test_refuses_the_501st(self, now: datetime) -> None:
        await execute(
            "INSERT INTO category (id, slug, title)"
            " SELECT gen_random_uuid(), 'c' || n, 'C' FROM generate_series(1, $1) n",
            MOST_CATEGORIES,
        )
        with pytest.raises(Refusal) as refused:
            await grow("One more", now=now)
        assert refused.value.code is Code.TOO_MANY


class TestUpdateCategory:
    async def test_cat_3_refuses_to_put_a_branch_on_itself(self, now: datetime) -> None:
        root = await grow("Root", now=now)
        leaf = await grow("Leaf", await grow("Branch", root, now=now), now=now)
        for target in (leaf, root):
            async with unchanged():
                with pytest.raises(Refusal) as refused:
                    await move(root, target, now)
            assert (refused.value.code, refused.value.path) == (
                Code.INVALID,
                ("input", "parent_id"),
            )

    async def test_cat_3_two_moves_at_once_close_no_circle(self, now: datetime) -> None:
        for _ in range(5):
            one, other = await grow("One", now=now), await grow("Other", now=now)
            results = await asyncio.gather(
                move(one, other, now), move(other, one, now), return_exceptions=True
            )
            (refused,) = [result for result in results if result]
            assert isinstance(refused, Refusal)
            assert refused.code is Code.INVALID
        assert len(await catalog.categories()) == 10, "all of them still hang on a root"

    async def test_ver_1_refuses_an_edit_of_an_older_version(self, now: datetime) -> None:
        root = await grow("Root", now=now)
        await move(await grow("Leaf", now=now), root, now)
        await rename(root, "Other", now, if_version=1)
        async with unchanged():
            with pytest.raises(VersionConflict) as conflict:
                await rename(root, "Third", now, if_version=1)
        assert conflict.value.current_version == 2
        assert (await read(root)).slug == "root", "a new title leaves the slug"


class TestDeleteCategory:
    async def test_leaves_the_products(self, now: datetime) -> None:
        lamps = await grow("Lamps", now=now)
        product_id = await add_product(category_ids=[lamps])
        was = await catalog.delete_category(caller=CLERK, now=now, id=lamps, if_version=1)

        assert was.slug == "lamps"
        assert await catalog.categories() == []
        assert await catalog.categories_by_product([product_id]) == [[]]

    async def test_refuses_while_something_grows_on_it(self, now: datetime) -> None:
        root = await grow("Root", now=now)
        await grow("Leaf", root, now=now)
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await catalog.delete_category(caller=CLERK, now=now, id=root, if_version=1)
        assert refused.value.code is Code.IN_USE

    async def test_of_nothing_is_not_found(self, now: datetime) -> None:
        with pytest.raises(Refusal) as refused:
            await catalog.delete_category(caller=CLERK, now=now, id=ids.new(), if_version=1)
        assert refused.value.code is Code.NOT_FOUND

    async def test_against_putting_a_product_into_it_ends_well_either_way(
        self, now: datetime
    ) -> None:
        lamps = await grow("Lamps", now=now)
        product_id = await add_product(published_at=None)
        results = await asyncio.gather(
            catalog.delete_category(caller=CLERK, now=now, id=lamps, if_version=1),
            catalog.update_product(
                caller=CLERK,
                now=now,
                id=product_id,
                fields={"category_ids": [lamps]},
                if_version=1,
            ),
            return_exceptions=True,
        )
        refused = [result for result in results if isinstance(result, BaseException)]
        assert all(isinstance(each, Refusals) for each in refused)
        assert await fetch_value("SELECT count(*) FROM product_category") == 0
