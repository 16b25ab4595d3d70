"""Products are made and changed: with one slug each, one version at a time, all on record."""

import asyncio
import re
from datetime import datetime
from uuid import UUID

import orjson
import pytest

from db import catalog, ids
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import fetch, fetch_value
from db.catalog import ProductRow
from db.config import Database
from db.errors import Code, NotAllowed, Refusal, Refusals, VersionConflict
from tests.goods import EARLIER, a_variant, add_product, make_shop
from tests.snapshot import unchanged

CLERK = Caller.system("tests")


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def read(product_id: UUID, now: datetime) -> ProductRow:
    row = await catalog.product(caller=CLERK, now=now, id=product_id)
    assert row is not None
    return row


async def add_category(title: str, now: datetime) -> UUID:
    outcome = await catalog.create_category(caller=CLERK, now=now, fields={"title": title})
    return UUID(outcome.ids["category"])


class TestCreateProduct:
    async def test_starts_as_a_draft_that_shoppers_do_not_see(self, now: datetime) -> None:
        product_id = await add_product("Tea light", published_at=None)

        assert (await read(product_id, now)).status == "DRAFT"
        assert await catalog.product(caller=Caller.anonymous(), now=now, id=product_id) is None

    async def test_keeps_what_it_was_given(self, now: datetime) -> None:
        lamps = await add_category("Lamps", now)
        outcome = await catalog.create_product(
            caller=CLERK,
            now=now,
            fields={
                "title": "Lamp",
                "description": "*Bright*",
                "category_ids": [lamps],
                "media": [{"url": "https://x.test/1.jpg", "alt": "", "kind": "IMAGE"}],
                "attributes": [{"name": "material", "value": "brass"}],
            },
            variants=[
                a_variant("L-1", 900, options=[{"name": "size", "value": "S"}]),
                a_variant("L-2", 1200, active=False, title="Large"),
            ],
        )
        product_id = UUID(outcome.ids["product"])
        row = await read(product_id, now)

        assert (row.slug, row.title, row.description) == ("lamp", "Lamp", "*Bright*")
        assert row.attributes == [{"name": "material", "value": "brass"}]
        assert row.media[0]["url"] == "https://x.test/1.jpg"
        assert (row.price_min, row.price_max) == (900, 900), "over the active ones"
        ((variant, other),) = await catalog.variants_by_product([product_id])
        assert (variant.title, other.title) == ("S", "Large")
        assert (variant.position, other.position) == (0, 1)
        ((category,),) = await catalog.categories_by_product([product_id])
        assert category.id == lamps
        assert await fetch_value("SELECT count(*) FROM stock") == 2

    async def test_writes_an_event_and_an_audit_row(self, now: datetime) -> None:
        product_id = await add_product("Lamp", published_at=None)
        subject = ids.encode("prod", product_id)

        assert [tuple(row) for row in await fetch("SELECT topic, subject FROM event")] == [
            ("PRODUCT_CHANGED", subject)
        ]
        (row,) = await fetch("SELECT action, changes FROM audit_event WHERE subject = $1", subject)
        assert row["action"] == "productCreate"
        assert orjson.loads(row["changes"])["title"] == [None, "Lamp"]

    async def test_needs_a_title_and_a_variant_and_says_both(self, now: datetime) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await catalog.create_product(caller=CLERK, now=now, fields={}, variants=[])
        places = [(each.code, each.path) for each in refused.value.refusals]
        assert places == [(Code.REQUIRED, ("input", "title")), (Code.REQUIRED, ("variants",))]

    async def test_names_each_category_that_is_not_there(self, now: datetime) -> None:
        lamps = await add_category("Lamps", now)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await add_product(category_ids=[lamps, ids.new()])
        (refusal,) = refused.value.refusals
        assert (refusal.code, refusal.path) == (Code.NOT_FOUND, ("input", "category_ids", 1))

    @pytest.mark.parametrize("role", [None, *Role])
    async def test_smx_1_is_for_those_with_catalog_write(
        self, role: Role | None, now: datetime
    ) -> None:
        permissions = PERMISSIONS[role] if role else frozenset()
        caller = Caller(
            kind=ActorKind.STAFF, label="x", user_id=ids.new(), role=role, permissions=permissions
        )
        if role in {Role.CATALOG, Role.ADMIN, Role.OWNER}:
            await catalog.create_product(
                caller=caller, now=now, fields={"title": "x"}, variants=[a_variant()]
            )
            return
        async with unchanged():
            with pytest.raises(NotAllowed):
                await catalog.create_product(
                    caller=caller, now=now, fields={"title": "x"}, variants=[a_variant()]
                )


