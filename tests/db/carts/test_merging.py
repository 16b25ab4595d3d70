"""Signing in with a cart (CRT-1): the larger quantity of each, whatever the order."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import carts, ids
from db.access import Caller
from db.base import fetch_value
from db.carts import CartRow, DetailFields, merged
from db.errors import Refusal
from db.stock import Units
from tests import factories
from tests.factories import PASSWORD
from tests.goods import ADDRESS, make_variant
from tests.snapshot import unchanged

quantities = st.dictionaries(
    st.integers(1, 130).map(lambda number: UUID(int=number)), st.integers(1, 999), max_size=100
)


class TestMergedIsASemilattice:
    @given(quantities)
    def test_crt_1_a_cart_merged_with_itself_is_itself(self, a: dict[UUID, int]) -> None:
        assert merged(a, a) == a

    @given(quantities, quantities)
    def test_crt_1_the_order_of_two_does_not_matter(
        self, a: dict[UUID, int], b: dict[UUID, int]
    ) -> None:
        assert merged(a, b) == merged(b, a)

    @given(quantities, quantities, quantities)
    def test_crt_1_nor_does_the_order_of_three(
        self, a: dict[UUID, int], b: dict[UUID, int], c: dict[UUID, int]
    ) -> None:
        assert merged(merged(a, b), c) == merged(a, merged(b, c))

    @given(quantities, quantities)
    def test_crt_1_merging_again_changes_nothing(
        self, a: dict[UUID, int], b: dict[UUID, int]
    ) -> None:
        assert merged(merged(a, b), b) == merged(a, b)

    @given(quantities, quantities)
    def test_crt_1_each_is_the_larger_and_no_limit_is_exceeded(
        self, a: dict[UUID, int], b: dict[UUID, int]
    ) -> None:
        both = merged(a, b)
        assert len(both) == min(100, len(a | b))
        assert all(both[one] == max(a.get(one, 0), b.get(one, 0)) for one in both)


async def make_cart(now: datetime, caller: Caller, *lines: Units) -> tuple[UUID, Caller]:
    outcome = await carts.create_cart(caller=caller, now=now, lines=lines)
    guest = outcome.ids.get("guest")
    owner = replace(caller, guest_id=UUID(guest)) if guest else caller
    return UUID(outcome.ids["cart"]), owner


async def cart_of(user_id: UUID, now: datetime) -> CartRow:
    (cart,) = await carts.latest_by_user([user_id], now=now)
    assert cart
    return cart


@pytest.mark.usefixtures("database")
class TestSignIn:
    async def test_takes_the_guests_cart_along(self, now: datetime) -> None:
        variant = await make_variant()
        ada = await factories.user(email="ada@example.com", password=PASSWORD)
        cart_id, guest = await make_cart(now, Caller.anonymous(), Units(variant, 2))
        opened = await carts.sign_in(
            caller=guest, now=now, email="ada@example.com", password=PASSWORD, cart_id=cart_id
        )
        cart = await cart_of(ada.id, now)
        assert (cart.id, cart.user_id, cart.guest_id) == (cart_id, ada.id, None)
        assert cart.details.email == "ada@example.com"
        assert opened.caller.guest_id == guest.guest_id

    async def test_merges_it_into_the_users(self, now: datetime) -> None:
        one, two, three = [await make_variant() for _ in range(3)]
        ada = await factories.user(email="ada@example.com", password=PASSWORD)
        mine, _ = await make_cart(now, factories.caller(ada), Units(one, 5), Units(two, 1))
        theirs, guest = await make_cart(
            now, Caller.anonymous(), Units(three, 1), Units(two, 4), Units(one, 2)
        )
        await carts.update_cart(
            caller=guest,
            now=now,
            cart_id=theirs,
            fields=DetailFields(email="other@example.com", shipping_address=ADDRESS),
        )
        for _ in range(2):
            await carts.sign_in(
                caller=guest, now=now, email="ada@example.com", password=PASSWORD, cart_id=theirs
            )
            cart = await cart_of(ada.id, now)
            assert cart.id == mine
            assert cart.lines == (Units(one, 5), Units(two, 4), Units(three, 1))
            assert cart.details.email == "ada@example.com"
            assert cart.details.shipping_address == ADDRESS
            assert await fetch_value("SELECT count(*) FROM cart") == 1

    async def test_leaves_the_cart_of_another(self, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        theirs, _ = await make_cart(now, Caller.anonymous(), Units(await make_variant(), 1))
        _, stranger = await make_cart(now, Caller.anonymous())
        for cart_id in (theirs, ids.new()):
            await carts.sign_in(
                caller=stranger,
                now=now,
                email="ada@example.com",
                password=PASSWORD,
                cart_id=cart_id,
            )
        assert await fetch_value("SELECT count(*) FROM cart WHERE user_id IS NOT NULL") == 0

    async def test_changes_nothing_with_a_wrong_password(self, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        cart_id, guest = await make_cart(now, Caller.anonymous())
        async with unchanged():
            with pytest.raises(Refusal):
                await carts.sign_in(
                    caller=guest, now=now, email="ada@example.com", password="no", cart_id=cart_id
                )


@pytest.mark.usefixtures("database")
class TestRegister:
    async def test_takes_the_guests_cart_along(self, now: datetime) -> None:
        cart_id, guest = await make_cart(now, Caller.anonymous(), Units(await make_variant(), 2))
        opened = await carts.register(
            caller=guest,
            now=now,
            email="ada@example.com",
            password=PASSWORD,
            name="Ada",
            cart_id=cart_id,
        )
        assert (await cart_of(opened.user_id, now)).id == cart_id
