"""Looking after discounts."""

import asyncio
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from db import discounts
from db.access import Caller, Role
from db.base import execute, fetch
from db.config import Database
from db.discounts import Discount, DiscountKind, DiscountRow, FreeShipping, PercentOff
from db.errors import Code, NotAllowed, NotSignedIn, Refusal, Refusals, VersionConflict
from db.money import Money
from tests import factories
from tests.conftest import NOW
from tests.goods import make_discount, make_shop
from tests.snapshot import unchanged

MARA: Final = factories.staff(Role.CATALOG)


@pytest.fixture(autouse=True)
async def _shop(database: Database) -> None:
    await make_shop()


async def create(caller: Caller = MARA, **fields: Any) -> DiscountRow:
    made = await discounts.create_discount(caller=caller, now=NOW, fields=fields)  # type: ignore[arg-type]
    return await read(UUID(made.ids["discount"]))


async def update(id: UUID, *, if_version: int = 1, caller: Caller = MARA, **fields: Any) -> None:
    await discounts.update_discount(
        caller=caller,
        now=NOW,
        id=id,
        fields=fields,  # type: ignore[arg-type]
        if_version=if_version,
    )


async def read(id: UUID) -> DiscountRow:
    (row,) = await discounts.discounts_by_id([id], caller=MARA)
    assert row
    return row


async def audited() -> list[tuple[str, str]]:
    rows = await fetch(
        "SELECT action, changes FROM audit_event WHERE action LIKE 'discount%' ORDER BY id"
    )
    return [(action, changes) for action, changes in rows]


class TestCreate:
    @pytest.mark.parametrize(
        ("value", "columns"),
        [
            (PercentOff(125_000), (DiscountKind.PERCENT, 125_000, None)),
            (Money(500, "EUR"), (DiscountKind.AMOUNT, None, 500)),
            (FreeShipping(), (DiscountKind.FREE_SHIPPING, None, None)),
        ],
    )
    async def test_makes_each_kind(self, value: Any, columns: tuple[Any, ...]) -> None:
        made = await create(code=" spring ", value=value)

        assert (made.kind, made.percent, made.amount) == columns
        assert (made.code, made.used_count, made.active, made.version) == ("SPRING", 0, True, 1)
        ((action, changes),) = await audited()
        assert action == "discountCreate"
        assert "SPRING" in changes

    async def test_keeps_all_that_is_said(self) -> None:
        made = await create(
            code="X",
            value=FreeShipping(),
            min_subtotal=Money(5000, "EUR"),
            starts_at=NOW,
            ends_at=NOW + timedelta(days=1),
            usage_limit=10,
            usage_limit_per_customer=1,
            active=False,
        )
        assert (made.min_subtotal, made.starts_at, made.ends_at) == (
            5000,
            NOW,
            NOW + timedelta(days=1),
        )
        assert (made.usage_limit, made.usage_limit_per_customer, made.active) == (10, 1, False)

    async def test_tells_all_faults_at_once(self) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await create(value=Money(1, "USD"), min_subtotal=Money(1, "JPY"), active=None)
        assert {(each.code, each.path) for each in refused.value.refusals} == {
            (Code.REQUIRED, ("input", "code")),
            (Code.REQUIRED, ("input", "active")),
            (Code.CURRENCY_MISMATCH, ("input", "min_subtotal", "currency_code")),
            (Code.CURRENCY_MISMATCH, ("input", "value", "amount", "currency_code")),
        }

    @pytest.mark.parametrize(
        ("fields", "place"),
        [
            ({"value": Money(0, "EUR")}, ("value", "amount", "amount")),
            ({"value": PercentOff(0)}, ("value", "percent")),
            ({"starts_at": NOW, "ends_at": NOW}, ("ends_at",)),
        ],
    )
    async def test_refuses_what_makes_no_sense(
        self, fields: dict[str, Any], place: tuple[str, ...]
    ) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await create(**{"code": "X", "value": FreeShipping(), **fields})
        (refusal,) = refused.value.refusals
        assert (refusal.code, refusal.path) == (Code.OUT_OF_RANGE, ("input", *place))

    async def test_gives_a_code_once(self) -> None:
        results = await asyncio.gather(
            *(create(code="SPRING", value=FreeShipping()) for _ in range(5)), return_exceptions=True
        )
        taken = [each for each in results if isinstance(each, Refusal)]
        assert [each.code for each in taken] == [Code.TAKEN] * 4

    async def test_is_for_those_who_look_after_discounts(self) -> None:
        async with unchanged():
            with pytest.raises(NotAllowed):
                await create(factories.staff(Role.FINANCE), code="X", value=FreeShipping())
            with pytest.raises(NotSignedIn):
                await create(Caller.anonymous(), code="X", value=FreeShipping())


