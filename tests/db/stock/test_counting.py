"""What it takes to change what is on hand."""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import pytest

from db import ids, stock
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import atomically, fetch
from db.config import Database
from db.errors import Code, NotAllowed, NotSignedIn, Path, Refusals, StockShort, VersionConflict
from db.events import Claim
from db.stock import Adjustment, Count, StockReason, Units
from tests.goods import make_order, make_variant
from tests.roles import acting_as
from tests.snapshot import snapshot, unchanged

CLERK = Caller(
    kind=ActorKind.STAFF,
    label="Clara",
    user_id=UUID(int=7),
    role=Role.FULFILLMENT,
    permissions=PERMISSIONS[Role.FULFILLMENT],
)
pytestmark = pytest.mark.usefixtures("database")


def claim(mutation: str = "stockAdjust", *, arguments: bytes = b"one") -> Claim:
    return Claim(scope=CLERK.scope, key="k", mutation=mutation, args_hash=arguments)


async def adjust(now: datetime, *changes: Adjustment, claim: Claim | None = None) -> None:
    await stock.adjust(caller=CLERK, now=now, changes=changes, claim=claim)


async def count(now: datetime, *counts: Count) -> None:
    await stock.count(caller=CLERK, now=now, counts=counts, claim=None)


async def reserve(variant: UUID, many: int, now: datetime) -> None:
    order_id = await make_order()
    units = [Units(variant, many)]
    await atomically(
        lambda: stock.reserve(
            units, order_id=order_id, caller=CLERK, now=now, labels={variant: "it"}
        )
    )


async def on_hand(variant: UUID) -> int:
    (level,) = await stock.levels_by_variant([variant])
    return level.on_hand


def faults(error: Refusals) -> list[tuple[Code, Path | None]]:
    return [(refusal.code, refusal.path) for refusal in error.refusals]


def more(variant: UUID, delta: int) -> Adjustment:
    return Adjustment(variant, delta, StockReason.RECEIVED)


