"""What it takes to promise units to an order, and what becomes of them."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from db import base, ids, stock
from db.access import ActorKind, Caller, Permission
from db.base import atomically, execute, fetch, fetch_value
from db.errors import Refusals, StockShort
from db.stock import Units
from tests.goods import make_order, make_variant

Verb = Callable[..., Awaitable[None]]
GUEST = Caller.anonymous()
CLERK = Caller(kind=ActorKind.STAFF, label="Clara", permissions=frozenset({Permission.STOCK_READ}))
pytestmark = pytest.mark.usefixtures("database")


async def reserve(units: Iterable[Units], now: datetime, caller: Caller = GUEST) -> UUID:
    order_id = await make_order()
    labels = {unit.variant_id: "Tea light" for unit in units}
    await atomically(
        lambda: stock.reserve(units, order_id=order_id, caller=caller, now=now, labels=labels)
    )
    return order_id


async def levels(*variant_ids: UUID) -> list[tuple[int, int]]:
    return [(row.on_hand, row.reserved) for row in await stock.levels_by_variant(variant_ids)]


async def ledger() -> list[tuple[Any, ...]]:
    rows = await fetch(
        "SELECT kind, on_hand_delta, reserved_delta, on_hand, reserved FROM stock_movement"
        " WHERE kind <> 'ADJUST' ORDER BY id"
    )
    return [tuple(row) for row in rows]


async def events() -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await fetch("SELECT topic, subject FROM event ORDER BY id")]


class TestReserve:
    async def test_promises_the_units_to_the_order(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await reserve([Units(variant, 2)], now)
        assert await levels(variant) == [(5, 2)]
        assert await ledger() == [("RESERVE", 0, 2, 5, 2)]
        assert await events() == [("STOCK_CHANGED", ids.encode("var", variant))]

    async def test_adds_up_units_of_the_same_variant(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5)
        await reserve([Units(variant, 2), Units(variant, 3)], now)
        assert await levels(variant) == [(5, 5)]

    async def test_tells_when_stock_runs_low_and_only_then(self, now: datetime) -> None:
        variant = await make_variant(on_hand=5, low_at=3)
        for units in (1, 1, 1):
            await reserve([Units(variant, units)], now)
        topics = [topic for topic, _ in await events()]
        assert topics == ["STOCK_CHANGED", "STOCK_CHANGED", "STOCK_LOW", "STOCK_CHANGED"]

    async def test_takes_all_or_nothing_and_names_each_shortage(self, now: datetime) -> None:
        plenty, few, none = [await make_variant(on_hand=number) for number in (50, 3, 0)]
        with pytest.raises(Refusals) as refused:
            await reserve([Units(plenty, 1), Units(few, 4), Units(none, 1)], now)
        found = {
            refusal.variant_id: (refusal.requested, refusal.available, refusal.message)
            for refusal in refused.value.refusals
            if isinstance(refusal, StockShort)
        }
        assert found == {
            few: (4, 3, "Only 3 are left of Tea light; 4 were asked for."),
            none: (1, 0, "None are left of Tea light; 1 were asked for."),
        }
        assert await levels(plenty, few, none) == [(50, 0), (3, 0), (0, 0)]
        assert await ledger() == []
        assert await events() == []

    @pytest.mark.parametrize(
        ("caller", "available", "message"),
        [
            (GUEST, 10, "Not that many are left of Tea light; 60 were asked for."),
            (CLERK, 50, "Only 50 are left of Tea light; 60 were asked for."),
        ],
    )
    async def test_tells_the_public_no_figure_above_ten(
        self, now: datetime, caller: Caller, available: int, message: str
    ) -> None:
        variant = await make_variant(on_hand=50)
        with pytest.raises(Refusals) as refused:
            await reserve([Units(variant, 60)], now, caller)
        (refusal,) = refused.value.refusals
        assert isinstance(refusal, StockShort)
        assert (refusal.available, refusal.message) == (available, message)
        assert await levels(variant) == [(50, 0)]

    async def test_does_nothing_without_units(self, now: datetime) -> None:
        await reserve([], now)
        assert await ledger() == []


_IS_WAITED_FOR = """
SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


