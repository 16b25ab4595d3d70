"""SMX-1 for fulfillments: every state by every step, and by every role."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias
from uuid import UUID

import pytest

from db import orders
from db.access import Caller, Role
from db.errors import InvalidState, NotAllowed, NotSignedIn
from db.events import Outcome
from tests import factories
from tests.conftest import NOW
from tests.db.orders.test_fulfillment import deliver, lines_of, pack, ship, some, unpack
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("database", "oracle")

Verb: TypeAlias = Callable[[UUID], Awaitable[Outcome]]

STEPS: Final[Mapping[str, Verb]] = {"SHIP": ship, "DELIVER": deliver, "CANCEL": unpack}
WAYS: Final[Mapping[str, Sequence[Verb]]] = {
    "PACKING": [],
    "SHIPPED": [ship],
    "DELIVERED": [ship, deliver],
    "CANCELLED": [unpack],
}
FITS: Final = {("PACKING", "SHIP"), ("PACKING", "CANCEL"), ("SHIPPED", "DELIVER")}


class TestSMX1:
    @pytest.mark.parametrize("state", WAYS)
    @pytest.mark.parametrize("step", STEPS)
    async def test_a_step_leads_on_or_changes_nothing(self, state: str, step: str) -> None:
        parcel = await pack(await factories.order())
        for each in WAYS[state]:
            await each(parcel)

        if (state, step) in FITS:
            await STEPS[step](parcel)
            return
        async with unchanged():
            with pytest.raises(InvalidState) as refused:
                await STEPS[step](parcel)
        fits = {fit for where, fit in FITS if where == state}
        assert (refused.value.current, set(refused.value.allowed)) == (state, fits)

    @pytest.mark.parametrize("role", Role)
    async def test_only_those_with_the_permission_do_anything(self, role: Role) -> None:
        order = await factories.order(units=(3,))
        parcel = await pack(order, [some((await lines_of(order))[0], 1)])
        caller = factories.staff(role)
        verbs = (
            orders.create_fulfillment(caller=caller, now=NOW, order_id=order.id),
            orders.ship_fulfillment(caller=caller, now=NOW, id=parcel),
            orders.deliver_fulfillment(caller=caller, now=NOW, id=parcel),
        )
        if role in {Role.FULFILLMENT, Role.ADMIN, Role.OWNER}:
            for verb in verbs:
                await verb
            return
        async with unchanged():
            for verb in (*verbs, orders.cancel_fulfillment(caller=caller, now=NOW, id=parcel)):
                with pytest.raises(NotAllowed):
                    await verb

    async def test_nobody_does_anything(self) -> None:
        order = await factories.order()
        with pytest.raises(NotSignedIn):
            await orders.create_fulfillment(caller=Caller.anonymous(), now=NOW, order_id=order.id)