class TestAdjust:
    async def test_moves_the_stock_and_leaves_a_trace(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await adjust(now, Adjustment(variant, -2, StockReason.DAMAGED, "water"))
        (movement, _) = (await stock.movements_by_variant([variant], after=None, limit=10))[0]
        assert await on_hand(variant) == 3
        assert (movement.kind, movement.reason, movement.note) == ("ADJUST", "DAMAGED", "water")
        assert (movement.on_hand_delta, movement.on_hand) == (-2, 3)
        assert (movement.actor_id, movement.actor_label) == (CLERK.user_id, "Clara")
        subject = ids.encode("var", variant)
        assert [tuple(row) for row in await fetch("SELECT topic, subject FROM event")] == [
            ("STOCK_CHANGED", subject)
        ]
        (audited,) = await fetch(
            "SELECT changes FROM audit_event WHERE action = 'stockAdjust'"
            " AND actor_label = 'Clara' AND subject = $1",
            subject,
        )
        assert audited["changes"] == '{"on_hand": [5, 3]}'

    async def test_is_done_once_under_one_key(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await adjust(now, more(variant, 2), claim=claim())
        once = await snapshot()
        outcome = await stock.adjust(
            caller=CLERK, now=now, changes=[more(variant, 2)], claim=claim()
        )
        assert outcome.replayed
        assert outcome.ids == {"variants": str(variant)}
        assert await snapshot() == once

    async def test_refuses_all_for_one(self, now: datetime) -> None:
        good, short, untracked = (
            await make_variant(on_hand=5),
            await make_variant(on_hand=5),
            await make_variant(track_stock=False),
        )
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await adjust(
                    now,
                    more(good, 1),
                    more(short, -6),
                    more(ids.new(), 1),
                    more(untracked, 1),
                )
        assert faults(refused.value) == [
            (Code.OUT_OF_RANGE, ("changes", 1, "delta")),
            (Code.NOT_FOUND, ("changes", 2, "variant_id")),
            (Code.INVALID, ("changes", 3, "variant_id")),
        ]

    async def test_leaves_what_is_promised_to_orders(self, now: datetime) -> None:
        variant = await make_variant(sku="TEA", on_hand=5)
        await reserve(variant, 3, now)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await adjust(now, more(variant, -3))
        (refusal,) = refused.value.refusals
        assert isinstance(refusal, StockShort)
        assert (refusal.code, refusal.requested, refusal.available) == (Code.OUT_OF_STOCK, 3, 2)
        assert refusal.message == (
            "3 of the 5 on hand of TEA are promised to orders: 2 would be too few."
        )

    @pytest.mark.parametrize(
        ("deltas", "code"),
        [([0], Code.OUT_OF_RANGE), ([10**9], Code.OUT_OF_RANGE), ([1, 1], Code.INVALID)],
    )
    async def test_refuses_what_makes_no_sense(
        self, now: datetime, deltas: Sequence[int], code: Code
    ) -> None:
        variant = await make_variant(on_hand=5)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await adjust(now, *(more(variant, delta) for delta in deltas))
        assert {refusal.code for refusal in refused.value.refusals} == {code}

    @pytest.mark.parametrize(("many", "code"), [(0, Code.REQUIRED), (251, Code.TOO_MANY)])
    async def test_refuses_too_few_and_too_many(self, now: datetime, many: int, code: Code) -> None:
        with pytest.raises(Refusals) as refused:
            await adjust(now, *(more(ids.new(), 1) for _ in range(many)))
        assert faults(refused.value)[0][0] is code

    @pytest.mark.parametrize(
        ("caller", "fault"),
        [
            (Caller.anonymous(), NotSignedIn),
            (Caller(kind=ActorKind.CUSTOMER, label="Ada", user_id=UUID(int=1)), NotAllowed),
        ],
    )
    async def test_needs_the_permission(
        self, now: datetime, caller: Caller, fault: type[Exception]
    ) -> None:
        variant = await make_variant()
        async with unchanged():
            with pytest.raises(fault):
                await stock.adjust(caller=caller, now=now, changes=[more(variant, 1)], claim=None)


class TestCount:
    async def test_sets_what_was_found(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await count(now, Count(variant, on_hand=7, if_on_hand=5))
        ((movement, _),) = await stock.movements_by_variant([variant], after=None, limit=10)
        assert await on_hand(variant) == 7
        assert (movement.kind, movement.reason) == ("COUNT", "COUNTED")

    async def test_a_count_that_agrees_is_on_record_too(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await count(now, Count(variant, on_hand=5, if_on_hand=5))
        ((movement, _),) = await stock.movements_by_variant([variant], after=None, limit=10)
        assert (movement.kind, movement.on_hand_delta) == ("COUNT", 0)

    async def test_ver_3_is_refused_when_a_sale_came_in_between(self, now: datetime) -> None:
        variant = await make_variant(sku="TEA", on_hand=5)
        await reserve(variant, 1, now)
        await count(now, Count(variant, on_hand=4, if_on_hand=5))
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await count(now, Count(variant, on_hand=4, if_on_hand=5))
        (refusal,) = refused.value.refusals
        assert isinstance(refusal, VersionConflict)
        assert refusal.current_version == 4
        assert refusal.path == ("counts", 0, "if_on_hand")
        assert refusal.message.startswith("The books now say 4 on hand of TEA")

    async def test_ver_3_of_two_counts_at_once_one_wins(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        outcomes = await asyncio.gather(
            *(count(now, Count(variant, on_hand=found, if_on_hand=5)) for found in (3, 4)),
            return_exceptions=True,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refusals"]

    async def test_leaves_what_is_promised_to_orders(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await reserve(variant, 3, now)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await count(now, Count(variant, on_hand=2, if_on_hand=5))
        assert faults(refused.value) == [(Code.OUT_OF_STOCK, ("counts", 0, "on_hand"))]

    async def test_refuses_fewer_than_none(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await count(now, Count(variant, on_hand=-1, if_on_hand=5))
        assert faults(refused.value) == [(Code.OUT_OF_RANGE, ("counts", 0, "on_hand"))]


class TestSTK4:
    """Whatever statement someone types, the database keeps its promise."""

    async def test_stk_4_a_random_update_as_the_app_is_refused(
        self, database: Database, now: datetime
    ) -> None:
        variant = await make_variant(on_hand=10)
        await reserve(variant, 4, now)
        seeded = random.Random(4)  # noqa: S311 - a seed is the point
        async with acting_as("tradepost_app", database) as connection:
            for _ in range(200):
                await _try(connection, variant, seeded)

    async def test_stk_4_the_ledger_is_append_only(self, database: Database, now: datetime) -> None:
        variant = await make_variant(on_hand=10)
        for role, error in (
            ("tradepost_app", asyncpg.InsufficientPrivilegeError),
            ("NONE", asyncpg.IntegrityConstraintViolationError),
        ):
            async with acting_as(role, database) as connection:
                for statement in (
                    "UPDATE stock_movement SET on_hand = 1000 WHERE variant_id = $1",
                    "DELETE FROM stock_movement WHERE variant_id = $1",
                ):
                    with pytest.raises(error):
                        await connection.execute(statement, variant)


async def _try(connection: asyncpg.Connection, variant: UUID, seeded: random.Random) -> None:
    """Set both columns to anything: it works exactly where the promise holds."""
    on_hand, reserved = seeded.randint(-5, 20), seeded.randint(-5, 20)
    is_kept = 0 <= reserved <= on_hand
    statement = "UPDATE stock SET on_hand = $2, reserved = $3 WHERE variant_id = $1"
    if is_kept:
        await connection.execute(statement, variant, on_hand, reserved)
    else:
        with pytest.raises(asyncpg.CheckViolationError, match="promise_only_what_we_have"):
            await connection.execute(statement, variant, on_hand, reserved)
