"""DSC-1..3, STK-6: an order holds one use of a code, from the moment it is made until it ends."""

import asyncio
import random
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest

from db import carts, discounts, orders
from db.access import ActorKind, Caller, Role
from db.base import execute, fetch, fetch_one, fetch_value
from db.errors import Code, Refusal, Refusals, TotalChanged
from db.events import Outcome
from db.money import Money
from db.stock import Units
from tests import factories
from tests.buying import Counter, crowd, new_guest, reserved, state
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.goods import make_discount
from tests.snapshot import unchanged

MUCH_LATER: Final = NOW + timedelta(hours=1)


async def buy(
    counter: Counter,
    caller: Caller,
    *units: Units,
    total: int,
    code: str = "SPRING",
    email: str = "ada@example.com",
    **more: Any,
) -> Outcome:
    """Order with a code, at a total in cents."""
    details = {**counter.details, "discount_code": code, "email": email}
    expected = Money(total, "EUR")
    return await counter.check_out(caller, *units, details=details, expected=expected, **more)


async def used() -> int:
    count: int = await fetch_value("SELECT used_count FROM discount")
    return count


def codes(error: Refusal | Refusals) -> list[tuple[Code, Any]]:
    refusals = error.refusals if isinstance(error, Refusals) else (error,)
    return [(each.code, each.path) for each in refusals]


IN_DETAILS: Final = ("input", "details", "discount_code")


