"""Who may use what (AUT-1): every guarded field of the contract, tried by everyone there is."""

from collections.abc import Iterator

import pytest

from db import ids
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from schema.root import core_of, schema, sdl
from tests import factories
from tests.client import Client
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
    client: Client, coordinate: str, requires: Permission | None, owner: bool
) -> None:
    await make_shop()
    query = operation(CORE, coordinate)

    for caller in await everyone():
        codes = set(await client.taking(caller).codes(query))
        refusal = expected(coordinate, caller, requires, owner=owner)
        who = caller.role or caller.kind
        assert codes & REFUSED == ({refusal} if refusal else set()), f"{who} asked {query}"
        assert "INTERNAL" not in codes, f"{who} broke {query}"


def test_every_permission_is_someones() -> None:
    assert PERMISSIONS[Role.OWNER] == frozenset(Permission)
    assert PERMISSIONS[Role.CUSTOMER] == frozenset()
