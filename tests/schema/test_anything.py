"""Whatever is asked, by whomever, nothing goes wrong that nobody expected."""

from random import Random
from uuid import UUID

import pytest

from db import ids, users
from db.access import ActorKind, Caller, Role
from db.base import fetch
from schema.root import core_of, schema
from tests import factories
from tests.client import Client
from tests.conftest import NOW
from tests.goods import make_shop
from tests.schema.anything import Inventor

OPERATIONS = 40
"""For each seed."""
PREFIXES = {
    "users": "user",
    "address": "addr",
    "product": "prod",
    "variant": "var",
    "category": "cat",
    "cart": "cart",
    "orders": "order",
    "order_line": "line",
    "payment": "pay",
    "fulfillment": "ful",
    "shipping_method": "ship",
}


@pytest.mark.parametrize("seed", range(10))
async def test_con_5_nothing_that_can_be_asked_is_an_internal_error(
    client: Client, seed: int
) -> None:
    callers = await _callers()
    await _fill(callers[2])
    random = Random(seed)  # noqa: S311 - the same for the same seed
    inventor = Inventor(core_of(schema), await _known_ids(), random)
    for _ in range(OPERATIONS):
        query, variables = inventor.operation()
        caller = inventor.random.choice(callers)
        response = await client.taking(caller).send(query, **variables)
        codes = {each["extensions"]["code"] for each in response.json().get("errors", ())}
        assert not codes & {"INTERNAL", "UNAVAILABLE"}, (caller.label, query, variables)


async def _callers() -> list[Caller]:
    guest_id, _ = await users.make_guest(NOW)
    customer = await factories.user()
    return [
        Caller.anonymous(),
        Caller(kind=ActorKind.GUEST, label="Guest", guest_id=guest_id),
        factories.caller(customer),
        factories.caller(await factories.user(role=Role.OWNER)),
    ]


async def _fill(customer: Caller) -> None:
    await make_shop()
    owner = await users.User.get(id=customer.user_id)
    await factories.order(owner=owner)


async def _known_ids() -> list[str]:
    known = [ids.encode(prefix, UUID(int=0)) for prefix in PREFIXES.values()]
    for table, prefix in PREFIXES.items():
        rows = await fetch(f"SELECT id FROM {table} LIMIT 3")
        known += [ids.encode(prefix, row[0]) for row in rows]
    return known