class TestHolding:
    async def test_an_order_keeps_what_its_code_took_off(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(percent=100_000)

        made = await buy(counter, await new_guest(), Units(lantern, 3), total=3190, code="spring ")

        assert await state(made.ids["order"]) == ("PLACED", "CAPTURED")
        order = await orders.Order.get(id=made.ids["order"])
        assert (order.discount, order.discount_code, order.total) == (300, "SPRING", 3190)
        row = await fetch_one("SELECT order_id, customer FROM discount_redemption")
        assert row
        assert row["order_id"] == order.id
        assert row["customer"].startswith("email:")
        assert await used() == 1

    async def test_a_cart_remembers_its_code(self, counter: Counter, lantern: UUID) -> None:
        await make_discount(amount=250)
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        await carts.update_cart(
            caller=guest, now=NOW, cart_id=cart_id, fields={"discount_code": "spring"}
        )

        made = await counter.check_out(guest, cart_id=cart_id, expected=Money(1240, "EUR"))

        assert await state(made.ids["order"]) == ("PLACED", "CAPTURED")

    async def test_ord_3_an_order_that_costs_nothing_is_placed_without_a_payment(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(percent=1_000_000)
        await execute("UPDATE shipping_method SET price = 0")

        made = await buy(counter, await new_guest(), Units(lantern, 1), total=0, payment=None)

        assert await state(made.ids["order"]) == ("PLACED",)
        assert (await used(), await reserved(lantern)) == (1, 1)

    async def test_a_code_that_ended_meanwhile_is_refused_and_nothing_happens(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, ends_at=MUCH_LATER)
        guest = await new_guest()

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await buy(counter, guest, Units(lantern, 1), total=1390, now=MUCH_LATER)

        assert codes(refused.value) == [(Code.DISCOUNT_NOT_VALID, IN_DETAILS)]

    async def test_another_total_is_told_and_holds_nothing(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100)
        guest = await new_guest()
        async with unchanged():
            with pytest.raises(TotalChanged) as refused:
                await buy(counter, guest, Units(lantern, 1), total=1490)
        assert refused.value.total == Money(1390, "EUR")

    async def test_a_discount_that_was_changed_after_it_was_priced_is_not_taken(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100)
        (offer,) = await discounts.offers([discounts.Ask("SPRING", None)])
        assert offer
        await execute("UPDATE discount SET version = 2")

        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await discounts.take(
                    offer.discount,
                    order_id=UUID(int=1),
                    cart_id=None,
                    customer=None,
                    now=NOW,
                    path=IN_DETAILS,
                )
        assert codes(refused.value) == [(Code.DISCOUNT_NOT_VALID, IN_DETAILS)]


class TestLimits:
    async def test_dsc_1_the_last_use_is_had_once(self, counter: Counter, lantern: UUID) -> None:
        await make_discount(amount=100, usage_limit=1)
        buyers = [await new_guest() for _ in range(8)]

        answers = await asyncio.gather(
            *(buy(counter, each, Units(lantern, 1), total=1390) for each in buyers),
            return_exceptions=True,
        )

        refused = [each for each in answers if isinstance(each, Refusal | Refusals)]
        assert [codes(each) for each in refused] == [[(Code.DISCOUNT_USED_UP, IN_DETAILS)]] * 7
        assert (await used(), await reserved(lantern)) == (1, 1)

    async def test_stk_6_of_200_buyers_10_hold_a_code_that_may_be_used_10_times(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, usage_limit=10)
        buyers = [await new_guest() for _ in range(200)]

        answers = await crowd(
            buy(counter, each, Units(lantern, 1), total=1390, gateway="manual") for each in buyers
        )

        placed = [each for each in answers if isinstance(each, Outcome)]
        refused = [each for each in answers if isinstance(each, Refusal | Refusals)]
        assert (len(placed), len(refused)) == (10, 190)
        assert {codes(each)[0][0] for each in refused} == {Code.DISCOUNT_USED_UP}
        assert (await used(), await reserved(lantern)) == (10, 10)
        assert await fetch_value("SELECT count(*) FROM orders") == 10

    async def test_dsc_2_a_user_is_counted_by_their_account(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, usage_limit_per_customer=2)
        ada = factories.caller(await factories.user())
        for email in ("ada@example.com", "ada@home.example"):
            await buy(counter, ada, Units(lantern, 1), total=1390, email=email)

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await buy(counter, ada, Units(lantern, 1), total=1390, email="a@b.example")
        assert codes(refused.value) == [(Code.DISCOUNT_USED_UP, IN_DETAILS)]
        await buy(counter, await new_guest(), Units(lantern, 1), total=1390)

    async def test_dsc_2_a_guest_is_counted_by_their_email_however_it_is_written(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, usage_limit_per_customer=1)
        await buy(counter, await new_guest(), Units(lantern, 1), total=1390)
        guest = await new_guest()

        async with unchanged():
            with pytest.raises(Refusals):
                await buy(counter, guest, Units(lantern, 1), total=1390, email="ADA@example.com")
        await buy(counter, guest, Units(lantern, 1), total=1390, email="eve@example.com")

    async def test_dsc_2_one_customer_at_several_counters_at_once_is_counted(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, usage_limit_per_customer=1)
        guests = [await new_guest() for _ in range(6)]

        answers = await asyncio.gather(
            *(buy(counter, each, Units(lantern, 1), total=1390) for each in guests),
            return_exceptions=True,
        )

        assert sum(isinstance(each, Outcome) for each in answers) == 1
        assert await used() == 1


class TestGivingBack:
    async def test_dsc_3_on_cancel_once(self, counter: Counter, lantern: UUID) -> None:
        await make_discount(amount=100, usage_limit=1, usage_limit_per_customer=1)
        guest = await new_guest()
        order_id = (await buy(counter, guest, Units(lantern, 1), total=1390)).ids["order"]

        await asyncio.gather(
            *(counter.cancel(guest, order_id) for _ in range(4)), return_exceptions=True
        )

        assert await state(order_id) == ("CANCELLED", "CAPTURED")
        assert await used() == 0
        await buy(counter, guest, Units(lantern, 1), total=1390)

    async def test_dsc_3_on_expiry_once(self, counter: Counter, lantern: UUID) -> None:
        await make_discount(amount=100, usage_limit=1)
        guest = await new_guest()
        made = await buy(counter, guest, Units(lantern, 1), total=1390, token="tok_declined")
        assert await used() == 1

        await asyncio.gather(
            *(orders.expire_due(gateways=counter.gateways, now=MUCH_LATER) for _ in range(3))
        )

        assert (await state(made.ids["order"]))[0] == "EXPIRED"
        assert await used() == 0

    async def test_dsc_3_not_for_an_order_whose_money_is_given_back(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100)
        made = await buy(counter, await new_guest(), Units(lantern, 1), total=1390)
        await counter.refund(factories.staff(Role.FINANCE), made.ids["order"], extra=1390)
        assert await used() == 1

    async def test_the_use_of_an_unpaid_order_goes_to_the_next_one_of_its_cart(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await make_discount(amount=100, usage_limit=1, usage_limit_per_customer=1)
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        await carts.update_cart(
            caller=guest, now=NOW, cart_id=cart_id, fields={"discount_code": "SPRING"}
        )
        total = Money(1390, "EUR")
        await counter.check_out(guest, cart_id=cart_id, expected=total, token="tok_declined")
        assert await used() == 1

        (cart,) = await carts.carts_by_id([cart_id], caller=guest, now=NOW)
        assert cart
        (quote,) = await carts.quotes_by_cart([cart], caller=guest, now=NOW)
        assert (quote.totals.total, quote.problems) == (1390, ())
        made = await counter.check_out(guest, cart_id=cart_id, expected=total)

        assert await state(made.ids["order"]) == ("PLACED", "CAPTURED")
        assert await used() == 1

    @pytest.mark.parametrize("seed", range(6))
    async def test_orders_that_swap_their_codes_at_once_do_not_wait_in_a_circle(
        self, counter: Counter, lantern: UUID, seed: int
    ) -> None:
        for code in ("SPRING", "SUMMER"):
            await make_discount(code, amount=100)
        guests = [await new_guest() for _ in range(6)]
        held = [await counter.fill_cart(each, Units(lantern, 1)) for each in guests]
        buyers = list(zip(guests, held, strict=True))
        random.Random(seed).shuffle(buyers)  # noqa: S311 - a seed to repeat it by
        total = Money(1390, "EUR")

        for turn in range(2):
            token = "tok_ok" if turn else "tok_declined"
            await asyncio.gather(
                *(
                    counter.check_out(
                        guest,
                        cart_id=cart_id,
                        expected=total,
                        token=token,
                        details={"discount_code": ("SPRING", "SUMMER")[(index + turn) % 2]},
                    )
                    for index, (guest, cart_id) in enumerate(buyers)
                )
            )

        rows = await fetch("SELECT used_count FROM discount")
        assert [count for (count,) in rows] == [3, 3]
        assert await fetch_value("SELECT count(*) FROM orders WHERE status = 'PLACED'") == 6

    async def test_a_key_orders_with_a_code_as_anyone_does(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        await make_discount(amount=100, usage_limit_per_customer=1)
        key = Caller(kind=ActorKind.API_KEY, label="till", api_key_id=UUID(int=9))
        await buy(counter, key, Units(lantern, 1), total=1390)
        with pytest.raises(Refusals):
            await buy(counter, key, Units(lantern, 1), total=1390)
