"""AUT-2: two customers; one tries every id of the other in every argument, and finds nothing."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from graphql import GraphQLObjectType

from db import ids
from db.access import Caller
from db.base import fetch
from schema.root import core_of, schema
from tests import factories
from tests.client import Client
from tests.goods import make_shop
from tests.schema.operations import NOTHING, operation
from tests.snapshot import snapshot

CORE = core_of(schema)
OWN_TABLES: Final[Mapping[str, str]] = {
    "user": "users",
    "addr": "address",
    "cart": "cart",
    "order": "orders",
    "line": "order_line",
    "oev": "order_event",
    "pay": "payment",
    "ref": "refund",
    "ful": "fulfillment",
}
"""What belongs to someone: by the prefix of its ids, the table that holds it."""


def operations() -> list[str]:
    """Every operation that takes an id, with a placeholder where the id goes."""
    found = []
    for root in ("Query", "Mutation"):
        type_ = CORE.type_map.get(root)
        if isinstance(type_, GraphQLObjectType):
            texts = (operation(CORE, f"{root}.{name}") for name in type_.fields)
            found += [text for text in texts if ids.encode("", NOTHING)[1:] in text]
    return found


async def things_of(client: Client) -> list[str]:
    """Give one customer one of everything, and return the ids of it all."""
    ada = await factories.user(email="ada@example.com")
    await factories.order(owner=ada, refunded=100)
    await _save_address_and_cart(client.taking(factories.caller(ada)))
    return [
        ids.encode(prefix, row[0])
        for prefix, table in OWN_TABLES.items()
        for row in await fetch(f"SELECT id FROM {table}")
    ]


async def _save_address_and_cart(ada: Client) -> None:
    await ada.ask(
        """mutation { addressSave(input: {name: "Ada", line1: "1", city: "Berlin",
             countryCode: "DE"}) { userErrors { message } } cartCreate { cart { id } } }"""
    )


def _with(text: str, thing: str) -> str:
    """Put an id wherever the operation has a placeholder of its kind."""
    return text.replace(ids.encode(ids.prefix_of(thing), NOTHING), thing)


@pytest.mark.parametrize("text", operations(), ids=lambda text: text.split("(")[0])
async def test_aut_2_a_stranger_finds_and_changes_nothing(client: Client, text: str) -> None:
    await make_shop()
    things = await things_of(client)
    grace = factories.caller(await factories.user(email="grace@example.com"))
    before = await snapshot()

    for caller in (grace, Caller.anonymous()):
        for thing in things:
            asked = _with(text, thing)
            if asked != text or text.startswith(("query { node", "query { nodes")):
                reply = (await client.taking(caller).send(asked)).json()
                assert _is_empty(_without_own(reply.get("data"))), f"{asked}: {reply}"

    assert await snapshot() == before


def _without_own(data: Any) -> Any:
    """Leave out the caller's own account, which addressDelete shows: gone already is success."""
    return {**data, "addressDelete": None} if data and "addressDelete" in data else data


def _is_empty(data: Any) -> bool:
    """Whether an answer shows nothing of anyone: nulls, and the reasons of refusals."""
    if isinstance(data, dict):
        shown = (value for name, value in data.items() if name != "userErrors")
        return all(_is_empty(value) for value in shown)
    if isinstance(data, list):
        return all(_is_empty(value) for value in data)
    return data is None