class TestUpdate:
    async def test_changes_what_is_given_and_clears_what_is_null(self) -> None:
        made = await make_discount(amount=100, usage_limit=5, min_subtotal=10)

        await update(made, value=PercentOff(10_000), min_subtotal=None, active=False)

        row = await read(made)
        assert (row.percent, row.amount, row.min_subtotal) == (10_000, None, None)
        assert (row.usage_limit, row.active, row.version) == (5, False, 2)

    async def test_changes_nothing_where_all_is_so_already(self) -> None:
        made = await make_discount(amount=100)
        async with unchanged():
            await update(made, code="spring", value=Money(100, "EUR"))

    async def test_refuses_another_version(self) -> None:
        made = await make_discount()
        await update(made, active=False)
        async with unchanged():
            with pytest.raises(VersionConflict) as refused:
                await update(made, active=True)
        assert refused.value.current_version == 2

    async def test_what_a_used_code_stands_for_stays(self) -> None:
        made = await make_discount(amount=100)
        await execute("UPDATE discount SET first_used_at = $1", NOW)

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await update(made, code="SUMMER", value=PercentOff(10_000))
            with pytest.raises(Exception, match="never change"):
                await execute("UPDATE discount SET amount = 200")
        assert [(each.code, each.path) for each in refused.value.refusals] == [
            (Code.IN_USE, ("input", "code")),
            (Code.IN_USE, ("input", "value")),
        ]
        await update(made, ends_at=NOW, code="SPRING")

    async def test_leaves_room_for_the_orders_that_hold_it(self) -> None:
        made = await make_discount(amount=100)
        await execute("UPDATE discount SET used_count = 3")
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await update(made, usage_limit=2)
        assert refused.value.refusals[0].path == ("input", "usage_limit")
        await update(made, usage_limit=3)

    async def test_refuses_a_code_that_another_has(self) -> None:
        await make_discount("SUMMER")
        made = await make_discount("SPRING")
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await update(made, code="summer")
            with pytest.raises(Refusal) as unknown:
                await update(UUID(int=1), active=True)
        assert (refused.value.code, unknown.value.code) == (Code.TAKEN, Code.NOT_FOUND)


class TestReads:
    async def test_list_the_newest_first_and_by_any_part_of_a_code(self) -> None:
        for code in ("SPRING-1", "SUMMER", "SPRING-2"):
            await Discount.create(code=code, kind=DiscountKind.FREE_SHIPPING, created_at=NOW)

        rows = await discounts.list_discounts(caller=MARA, limit=10)
        first, *_ = found = await discounts.list_discounts(caller=MARA, query="ring", limit=10)
        after = (first.created_at, first.id)
        rest = await discounts.list_discounts(caller=MARA, query="ring", after=after, limit=10)

        assert [row.code for row in rows] == ["SPRING-2", "SUMMER", "SPRING-1"]
        assert [row.code for row in found] == ["SPRING-2", "SPRING-1"]
        assert [row.code for row in rest] == ["SPRING-1"]
        assert await discounts.count_discounts(caller=MARA, query="%") == 0
        assert await discounts.count_discounts(caller=MARA) == 3

    async def test_are_for_those_who_look_after_discounts(self) -> None:
        made, eve = await make_discount(), factories.staff(Role.SUPPORT)
        assert await discounts.discounts_by_id([made], caller=eve) == [None]
        with pytest.raises(NotAllowed):
            await discounts.list_discounts(caller=eve, limit=1)
        with pytest.raises(NotAllowed):
            await discounts.count_discounts(caller=eve)
