"""SMX-1 and ORD-5 for orders: every state by every action by every caller.

It is told three times: spelled out in ``states``, answered by ``allowed``, and done by the verbs.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias
from uuid import UUID

import pytest

from db import ids, orders
from db.access import Caller, Permission
from db.base import execute, fetch_value
from db.config import Database
from db.errors import Fault, InvalidState, Refusal
from db.orders import Order, OrderAction, OrderRow
from db.users import Guest
from tests import factories
from tests.buying import Counter
from tests.conftest import NOW
from tests.db.orders.states import BUYER_ID, BUYERS, CALLERS, GUEST_ID, MAKER, STATES
from tests.snapshot import unchanged

Verb: TypeAlias = Callable[[Counter, Caller, UUID], Awaitable[object]]


async def _fulfill(_counter: Counter, caller: Caller, order_id: UUID) -> object:
    return await orders.create_fulfillment(caller=caller, now=NOW, order_id=order_id)


async def _refund(counter: Counter, caller: Caller, order_id: UUID) -> object:
    return await counter.refund(caller, order_id, extra=1)


async def _payment_of(order_id: UUID) -> UUID:
    latest = "SELECT id FROM payment WHERE order_id = $1 ORDER BY id DESC LIMIT 1"
    return await fetch_value(latest, order_id) or ids.new()


async def _capture(counter: Counter, caller: Caller, order_id: UUID) -> object:
    return await counter.capture(caller, await _payment_of(order_id))


async def _void(counter: Counter, caller: Caller, order_id: UUID) -> object:
    return await counter.void(caller, await _payment_of(order_id))


async def _edit(_counter: Counter, caller: Caller, order_id: UUID) -> object:
    version = await fetch_value("SELECT version FROM orders WHERE id = $1", order_id)
    return await orders.update_order(
        caller=caller, now=NOW, id=order_id, fields={"email": "b@c.example"}, if_version=version
    )


VERBS: Final[Mapping[OrderAction, Verb]] = {
    OrderAction.PAY: Counter.pay,
    OrderAction.CANCEL: Counter.cancel,
    OrderAction.CAPTURE: _capture,
    OrderAction.VOID: _void,
    OrderAction.REFUND: _refund,
    OrderAction.FULFILL: _fulfill,
    OrderAction.EDIT: _edit,
}

NEEDS: Final = {
    OrderAction.PAY: Permission.ORDERS_WRITE,
    OrderAction.CANCEL: Permission.ORDERS_WRITE,
    OrderAction.CAPTURE: Permission.PAYMENTS_WRITE,
    OrderAction.VOID: Permission.PAYMENTS_WRITE,
    OrderAction.REFUND: Permission.REFUNDS_WRITE,
    OrderAction.FULFILL: Permission.FULFILLMENTS_WRITE,
    OrderAction.EDIT: Permission.ORDERS_WRITE,
}


def expected(state: str, who: str) -> list[str]:
    _, for_staff, for_buyer = STATES[state]
    caller = CALLERS[who]
    by_permission = {each for each in for_staff.split() if caller.may(NEEDS[OrderAction(each)])}
    by_right = set(for_buyer.split()) if who in BUYERS else set()
    return [action for action in OrderAction if action in by_permission | by_right]


@pytest.fixture(autouse=True)
async def _buyers(database: Database) -> None:
    await factories.user(id=BUYER_ID)
    await Guest.create(id=GUEST_ID, created_at=NOW)


async def give(order: Order, who: str) -> None:
    """Make an order one that the caller bought or, who is no buyer, that someone else bought."""
    by_guest = who == "the guest who bought"
    await execute(
        "UPDATE orders SET user_id = $2, guest_id = $3 WHERE id = $1",
        *(order.id, None if by_guest else BUYER_ID, GUEST_ID if by_guest else None),
    )
    # The fake gateway has not taken this money and could not give it back.
    await execute(
        "UPDATE payment SET gateway = 'manual' WHERE status IN ('AUTHORIZED', 'CAPTURED')"
    )


async def row_of(order: Order) -> OrderRow:
    row = await orders.find_order(caller=MAKER, id=order.id)
    assert row is not None
    return row


@pytest.mark.parametrize("state", STATES)
async def test_smx_1_allowed_says_what_the_table_says(state: str) -> None:
    order = await STATES[state][0]()
    for who, caller in CALLERS.items():
        await give(order, who)
        row = await row_of(order)
        is_owner = caller.is_owner_of(user_id=row.user_id, guest_id=row.guest_id)
        assert is_owner is (who in BUYERS)
        may = orders.allowed(row.standing, caller, is_owner=is_owner, now=NOW)
        assert may == expected(state, who), who


@pytest.mark.parametrize("action", VERBS)
@pytest.mark.parametrize("state", STATES)
async def test_ord_5_a_verb_does_what_is_allowed_and_refuses_the_rest_without_a_trace(
    counter: Counter, action: OrderAction, state: str
) -> None:
    order = await STATES[state][0]()
    for who, caller in CALLERS.items():
        await give(order, who)
        call = VERBS[action](counter, caller, order.id)
        if action in expected(state, who):
            await call
            order = await STATES[state][0]()
        else:
            await _is_refused(call, order, expected(state, who))


async def _is_refused(call: Awaitable[object], order: Order, allowed: list[str]) -> None:
    async with unchanged():
        with pytest.raises((Refusal, Fault)) as refused:
            await call
    if isinstance(refused.value, InvalidState):
        assert refused.value.current == (await row_of(order)).status
        assert list(refused.value.allowed) == allowed