class TestSlugs:
    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Crème Brûlée — set of 6!", "creme-brulee-set-of-6"),
            ("x" * 200, "x" * 80),
        ],
    )
    async def test_are_made_from_the_title(self, title: str, slug: str, now: datetime) -> None:
        assert (await read(await add_product(title), now)).slug == slug

    @pytest.mark.parametrize("title", ["日本の鉄瓶", "---"])
    async def test_are_made_up_where_a_title_has_no_latin_letters(
        self, title: str, now: datetime
    ) -> None:
        slugs = {(await read(await add_product(title), now)).slug for _ in range(3)}
        assert len(slugs) == 3
        assert all(re.fullmatch("product-[0-9a-f]{10}", slug) for slug in slugs)

    async def test_of_namesakes_are_numbered_also_when_made_at_once(self, now: datetime) -> None:
        made = await asyncio.gather(*(add_product("Mug") for _ in range(8)))
        slugs = {(await read(product_id, now)).slug for product_id in made}
        assert slugs == {"mug", *(f"mug-{number}" for number in range(2, 9))}

    async def test_that_are_chosen_must_be_free(self, now: datetime) -> None:
        await add_product("Mug")
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await add_product("Cup", slug="mug")
        assert (refused.value.code, refused.value.path) == (Code.TAKEN, ("input", "slug"))

    async def test_stay_when_the_title_changes_and_are_made_again_on_demand(
        self, now: datetime
    ) -> None:
        mug = await add_product("Mug", published_at=None)
        await catalog.update_product(
            caller=CLERK, now=now, id=mug, fields={"title": "Cup"}, if_version=1
        )
        assert (await read(mug, now)).slug == "mug"
        await catalog.update_product(
            caller=CLERK, now=now, id=mug, fields={"slug": None}, if_version=2
        )
        assert (await read(mug, now)).slug == "cup"


class TestUpdateProduct:
    async def test_leaves_what_is_omitted_and_clears_what_is_null(self, now: datetime) -> None:
        lamps = await add_category("Lamps", now)
        product_id = await add_product(
            "Lamp",
            description="Bright",
            category_ids=[lamps],
            attributes=[{"name": "a", "value": "b"}],
            published_at=None,
        )
        await catalog.update_product(
            caller=CLERK,
            now=now,
            id=product_id,
            fields={"description": None, "attributes": None},
            if_version=1,
        )
        row = await read(product_id, now)
        assert (row.title, row.description, row.attributes) == ("Lamp", "", [])
        assert (row.version, row.updated_at, row.created_at) == (2, now, EARLIER)
        assert len((await catalog.categories_by_product([product_id]))[0]) == 1

        await catalog.update_product(
            caller=CLERK, now=now, id=product_id, fields={"category_ids": None}, if_version=2
        )
        assert await catalog.categories_by_product([product_id]) == [[]]
        changes = await fetch_value(
            "SELECT changes FROM audit_event WHERE action = 'productUpdate'"
            " AND changes ? 'category_ids'"
        )
        assert orjson.loads(changes) == {"category_ids": [[ids.encode("cat", lamps)], []]}

    async def test_that_changes_nothing_writes_nothing(self, now: datetime) -> None:
        product_id = await add_product("Lamp", published_at=None)
        async with unchanged():
            await catalog.update_product(
                caller=CLERK, now=now, id=product_id, fields={"title": "Lamp"}, if_version=1
            )

    async def test_never_clears_the_title(self, now: datetime) -> None:
        product_id = await add_product(published_at=None)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await catalog.update_product(
                    caller=CLERK,
                    now=now,
                    id=product_id,
                    fields={"title": None},  # type: ignore[typeddict-item]  # a client may
                    if_version=1,
                )
        assert refused.value.refusals[0].code is Code.REQUIRED

    async def test_of_nothing_is_not_found(self, now: datetime) -> None:
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await catalog.update_product(
                    caller=CLERK, now=now, id=ids.new(), fields={}, if_version=1
                )
        assert refused.value.code is Code.NOT_FOUND

    async def test_ver_1_of_two_edits_of_one_version_one_wins(self, now: datetime) -> None:
        product_id = await add_product("Lamp", published_at=None)

        async def edit(title: str, version: int) -> str:
            try:
                await catalog.update_product(
                    caller=CLERK,
                    now=now,
                    id=product_id,
                    fields={"title": title},
                    if_version=version,
                )
            except VersionConflict as conflict:
                return f"lost to {conflict.current_version}"
            return "won"

        results = await asyncio.gather(edit("First", 1), edit("Second", 1))
        assert sorted(results) == ["lost to 2", "won"]

        loser = ("First", "Second")[results.index("lost to 2")]
        assert await edit(loser, 2) == "won"
        row = await read(product_id, now)
        assert (row.title, row.version) == (loser, 3)
