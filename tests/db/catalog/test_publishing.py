"""A product's life, and when shoppers see it."""

from datetime import datetime, timedelta
from itertools import product as combinations
from uuid import UUID

import pytest

from db import catalog, ids
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import execute, fetch_value
from db.catalog import TRANSITIONS, ProductStatus
from db.config import Database
from db.errors import Code, InvalidState, NotAllowed, Refusal, VersionConflict
from tests.goods import a_variant, add_product, make_shop
from tests.snapshot import unchanged

CLERK = Caller.system("tests")
SHOPPER = Caller.anonymous()
DRAFT, PUBLISHED, ARCHIVED = ProductStatus


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def product_that_is(status: ProductStatus, now: datetime) -> UUID:
    product_id = await add_product(published_at=None)
    if status is not DRAFT:
        await set_status(product_id, status, now, if_version=1)
    return product_id


async def set_status(
    product_id: UUID,
    status: ProductStatus,
    now: datetime,
    *,
    if_version: int | None = None,
    publish_at: datetime | None = None,
    caller: Caller = CLERK,
) -> None:
    version = await fetch_value("SELECT version FROM product WHERE id = $1", product_id)
    await catalog.set_product_status(
        caller=caller,
        now=now,
        id=product_id,
        status=status,
        publish_at=publish_at,
        if_version=if_version or version,
    )


async def is_seen(product_id: UUID, at: datetime, by: Caller = SHOPPER) -> bool:
    return await catalog.product(caller=by, now=at, id=product_id) is not None


class TestSetProductStatus:
    @pytest.mark.parametrize(("before", "after"), list(combinations(ProductStatus, repeat=2)))
    async def test_smx_1_goes_only_where_the_table_says(
        self, before: ProductStatus, after: ProductStatus, now: datetime
    ) -> None:
        product_id = await product_that_is(before, now)
        if after in TRANSITIONS[before]:
            await set_status(product_id, after, now)
            status = await fetch_value("SELECT status FROM product WHERE id = $1", product_id)
            assert status == after
            return
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await set_status(product_id, after, now)
        assert refused.value.current == before
        assert set(refused.value.allowed) == set(TRANSITIONS[before])

    @pytest.mark.parametrize(
        ("role", "after"), list(combinations([None, *Role], [DRAFT, PUBLISHED, ARCHIVED]))
    )
    async def test_smx_1_is_for_those_with_catalog_write(
        self, role: Role | None, after: ProductStatus, now: datetime
    ) -> None:
        permissions = PERMISSIONS[role] if role else frozenset()
        caller = Caller(kind=ActorKind.STAFF, label="x", user_id=ids.new(), permissions=permissions)
        before = PUBLISHED if after is DRAFT else DRAFT
        product_id = await product_that_is(before, now)
        if role in {Role.CATALOG, Role.ADMIN, Role.OWNER}:
            await set_status(product_id, after, now, caller=caller)
            return
        async with unchanged():
            with pytest.raises(NotAllowed):
                await set_status(product_id, after, now, caller=caller)

    async def test_cat_1_publishes_only_what_has_an_active_variant(self, now: datetime) -> None:
        product_id = await add_product(variants=[a_variant(active=False)], published_at=None)
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await set_status(product_id, PUBLISHED, now)
        assert (refused.value.current, refused.value.path) == (DRAFT, ("status",))

    async def test_cat_1_the_database_takes_no_variant_without_a_price(self, now: datetime) -> None:
        await add_product()
        with pytest.raises(Exception, match="price"):
            await execute("UPDATE variant SET price = NULL")

    async def test_takes_a_time_only_to_publish(self, now: datetime) -> None:
        product_id = await product_that_is(PUBLISHED, now)
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await set_status(product_id, DRAFT, now, publish_at=now)
        assert (refused.value.code, refused.value.path) == (Code.INVALID, ("publish_at",))

    async def test_ver_1_refuses_what_was_decided_on_an_older_version(self, now: datetime) -> None:
        product_id = await product_that_is(PUBLISHED, now)
        async with unchanged():
            with pytest.raises(VersionConflict) as conflict:
                await set_status(product_id, ARCHIVED, now, if_version=1)
        assert conflict.value.current_version == 2


class TestVisibility:
    async def test_begins_at_the_time_of_publishing_and_not_before(self, now: datetime) -> None:
        product_id = await product_that_is(DRAFT, now)
        opening = now + timedelta(days=3)
        await set_status(product_id, PUBLISHED, now, publish_at=opening)

        assert not await is_seen(product_id, opening - timedelta(microseconds=1))
        assert await is_seen(product_id, opening)
        assert await is_seen(product_id, now, by=CLERK), "staff see what is scheduled"

    @pytest.mark.parametrize("status", [DRAFT, ARCHIVED])
    async def test_ends_with_the_status(self, status: ProductStatus, now: datetime) -> None:
        product_id = await product_that_is(PUBLISHED, now)
        assert await is_seen(product_id, now)
        await set_status(product_id, status, now)
        assert not await is_seen(product_id, now + timedelta(days=9))

    async def test_of_a_variant_is_that_of_its_product_while_it_is_active(
        self, now: datetime
    ) -> None:
        product_id = await add_product(
            variants=[a_variant("ON"), a_variant("OFF", active=False)], published_at=now
        )
        ((on, off),) = await catalog.variants_by_product([product_id])

        async def seen(caller: Caller, at: datetime) -> list[bool]:
            rows = await catalog.visible_variants_by_id([on.id, off.id], caller=caller, now=at)
            return [row is not None for row in rows]

        assert await seen(SHOPPER, now) == [True, False]
        assert await seen(SHOPPER, now - timedelta(seconds=1)) == [False, False]
        assert await seen(CLERK, now) == [True, True]
        assert [
            row.sku
            for row in (await catalog.variants_by_product([product_id], active_only=True))[0]
        ] == ["ON"]
