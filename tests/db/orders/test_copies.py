"""What an order says it costs is what its lines cost, and its number is its own."""

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError

from db.access import Caller
from db.base import fetch, fetch_one, fetch_value, violated
from db.orders import Order
from db.stock import Units
from tests import factories
from tests.buying import Counter, new_guest, open_counter
from tests.gateways import FaultyGateway
from tests.goods import make_shop, make_variant
from tests.snapshot import unchanged

_SUMS = """
SELECT o.total, o.subtotal, o.tax, o.shipping + CASE WHEN o.prices_include_tax THEN 0
                                                     ELSE o.shipping_tax END AS shipping,
       sum(line.total) AS lines, sum(line.subtotal) AS subtotals,
       sum(line.tax) + o.shipping_tax AS taxes,
       (SELECT sum((each ->> 'amount')::bigint) FROM jsonb_array_elements(o.tax_lines) each)
           AS tax_lines
  FROM orders o JOIN order_line line ON line.order_id = o.id
 WHERE o.id = $1 GROUP BY o.id
"""


@pytest.mark.parametrize("prices_include_tax", [True, False])
async def test_ord_2_the_totals_of_an_order_are_the_sums_of_its_lines(
    fake: FaultyGateway, oracle: None, prices_include_tax: bool
) -> None:
    seed = random.randrange(2**32)  # noqa: S311
    print(f"seed {seed}")  # noqa: T201 - to repeat a run that failed
    chance = random.Random(seed)  # noqa: S311
    rates = [("DE", None, "standard", 190_000), ("DE", None, "reduced", 70_000)]
    await make_shop(prices_include_tax=prices_include_tax, rates=rates)
    counter = await open_counter(fake)
    variants = [
        await make_variant(
            price=chance.randrange(1, 9999),
            tax_class=chance.choice(["standard", "reduced", "free"]),
        )
        for _ in range(8)
    ]

    for _ in range(10):
        chosen = chance.sample(variants, chance.randint(1, 8))
        lines = [Units(variant, chance.randint(1, 5)) for variant in chosen]
        outcome = await counter.check_out(Caller.anonymous(), *lines)

        sums = await fetch_one(_SUMS, UUID(outcome.ids["order"]))
        assert sums is not None
        assert sums["total"] == sums["lines"] + sums["shipping"]
        assert sums["subtotal"] == sums["subtotals"]
        assert sums["tax"] == sums["taxes"] == sums["tax_lines"]


class TestORD4Numbers:
    async def test_ord_4_orders_made_at_once_have_numbers_of_their_own(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guests = [await new_guest() for _ in range(20)]
        await asyncio.gather(*(counter.check_out(guest, Units(lantern, 1)) for guest in guests))

        numbers = [int(number) for (number,) in await fetch("SELECT number FROM orders")]
        assert len(numbers) == len(set(numbers)) == 20
        assert min(numbers) == 1001

    async def test_ord_4_the_database_refuses_a_number_that_is_taken(
        self, counter: Counter
    ) -> None:
        first = await factories.order()

        with pytest.raises(IntegrityError) as refused:
            await factories.order(number=first.number)

        assert violated(refused.value) == "one_order_per_number"
        assert await fetch_value("SELECT count(*) FROM orders") == 1
        assert await Order.exists(id=first.id)

    async def test_ord_4_a_checkout_that_drew_a_taken_number_leaves_nothing_behind(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await factories.order(number="1001")
        guest = await new_guest()

        async with unchanged():
            with pytest.raises(asyncpg.UniqueViolationError) as refused:
                await counter.check_out(guest, Units(lantern, 1))

        assert violated(refused.value) == "one_order_per_number"
        await counter.check_out(guest, Units(lantern, 1))
