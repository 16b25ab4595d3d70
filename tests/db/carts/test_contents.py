"""Filling a cart: what goes in, what does not, and whose it is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from db import carts, ids
from db.access import ActorKind, Caller
from db.base import fetch, fetch_value
from db.carts import CartRow, DetailFields
from db.catalog import ProductStatus
from db.errors import Code, NotAllowed, Path, Refusal, Refusals
from db.events import Claim, Outcome
from db.stock import Units
from tests import factories
from tests.goods import ADDRESS, make_method, make_product, make_variant
from tests.snapshot import snapshot, unchanged
from tests.statements import statements

NOBODY = Caller.anonymous()
pytestmark = pytest.mark.usefixtures("database")


async def filled(now: datetime, *lines: Units, caller: Caller = NOBODY) -> tuple[UUID, Caller]:
    """Make a cart, and return it with the caller who owns it."""
    outcome = await carts.create_cart(caller=caller, now=now, lines=lines)
    guest = outcome.ids.get("guest")
    owner = replace(caller, guest_id=UUID(guest)) if guest else caller
    return UUID(outcome.ids["cart"]), owner


async def read(cart_id: UUID, owner: Caller, now: datetime) -> CartRow | None:
    (cart,) = await carts.carts_by_id([cart_id], caller=owner, now=now)
    return cart


async def lines_of(cart_id: UUID, owner: Caller, now: datetime) -> list[tuple[UUID, int]]:
    cart = await read(cart_id, owner, now)
    assert cart is not None
    return [(line.variant_id, line.quantity) for line in cart.lines]


def faults(error: Refusals) -> list[tuple[Code, Path | None]]:
    return [(refusal.code, refusal.path) for refusal in error.refusals]


class TestCreateCart:
    async def test_makes_a_guest_for_nobody(self, now: datetime) -> None:
        variant = await make_variant()
        cart_id, guest = await filled(now, Units(variant, 2), Units(variant, 1))
        assert await lines_of(cart_id, guest, now) == [(variant, 3)]
        assert await read(cart_id, NOBODY, now) is None
        assert await fetch_value("SELECT id FROM guest") == guest.guest_id

    async def test_stays_with_the_guest_who_is_known(self, now: datetime) -> None:
        _, guest = await filled(now)
        cart_id, owner = await filled(now, caller=guest)
        assert owner is guest
        assert await read(cart_id, guest, now)
        assert await fetch_value("SELECT count(*) FROM guest") == 1

    async def test_belongs_to_a_user_alone_and_has_their_email(self, now: datetime) -> None:
        ada = await factories.user(email="ada@example.com")
        caller = replace(factories.caller(ada), guest_id=ids.new())
        cart_id, _ = await filled(now, caller=caller)
        cart = await read(cart_id, caller, now)
        assert cart
        assert (cart.user_id, cart.guest_id) == (ada.id, None)
        assert cart.details.email == "ada@example.com"

    async def test_is_made_once_under_one_key(self, now: datetime) -> None:
        claim = Claim(scope="anon", key="k", mutation="cartCreate", args_hash=b"a")
        first = await carts.create_cart(caller=NOBODY, now=now, claim=claim)
        once = await snapshot()
        again = await carts.create_cart(caller=NOBODY, now=now, claim=claim)
        assert again.replayed
        assert (again.ids, await snapshot()) == (first.ids, once)

    async def test_is_not_for_api_keys(self, now: datetime) -> None:
        key = Caller(kind=ActorKind.API_KEY, label="ERP", api_key_id=ids.new())
        async with unchanged():
            with pytest.raises(NotAllowed):
                await carts.create_cart(caller=key, now=now)

    async def test_ends_30_days_after_its_last_change(self, now: datetime) -> None:
        variant = await make_variant()
        cart_id, guest = await filled(now)
        later = now + timedelta(days=29)
        await carts.add_lines(caller=guest, now=later, cart_id=cart_id, lines=[Units(variant, 1)])
        end = later + timedelta(days=30)
        assert await read(cart_id, guest, end - timedelta(microseconds=1))
        assert await read(cart_id, guest, end) is None


class TestAddLines:
    async def test_adds_to_what_is_there_and_puts_the_new_last(self, now: datetime) -> None:
        one, two = await make_variant(), await make_variant()
        cart_id, guest = await filled(now, Units(two, 1))
        more = [Units(one, 3), Units(two, 2)]
        await carts.add_lines(caller=guest, now=now, cart_id=cart_id, lines=more)
        assert await lines_of(cart_id, guest, now) == [(two, 3), (one, 3)]

    async def test_may_ask_for_more_than_there_is(self, now: datetime) -> None:
        variant = await make_variant(on_hand=1)
        cart_id, guest = await filled(now, Units(variant, 5))
        assert await lines_of(cart_id, guest, now) == [(variant, 5)]

    async def test_loses_nothing_of_two_at_once(self, now: datetime) -> None:
        one, two = await make_variant(), await make_variant()
        cart_id, guest = await filled(now)
        await asyncio.gather(
            *(
                carts.add_lines(caller=guest, now=now, cart_id=cart_id, lines=[Units(variant, 1)])
                for variant in (one, two) * 5
            )
        )
        assert dict(await lines_of(cart_id, guest, now)) == {one: 5, two: 5}

    async def test_refuses_what_is_unknown_or_not_shown(self, now: datetime) -> None:
        good, inactive = await make_variant(), await make_variant(active=False)
        draft = await make_variant(product_id=await make_product(status=ProductStatus.DRAFT))
        cart_id, guest = await filled(now)
        lines = [Units(good, 1), Units(inactive, 1), Units(draft, 1), Units(ids.new(), 1)]
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await carts.add_lines(caller=guest, now=now, cart_id=cart_id, lines=lines)
        assert faults(refused.value) == [
            (Code.NOT_FOUND, ("lines", index, "variant_id")) for index in (1, 2, 3)
        ]

    async def test_refuses_more_than_999_of_one_thing(self, now: datetime) -> None:
        variant = await make_variant()
        cart_id, guest = await filled(now, Units(variant, 990))
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await carts.add_lines(
                    caller=guest, now=now, cart_id=cart_id, lines=[Units(variant, 10)]
                )
        assert faults(refused.value) == [(Code.OUT_OF_RANGE, ("lines", 0, "quantity"))]
        assert str(refused.value) == "At most 999 of one thing; there would be 1000."

    async def test_crt_3_takes_100_lines_of_999_and_not_one_more(self, now: datetime) -> None:
        product = await make_product()
        variants = [await make_variant(product_id=product, track_stock=False) for _ in range(101)]
        cart_id, guest = await filled(now, *(Units(each, 999) for each in variants[:100]))
        assert await lines_of(cart_id, guest, now) == [(each, 999) for each in variants[:100]]
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await carts.add_lines(
                    caller=guest, now=now, cart_id=cart_id, lines=[Units(variants[100], 1)]
                )
        assert faults(refused.value) == [(Code.TOO_MANY, ("lines",))]

    async def test_is_for_the_owner_alone(self, now: datetime) -> None:
        variant = await make_variant()
        cart_id, _ = await filled(now)
        _, other = await filled(now)
        async with unchanged():
            for stranger in (other, NOBODY, Caller.system("tests")):
                with pytest.raises(Refusal) as refused:
                    await carts.add_lines(
                        caller=stranger, now=now, cart_id=cart_id, lines=[Units(variant, 1)]
                    )
                assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("cart_id",))


class TestSetLines:
    async def set(
        self, cart_id: UUID, owner: Caller, now: datetime, lines: Sequence[Units]
    ) -> None:
        await carts.set_lines(caller=owner, now=now, cart_id=cart_id, lines=lines)

    async def test_sets_adds_and_removes(self, now: datetime) -> None:
        kept, less, gone, new = [await make_variant() for _ in range(4)]
        cart_id, guest = await filled(now, Units(kept, 1), Units(less, 9), Units(gone, 1))
        await self.set(cart_id, guest, now, [Units(less, 2), Units(gone, 0), Units(new, 4)])
        assert await lines_of(cart_id, guest, now) == [(kept, 1), (less, 2), (new, 4)]

    async def test_idm_8_done_twice_is_done_once(self, now: datetime) -> None:
        variant, gone = await make_variant(), await make_variant()
        cart_id, guest = await filled(now, Units(gone, 1))
        lines = [Units(variant, 3), Units(gone, 0)]
        await self.set(cart_id, guest, now, lines)
        async with unchanged():
            await self.set(cart_id, guest, now + timedelta(hours=1), lines)

    async def test_lets_go_of_what_is_not_for_sale_any_more(self, now: datetime) -> None:
        product = await make_product()
        variant = await make_variant(product_id=product)
        cart_id, guest = await filled(now, Units(variant, 3))
        await fetch("UPDATE variant SET active = false")
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await self.set(cart_id, guest, now, [Units(variant, 2)])
        assert faults(refused.value) == [(Code.NOT_FOR_SALE, ("lines", 0, "variant_id"))]
        await self.set(cart_id, guest, now, [Units(variant, 0)])
        assert await lines_of(cart_id, guest, now) == []

    @pytest.mark.parametrize("quantity", [-1, 1000])
    async def test_refuses_other_quantities(self, now: datetime, quantity: int) -> None:
        variant = await make_variant()
        cart_id, guest = await filled(now)
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await self.set(cart_id, guest, now, [Units(variant, quantity)])
        assert faults(refused.value) == [(Code.OUT_OF_RANGE, ("lines", 0, "quantity"))]


class TestUpdateCart:
    async def test_leaves_what_is_omitted_and_clears_what_is_null(self, now: datetime) -> None:
        method = await make_method()
        cart_id, guest = await filled(now)
        everything = DetailFields(
            email="ada@example.com",
            shipping_address=ADDRESS,
            billing_address=ADDRESS,
            shipping_method_id=method,
            discount_code="spring",
            note="Ring twice.",
        )
        await carts.update_cart(caller=guest, now=now, cart_id=cart_id, fields=everything)
        await carts.update_cart(
            caller=guest, now=now, cart_id=cart_id, fields={"billing_address": None, "note": None}
        )
        cart = await read(cart_id, guest, now)
        assert cart
        assert cart.details == carts.Details(
            email="ada@example.com",
            shipping_address=ADDRESS,
            shipping_method_id=method,
            discount_code="SPRING",
        )

    async def test_idm_8_done_twice_is_done_once(self, now: datetime) -> None:
        cart_id, guest = await filled(now)
        fields = DetailFields(email="ada@example.com", shipping_address=ADDRESS)
        await carts.update_cart(caller=guest, now=now, cart_id=cart_id, fields=fields)
        async with unchanged():
            await carts.update_cart(
                caller=guest, now=now + timedelta(hours=1), cart_id=cart_id, fields=fields
            )

    async def test_refuses_a_method_that_is_not_offered(self, now: datetime) -> None:
        cart_id, guest = await filled(now)
        for method in (ids.new(), await make_method(active=False)):
            async with unchanged():
                with pytest.raises(Refusal) as refused:
                    await carts.update_cart(
                        caller=guest,
                        now=now,
                        cart_id=cart_id,
                        fields={"shipping_method_id": method},
                    )
            assert refused.value.code is Code.NOT_FOUND
            assert refused.value.path == ("input", "shipping_method_id")

    async def test_leaves_nothing_personal_in_the_record(self, now: datetime) -> None:
        cart_id, guest = await filled(now)
        await carts.update_cart(
            caller=guest,
            now=now,
            cart_id=cart_id,
            fields={"email": "ada@example.com", "shipping_address": ADDRESS, "note": "Lovelace"},
        )
        recorded = str([list(row) for row in await fetch("SELECT changes FROM audit_event")])
        assert "email" in recorded
        assert "Lovelace" not in recorded
        assert "ada@example" not in recorded


class TestDeleteExpired:
    async def test_deletes_those_whose_time_is_over(self, now: datetime) -> None:
        variant = await make_variant()
        old, guest = await filled(now, Units(variant, 1))
        later = now + timedelta(days=1)
        young, _ = await filled(later, caller=guest)
        end = now + carts.LIFE
        assert await carts.delete_expired(now=end) == 1
        assert await carts.delete_expired(now=end) == 0
        assert await read(old, guest, now) is None
        assert await read(young, guest, end)


class TestStatements:
    @pytest.mark.parametrize("verb", [carts.add_lines, carts.set_lines])
    async def test_are_as_many_for_ten_lines_as_for_one(
        self, now: datetime, verb: Callable[..., Awaitable[Outcome]]
    ) -> None:
        counts = []
        for many in (1, 10):
            lines = [Units(await make_variant(), 1) for _ in range(many)]
            cart_id, guest = await filled(now)
            with statements() as sent:
                await verb(caller=guest, now=now, cart_id=cart_id, lines=lines)
            counts.append(len(sent))
        assert counts[0] == counts[1] <= 6
