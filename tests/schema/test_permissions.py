"""Who may use what (AUT-1): every guarded field of the contract, tried by everyone there is."""

import json
from collections.abc import Iterator, Mapping

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from db import ids
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from db.base import fetch_value
from db.config import Database
from schema.root import core_of, schema, sdl
from tests import factories
from tests.client import Client
from tests.following import following
from tests.goods import make_shop
from tests.schema.operations import operation
from tests.schema.promise import CONTRACT, promises

CORE = core_of(schema)
NOBODY = Caller.anonymous()
REFUSED = {"UNAUTHENTICATED", "FORBIDDEN"}


def guarded(roots: bool) -> Iterator[tuple[str, Permission | None, bool]]:
    """List the guarded fields of the contract that are built: name, permission, for owners too."""
    built = promises(sdl())
    for coordinate, promise in promises(CONTRACT.read_text()).items():
        auth = promise.get("directives", {}).get("auth")
        if auth is not None and coordinate in built:
            of_root = coordinate.split(".")[0] in {"Query", "Mutation", "Subscription"}
            if of_root == roots:
                requires = auth.get("requires")
                yield coordinate, requires and Permission(requires), bool(auth["owner"])


ROOTS = list(guarded(roots=True))
OF_ACCOUNTS = {
    "Mutation.sessionRevoke",
    "Mutation.passwordChange",
    "Mutation.userUpdate",
    "Mutation.addressSave",
    "Mutation.addressDelete",
}
"""Operations on the caller's own account: a guest, who has none, is asked to sign in."""


def expected(
    coordinate: str, caller: Caller, requires: Permission | None, *, owner: bool
) -> str | None:
    """Tell what the contract says to this caller: a code, or None for: go on."""
    if requires is not None and caller.may(requires):
        return None
    if coordinate in OF_ACCOUNTS and caller.user_id is None:
        return "UNAUTHENTICATED"
    if owner and (caller.user_id or caller.guest_id):
        return None
    return "FORBIDDEN" if caller.is_known else "UNAUTHENTICATED"


async def everyone() -> list[Caller]:
    people = [factories.caller(await factories.user(role=role)) for role in Role]
    guest = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=ids.new())
    return [NOBODY, guest, *people]


@pytest.mark.parametrize(
    ("coordinate", "requires", "owner"), ROOTS, ids=[coordinate for coordinate, _, _ in ROOTS]
)
async def test_aut_1_an_operation_is_for_those_whom_the_contract_names(
    client: Client,
    database: Database,
    coordinate: str,
    requires: Permission | None,
    owner: bool,
) -> None:
    await make_shop()
    query = operation(CORE, coordinate)

    for caller in await everyone():
        if coordinate.startswith("Subscription."):
            async with following(database, caller, query) as messages:
                codes = set(await messages.codes())
        else:
            codes = set(await client.taking(caller).codes(query))
        refusal = expected(coordinate, caller, requires, owner=owner)
        who = caller.role or caller.kind
        assert codes & REFUSED == ({refusal} if refusal else set()), f"{who} asked {query}"
        assert "INTERNAL" not in codes, f"{who} broke {query}"


FIELDS = list(guarded(roots=False))
WITHOUT_ID: Mapping[str, tuple[str, str]] = {
    "Shop": ("Shop", "{{ shop {{ __typename {field} }} }}"),
    "Actor": (
        "StockMovement",
        '{{ node(id: "{id}") {{ ... on StockMovement {{ actor {{ __typename {field} }} }} }} }}',
    ),
}
"""Types without ids: a thing through which they are reached, and how."""
_BY_ID = '{{ node(id: "{id}") {{ ... on {type} {{ __typename {field} }} }} }}'


async def world() -> tuple[Caller, Mapping[str, str]]:
    """Give a customer one of everything that has guarded fields: its owner, and ids by type."""
    ada = await factories.user(email="ada@example.com")
    order = await factories.order(owner=ada, refunded=100)

    async def the(prefix: str, sql: str) -> str:
        return ids.encode(prefix, await fetch_value(sql))

    return factories.caller(ada), {
        "User": ada.typeid,
        "Order": order.typeid,
        "Payment": await the("pay", "SELECT id FROM payment"),
        "Refund": await the("ref", "SELECT id FROM refund"),
        "Variant": await the("var", "SELECT id FROM variant"),
        "StockMovement": await the("mov", "SELECT id FROM stock_movement WHERE kind = 'RESERVE'"),
    }


def _selected(coordinate: str) -> str:
    type_, _, name = coordinate.partition(".")
    definition = CORE.type_map[type_]
    assert isinstance(definition, GraphQLObjectType)
    is_leaf = is_leaf_type(get_named_type(definition.fields[name].type))
    return name if is_leaf else f"{name} {{ __typename }}"


@pytest.mark.parametrize(
    ("coordinate", "requires", "owner"), FIELDS, ids=[coordinate for coordinate, _, _ in FIELDS]
)
async def test_aut_1_a_field_costs_only_itself_to_those_who_may_not_read_it(
    client: Client, coordinate: str, requires: Permission | None, owner: bool
) -> None:
    await make_shop()
    ada, things = await world()
    type_ = coordinate.partition(".")[0]
    thing, text = WITHOUT_ID.get(type_, (type_, _BY_ID))
    query = text.format(id=things.get(thing, ""), type=type_, field=_selected(coordinate))
    allowed, refused = 0, 0

    for caller in [ada, *await everyone()]:
        reply = (await client.taking(caller).send(query)).json()
        codes = {error["extensions"]["code"] for error in reply.get("errors", ())}
        if '"__typename"' not in json.dumps(reply["data"]):
            continue  # the thing itself is not for this caller
        may = (requires and caller.may(requires)) or (owner and caller is ada)
        who = caller.role or caller.kind
        assert codes == (set() if may else {_refusal(caller)}), f"{who} asked {query}"
        allowed, refused = allowed + bool(may), refused + (not may)

    assert allowed
    assert refused or type_ in NOT_SEEN_BY_OTHERS


NOT_SEEN_BY_OTHERS = {"Order", "Payment", "Refund", "StockMovement", "User", "Actor"}
"""Things that only those see who may read most of their fields."""


def _refusal(caller: Caller) -> str:
    return "FORBIDDEN" if caller.is_known else "UNAUTHENTICATED"


def test_every_permission_is_someones() -> None:
    assert PERMISSIONS[Role.OWNER] == frozenset(Permission)
    assert PERMISSIONS[Role.CUSTOMER] == frozenset()
