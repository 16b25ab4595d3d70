"""One call from cart to order: reserve, pay, place."""

import asyncio
from uuid import UUID

import pytest

from db import ids, orders
from db.access import ActorKind, Caller
from db.base import atomically, execute, fetch, fetch_value
from db.errors import Code, InvalidState, Refusal, Refusals, StockShort, TotalChanged
from db.money import Money
from db.orders import basket
from db.payments import OperationStatus
from db.stock import Units
from tests import factories
from tests.buying import Counter, charges, kinds, new_guest, reserved, state, topics
from tests.conftest import NOW
from tests.gateways import FaultyGateway
from tests.goods import make_method, make_variant
from tests.snapshot import unchanged
from tests.statements import statements


class TestCompleteCheckout:
    async def test_places_a_paid_order_of_a_cart(self, counter: Counter, lantern: UUID) -> None:
        ada = factories.caller(await factories.user())
        cart_id = await counter.fill_cart(ada, Units(lantern, 2))

        outcome = await counter.check_out(ada, cart_id=cart_id)

        order = await orders.Order.get(id=outcome.ids["order"])
        assert await state(order.id) == ("PLACED", "CAPTURED")
        assert (order.user_id, order.total, order.placed_at) == (ada.user_id, 2490, NOW)
        assert order.expires_at is None
        assert await reserved(lantern) == 2
        assert await fetch_value("SELECT count(*) FROM cart") == 0
        assert await kinds(order.id) == [
            "CREATED",
            "PAYMENT_REQUESTED",
            "PAYMENT_CAPTURED",
            "PLACED",
        ]
        assert await topics() == ["PAYMENT_CAPTURED", "ORDER_PLACED"]
        assert [charge["amount"] for charge in await charges(order.id)] == [2490]

    async def test_takes_few_statements(self, counter: Counter) -> None:
        ada = factories.caller(await factories.user())
        lines = [Units(await make_variant(), 1), Units(await make_variant(), 3)]
        cart_id = await counter.fill_cart(ada, *lines)
        total = await counter.total(lines)

        with statements() as sent:
            await counter.check_out(ada, cart_id=cart_id, expected=total, key=str(ids.new()))

        assert len(sent) == 14, "\n".join(sent)

    async def test_copies_lines_prices_and_addresses(self, counter: Counter, lantern: UUID) -> None:
        guest = await new_guest()
        outcome = await counter.check_out(guest, Units(lantern, 3))

        (lines,) = await orders.lines_by_order([UUID(outcome.ids["order"])])
        (private,) = await orders.private_by_order([UUID(outcome.ids["order"])])

        assert [(line.quantity, line.unit_price, line.total) for line in lines] == [(3, 1000, 3000)]
        assert lines[0].tax_rate == 190_000
        assert private
        assert private.email == "ada@example.com"
        assert (
            private.shipping_address
            == private.billing_address
            == counter.details["shipping_address"]
        )
        erased = await fetch_value("SELECT erase_after FROM order_private")
        assert erased.year == NOW.year + 10

    async def test_ord_1_no_edit_of_the_catalog_changes_an_order(
        self, counter: Counter, lantern: UUID
    ) -> None:
        outcome = await counter.check_out(await new_guest(), Units(lantern, 1))
        line, order = "SELECT * FROM order_line", "SELECT * FROM orders"
        before = await fetch(line), await fetch(order)

        await execute("UPDATE variant SET price = 1, title = 'Other', sku = 'OTHER'")
        await execute("UPDATE tax_rate SET rate = 0")
        await execute("UPDATE shipping_method SET price = 0, name = 'Other'")

        assert before == (
            await fetch("SELECT * FROM order_line"),
            await fetch("SELECT * FROM orders"),
        )
        assert await state(outcome.ids["order"]) == ("PLACED", "CAPTURED")

    async def test_ord_3_what_costs_nothing_is_placed_without_a_payment(
        self, counter: Counter
    ) -> None:
        gift = await make_variant(price=0)
        counter.method_id = await make_method(price=0)

        outcome = await counter.check_out(await new_guest(), Units(gift, 1), payment=None)

        assert await state(outcome.ids["order"]) == ("PLACED",)
        assert await kinds(outcome.ids["order"]) == ["CREATED", "PLACED"]
        assert "payment" not in outcome.ids
        assert await topics() == ["ORDER_PLACED"]
        assert await reserved(gift) == 1

    async def test_makes_a_guest_of_a_stranger(self, counter: Counter, lantern: UUID) -> None:
        outcome = await counter.check_out(Caller.anonymous(), Units(lantern, 1), key=str(ids.new()))

        order = await orders.Order.get(id=outcome.ids["order"])
        assert str(order.guest_id) == outcome.ids["guest"]

    async def test_orders_on_an_integrations_own_account(
        self, counter: Counter, lantern: UUID
    ) -> None:
        robot = Caller(kind=ActorKind.API_KEY, label="ERP", api_key_id=ids.new())

        outcome = await counter.check_out(robot, Units(lantern, 1))

        order = await orders.Order.get(id=outcome.ids["order"])
        assert (order.user_id, order.guest_id) == (None, None)
        assert await state(order.id) == ("PLACED", "CAPTURED")

    async def test_sells_without_limit_what_is_not_tracked(self, counter: Counter) -> None:
        download = await make_variant(track_stock=False)

        outcome = await counter.check_out(await new_guest(), Units(download, 500))

        assert await state(outcome.ids["order"]) == ("PLACED", "CAPTURED")
        assert await reserved(download) == 0

    async def test_a_promise_to_pay_places_an_order_too(
        self, counter: Counter, lantern: UUID
    ) -> None:
        outcome = await counter.check_out(await new_guest(), Units(lantern, 1), gateway="manual")

        assert await state(outcome.ids["order"]) == ("PLACED", "AUTHORIZED")

    async def test_only_holds_the_money_where_the_shop_says_so(
        self, counter: Counter, lantern: UUID
    ) -> None:
        await execute("UPDATE shop SET capture_policy = 'MANUAL'")

        outcome = await counter.check_out(await new_guest(), Units(lantern, 1))

        assert await state(outcome.ids["order"]) == ("PLACED", "AUTHORIZED")
        assert [charge["captured"] for charge in await charges(outcome.ids["order"])] == [False]

    async def test_wipes_the_token_once_the_payment_is_settled(
        self, counter: Counter, lantern: UUID, fake: FaultyGateway
    ) -> None:
        fake.loses_requests = True
        guest = await new_guest()
        await counter.check_out(guest, Units(lantern, 1))
        kept = await fetch_value("SELECT sealed_token FROM payment_operation")
        fake.loses_requests = False
        await counter.check_out(guest, Units(lantern, 1))

        assert kept
        assert b"tok_ok" not in kept
        rows = await fetch("SELECT status, sealed_token FROM payment_operation ORDER BY id")
        assert [(row[0], row[1] is None) for row in rows] == [
            (OperationStatus.UNKNOWN, False),
            (OperationStatus.SUCCEEDED, True),
        ]