class TestReserveAfterWaiting:
    """Someone holds the middle one of three stocks of 5, and changes it before they let go.

    What a statement saw as it began is old by then, whichever way the planner joins.
    """

    @pytest.mark.parametrize("join", ["hashjoin", "mergejoin", "nestloop"])
    @pytest.mark.parametrize(
        ("change", "asked", "after"),
        [
            ("reserved = 2", 3, (5, 5)),
            ("reserved = 3", 3, None),
            ("on_hand = 2", 3, None),
            ("on_hand = 8", 8, (8, 8)),
            ("on_hand = 9, reserved = 6", 4, None),
        ],
    )
    async def test_counts_what_is_there_by_then(
        self, now: datetime, join: str, change: str, asked: int, after: tuple[int, int] | None
    ) -> None:
        variants = [await make_variant(on_hand=5) for _ in range(3)]
        basket = [Units(variants[1], asked), Units(variants[2], 1), Units(variants[0], 1)]
        is_held = asyncio.Event()

        async def hold() -> None:
            await execute(f"UPDATE stock SET {change} WHERE variant_id = $1", variants[1])
            is_held.set()
            async with asyncio.timeout(2):
                while not await fetch_value(_IS_WAITED_FOR):  # noqa: ASYNC110 - only asking tells
                    await asyncio.sleep(0.005)

        async def buy() -> None:
            for way in {"hashjoin", "mergejoin", "nestloop"} - {join}:
                await execute(f"SET LOCAL enable_{way} = off")
            await execute("SET LOCAL plan_cache_mode = force_custom_plan")
            labels = dict.fromkeys(variants, "Tea light")
            await stock.reserve(
                basket, order_id=await make_order(), caller=CLERK, now=now, labels=labels
            )

        holding = asyncio.create_task(atomically(hold))
        await is_held.wait()
        if after:
            await atomically(buy)
            assert await levels(*variants) == [(5, 1), after, (5, 1)]
        else:
            with pytest.raises(Refusals) as refused:
                await atomically(buy)
            (held,) = await levels(variants[1])
            assert [
                (short.variant_id, short.available)
                for short in refused.value.refusals
                if isinstance(short, StockShort)
            ] == [(variants[1], held[0] - held[1])]
            assert await levels(variants[0], variants[2]) == [(5, 0), (5, 0)]
        await holding


class TestWhatBecomesOfAPromise:
    @pytest.mark.parametrize(
        ("verb", "after"),
        [(stock.release, (5, 0)), (stock.ship, (3, 0)), (stock.restock, (7, 2))],
    )
    async def test_it_is_released_shipped_or_comes_back(
        self, now: datetime, verb: Verb, after: tuple[int, int]
    ) -> None:
        variant = await make_variant(on_hand=5)
        order_id = await reserve([Units(variant, 2)], now)
        await atomically(
            lambda: verb([Units(variant, 2)], order_id=order_id, caller=CLERK, now=now)
        )
        assert await levels(variant) == [after]
        assert (await ledger())[-1][3:] == after

    @pytest.mark.parametrize("verb", [stock.release, stock.ship])
    async def test_more_than_was_promised_cannot_go(self, now: datetime, verb: Verb) -> None:
        variant = await make_variant(on_hand=5)
        order_id = await reserve([Units(variant, 2)], now)
        with pytest.raises(Exception, match="promise_only_what_we_have"):
            await atomically(
                lambda: verb([Units(variant, 3)], order_id=order_id, caller=CLERK, now=now)
            )
        assert await levels(variant) == [(5, 2)]


class TestSTK2:
    """300 buyers with random baskets of 1 to 5 of 6 variants, in random order."""

    BUYERS = 300

    @pytest.mark.usefixtures("oracle")
    async def test_stk_2_never_oversells_and_never_deadlocks(
        self, monkeypatch: pytest.MonkeyPatch, now: datetime
    ) -> None:
        monkeypatch.setattr(base, "ATTEMPTS", 1)  # a deadlock is then a fault, and not tried again
        stocks = [40, 60, 80, 100, 120, 400]
        variants = [await make_variant(on_hand=number) for number in stocks]
        seeded = random.Random(20261123)  # noqa: S311 - a seed is the point
        baskets = [_basket(seeded, variants) for _ in range(self.BUYERS)]

        tills = asyncio.Semaphore(16)

        async def buy(basket: Sequence[Units]) -> Sequence[Units]:
            async def work() -> None:
                order_id = await make_order()
                labels = {unit.variant_id: "it" for unit in basket}
                await stock.reserve(basket, order_id=order_id, caller=GUEST, now=now, labels=labels)
                await _add_lines(order_id, basket)

            async with tills:
                try:
                    await atomically(work)
                except Refusals:
                    return ()
            return basket

        served = await asyncio.gather(*map(buy, baskets))
        sold = Counter[UUID]()
        for basket in served:
            sold.update({unit.variant_id: unit.quantity for unit in basket})

        assert 0 < sum(1 for basket in served if basket) < self.BUYERS
        assert await levels(*variants) == [
            (number, sold[variant]) for number, variant in zip(stocks, variants, strict=True)
        ]
        assert all(
            sold[variant] <= number for number, variant in zip(stocks, variants, strict=True)
        )


def _basket(seeded: random.Random, variants: Sequence[UUID]) -> list[Units]:
    chosen = seeded.sample(variants, seeded.randint(1, 5))
    return [Units(variant, seeded.randint(1, 4)) for variant in chosen]


async def _add_lines(order_id: UUID, basket: Sequence[Units]) -> None:
    await execute(
        "INSERT INTO order_line (id, order_id, position, variant_id, sku, title, quantity,"
        " unit_price, subtotal, total)"
        " SELECT id, $1, 1, variant_id, '', '', quantity, 0, 0, 0"
        " FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS line(id, variant_id, quantity)",
        order_id,
        [ids.new() for _ in basket],
        [unit.variant_id for unit in basket],
        [unit.quantity for unit in basket],
    )
