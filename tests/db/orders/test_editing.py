"""ORD-6: what may still be said about an order, and what never changes."""

import asyncio
from typing import Any, Final
from uuid import UUID

import pytest

from db import orders
from db.access import Caller, Role
from db.base import execute, fetch, fetch_one
from db.errors import (
    Code,
    InvalidState,
    NotAllowed,
    NotSignedIn,
    Refusal,
    Refusals,
    VersionConflict,
)
from db.orders import Order, OrderStatus, Visibility
from tests import factories
from tests.buying import claim, kinds, topics
from tests.conftest import NOW
from tests.db.orders.test_fulfillment import pack, ship
from tests.goods import ADDRESS
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("database", "oracle")

SAM: Final = factories.staff(Role.SUPPORT)
ELSEWHERE: Final = ADDRESS | {"line1": "2 Difference Row", "city": "Hamburg"}
ABROAD: Final = ADDRESS | {"country_code": "FR"}


async def update(order: Order, *, caller: Caller = SAM, if_version: int = 1, **fields: Any) -> None:
    await orders.update_order(
        caller=caller,
        now=NOW,
        id=order.id,
        fields=fields,  # type: ignore[arg-type]
        if_version=if_version,
    )


async def private(order: Order) -> orders.OrderPrivateRow:
    (row,) = await orders.private_by_order([order.id])
    assert row
    return row


class TestUpdateOrder:
    async def test_changes_where_it_goes_and_who_hears_of_it(self) -> None:
        order = await factories.order()

        await update(order, email="ada@home.example", shipping_address=ELSEWHERE)

        kept = await private(order)
        assert (kept.email, kept.shipping_address) == ("ada@home.example", ELSEWHERE)
        assert (await Order.get(id=order.id)).version == 2
        assert (await kinds(order.id))[-1] == "EDITED"
        assert (await topics())[-1] == "ORDER_UPDATED"
        row = await fetch_one("SELECT changes FROM audit_event WHERE action = 'orderUpdate'")
        assert row
        assert "email" in row[0]
        assert "home.example" not in row[0]
        assert "Hamburg" not in row[0]

    async def test_a_billing_address_that_is_cleared_is_the_shipping_address(self) -> None:
        order = await factories.order()
        await update(order, billing_address=ELSEWHERE)
        await update(order, billing_address=None, if_version=2)
        assert (await private(order)).billing_address == ADDRESS

    async def test_changes_nothing_where_all_is_so_already(self) -> None:
        order = await factories.order()
        async with unchanged():
            await update(order, email="ada@example.com", shipping_address=ADDRESS)

    async def test_ord_6_refuses_another_country_and_fields_that_are_cleared(self) -> None:
        order = await factories.order()
        await execute("UPDATE order_private SET billing_address = shipping_address")
        async with unchanged():
            with pytest.raises(Refusals) as refused:
                await update(order, email=None, shipping_address=ABROAD, billing_address=ABROAD)
        assert [(each.code, each.path) for each in refused.value.refusals] == [
            (Code.REQUIRED, ("input", "email")),
            (Code.INVALID, ("input", "shipping_address", "country_code")),
            (Code.INVALID, ("input", "billing_address", "country_code")),
        ]

    async def test_ord_6_refuses_an_order_of_which_something_has_left(self) -> None:
        order = await factories.order()
        await ship(await pack(order))
        version = (await Order.get(id=order.id)).version
        async with unchanged():
            with pytest.raises(InvalidState):
                await update(order, email="a@b.example", if_version=version)

    @pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.EXPIRED])
    async def test_refuses_an_order_that_is_over(self, status: OrderStatus) -> None:
        order = await factories.order(status=status)
        async with unchanged():
            with pytest.raises(InvalidState):
                await update(order, email="a@b.example")

    async def test_refuses_an_order_whose_buyer_was_erased(self) -> None:
        order = await factories.order()
        await execute("DELETE FROM order_private")
        async with unchanged():
            with pytest.raises(InvalidState):
                await update(order, email="a@b.example")

    async def test_ver_1_of_two_at_once_one_wins(self) -> None:
        order = await factories.order()
        answers = await asyncio.gather(
            update(order, email="a@b.example"),
            update(order, email="c@d.example"),
            return_exceptions=True,
        )
        (late,) = [each for each in answers if each is not None]
        assert isinstance(late, VersionConflict)
        assert late.current_version == 2

    async def test_is_for_support(self) -> None:
        order = await factories.order()
        async with unchanged():
            with pytest.raises(NotAllowed):
                await update(order, caller=factories.staff(Role.FINANCE), email="a@b.example")
            with pytest.raises(NotSignedIn):
                await update(order, caller=Caller.anonymous(), email="a@b.example")
            with pytest.raises(Refusal) as refused:
                await orders.update_order(
                    caller=SAM, now=NOW, id=UUID(int=1), fields={}, if_version=1
                )
        assert refused.value.code is Code.NOT_FOUND


class TestAddNote:
    @pytest.mark.parametrize("visibility", Visibility)
    async def test_writes_a_note_for_those_whom_it_is_for(self, visibility: Visibility) -> None:
        order = await factories.order()

        await orders.add_note(
            caller=SAM, now=NOW, id=order.id, body="Called back.", visibility=visibility
        )

        row = await fetch_one(
            "SELECT message, visibility, actor_label FROM order_event WHERE kind = 'NOTE'"
        )
        assert tuple(row or ()) == ("Called back.", visibility, "Petra")
        assert (await Order.get(id=order.id)).version == 2
        (changes,) = await fetch("SELECT changes FROM audit_event WHERE action = 'orderNoteAdd'")
        assert "Called" not in changes[0]

    async def test_is_written_once_under_one_key(self) -> None:
        order = await factories.order(status=OrderStatus.COMPLETED)
        outcomes = [
            await orders.add_note(
                caller=SAM,
                now=NOW,
                id=order.id,
                body="Once.",
                claim=claim(SAM, "orderNoteAdd", "n-1", "Once."),
            )
            for _ in range(2)
        ]
        assert [outcome.replayed for outcome in outcomes] == [False, True]
        assert (await kinds(order.id)).count("NOTE") == 1

    async def test_is_for_support(self) -> None:
        order = await factories.order()
        async with unchanged():
            with pytest.raises(NotAllowed):
                await orders.add_note(
                    caller=factories.staff(Role.FULFILLMENT), now=NOW, id=order.id, body="No."
                )
            with pytest.raises(Refusal) as refused:
                await orders.add_note(caller=SAM, now=NOW, id=UUID(int=1), body="No.")
        assert refused.value.code is Code.NOT_FOUND