class TestRefusals:
    async def test_crt_2_another_total_than_was_shown(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        cart_id = await counter.fill_cart(guest, Units(lantern, 1))
        shown = await counter.total([Units(lantern, 1)])
        await execute("UPDATE variant SET price = 1100")

        async with unchanged():
            with pytest.raises(TotalChanged) as refused:
                await counter.check_out(guest, cart_id=cart_id, expected=shown)

        assert (refused.value.expected, refused.value.total) == (shown, Money(1590, "EUR"))

    async def test_too_few_units_with_the_place_in_the_input(self, counter: Counter) -> None:
        plenty, rare = await make_variant(), await make_variant(on_hand=2)

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await counter.check_out(Caller.anonymous(), Units(plenty, 1), Units(rare, 3))

        (short,) = refused.value.refusals
        assert isinstance(short, StockShort)
        assert (short.requested, short.available) == (3, 2)
        assert short.path == ("input", "source", "lines", 1, "quantity")

    async def test_everything_that_is_missing_at_once(
        self, counter: Counter, lantern: UUID
    ) -> None:
        nobody = Caller.anonymous()

        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await counter.check_out(nobody, Units(lantern, 1), details={})

        assert {(each.code, each.path) for each in refused.value.refusals} == {
            (Code.EMAIL_REQUIRED, ("input", "details", "email")),
            (Code.ADDRESS_REQUIRED, ("input", "details", "shipping_address")),
            (Code.SHIPPING_METHOD_REQUIRED, ("input", "details", "shipping_method_id")),
        }

    async def test_another_currency(self, counter: Counter, lantern: UUID) -> None:
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.check_out(
                    Caller.anonymous(), Units(lantern, 1), expected=Money(1490, "USD")
                )

        assert refused.value.code is Code.CURRENCY_MISMATCH

    async def test_no_word_about_how_to_pay(self, counter: Counter, lantern: UUID) -> None:
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.check_out(Caller.anonymous(), Units(lantern, 1), payment=None)

        assert (refused.value.code, refused.value.path) == (Code.REQUIRED, ("input", "payment"))

    async def test_a_gateway_that_the_shop_does_not_take(
        self, counter: Counter, lantern: UUID
    ) -> None:
        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.check_out(Caller.anonymous(), Units(lantern, 1), gateway="gold")

        assert refused.value.path == ("input", "payment", "gateway")

    async def test_variants_that_do_not_exist(self, counter: Counter) -> None:
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await counter.check_out(
                    Caller.anonymous(), Units(ids.new(), 1), expected=Money(1, "EUR")
                )

        assert refused.value.refusals[0].code is Code.NOT_FOUND

    async def test_another_ones_cart(self, counter: Counter, lantern: UUID) -> None:
        ada, eve = await new_guest(), await new_guest()
        cart_id = await counter.fill_cart(ada, Units(lantern, 1))

        async with unchanged():
            with pytest.raises(Refusal) as refused:
                await counter.check_out(eve, cart_id=cart_id, expected=Money(1490, "EUR"))

        assert refused.value.code is Code.NOT_FOUND
        assert refused.value.path == ("input", "source", "cart_id")

    async def test_a_cart_that_has_become_an_order(self, counter: Counter, lantern: UUID) -> None:
        ada, eve = await new_guest(), await new_guest()
        cart_id = await counter.fill_cart(ada, Units(lantern, 1))
        await counter.check_out(ada, cart_id=cart_id)

        async with unchanged():
            with pytest.raises(InvalidState, match="has become order 1001") as refused:
                await counter.check_out(ada, cart_id=cart_id, expected=Money(1490, "EUR"))
            with pytest.raises(Refusal, match="no such cart"):
                await counter.check_out(eve, cart_id=cart_id, expected=Money(1490, "EUR"))

        assert refused.value.current == "PLACED"

    async def test_finds_what_a_cart_has_become_without_reading_all_orders(
        self, counter: Counter
    ) -> None:
        async def explain() -> str:
            await execute("SET LOCAL enable_seqscan = off")
            plan = await fetch(f"EXPLAIN {basket.ORDER_OF_CART}", ids.new())
            return "\n".join(row[0] for row in plan)

        assert "orders_of_a_cart" in await atomically(explain)

    async def test_more_than_three_orders_that_wait_for_their_payment(
        self, counter: Counter, lantern: UUID
    ) -> None:
        guest = await new_guest()
        tries = [
            counter.check_out(guest, Units(lantern, 1), token="tok_declined") for _ in range(6)
        ]

        answers = await asyncio.gather(*tries, return_exceptions=True)

        refused = [each for each in answers if isinstance(each, Refusal)]
        assert [each.code for each in refused] == [Code.TOO_MANY] * 3
        assert await reserved(lantern) == 3
