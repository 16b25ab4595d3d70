"""What @auth prints is what is enforced."""

from uuid import UUID

import pytest
import strawberry
from graphql import GraphQLObjectType

from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from schema import define
from schema.permissions import guarded
from schema.root import build
from tests.schema import toys
from tests.schema.conftest import CORE, Play

NOBODY = Caller.anonymous()
GUEST = Caller(kind=ActorKind.GUEST, label="Guest", guest_id=UUID(int=1))
OTHER = Caller(kind=ActorKind.CUSTOMER, label="Grace", user_id=UUID(int=2))
OWNER = Caller(kind=ActorKind.CUSTOMER, label="Ada", user_id=toys.OWNER)
STAFF = Caller(
    kind=ActorKind.STAFF,
    label="Support",
    user_id=UUID(int=3),
    permissions=PERMISSIONS[Role.SUPPORT],
)
KEY = Caller(kind=ActorKind.API_KEY, label="Key", api_key_id=UUID(int=4))
READING_KEY = Caller(
    kind=ActorKind.API_KEY,
    label="Key",
    api_key_id=UUID(int=4),
    permissions=frozenset({Permission.USERS_READ}),
)
Outcome = str | None
YES = None
WHO = "UNAUTHENTICATED"
NO = "FORBIDDEN"


@pytest.mark.parametrize(
    ("caller", "staff", "family", "mine"),
    [
        (NOBODY, WHO, WHO, WHO),
        (GUEST, NO, YES, YES),
        (OTHER, NO, YES, YES),
        (STAFF, YES, YES, YES),
        (KEY, NO, NO, NO),
        (READING_KEY, NO, YES, NO),
    ],
)
async def test_at_the_root_owners_are_all_who_can_own(
    caller: Caller, staff: Outcome, family: Outcome, mine: Outcome
) -> None:
    assert await outcomes(caller, "{ staff family mine }", []) == [staff, family, mine]


@pytest.mark.parametrize(
    ("caller", "secret", "diary", "letter"),
    [
        (NOBODY, WHO, WHO, WHO),
        (GUEST, NO, NO, NO),
        (OTHER, NO, NO, NO),
        (OWNER, NO, YES, YES),
        (STAFF, YES, YES, NO),
        (READING_KEY, NO, YES, NO),
    ],
)
async def test_of_an_object_the_owner_is_the_one_it_belongs_to(
    caller: Caller, secret: Outcome, diary: Outcome, letter: Outcome
) -> None:
    query = "{ toys(first: 1) { nodes { secret diary letter } } }"
    assert await outcomes(caller, query, ["toys", "nodes", 0]) == [secret, diary, letter]


async def outcomes(caller: Caller, query: str, place: list[str | int]) -> list[Outcome]:
    """Say for each field at a place why it is null, or None where it is not."""
    response = await Play(caller)(query)
    reasons = {tuple(each["path"]): each["extensions"]["code"] for each in response["errors"]}
    found = response["data"]
    for part in place:
        found = found[part]
    assert [value is None for value in found.values()] == [
        (*place, name) in reasons for name in found
    ]
    return [reasons.get((*place, name)) for name in found]


async def test_a_failure_costs_one_field_and_not_its_siblings(play: Play) -> None:
    response = await play("{ toys(first: 2) { nodes { number secret } } staff }")
    assert response["data"] == {
        "toys": {"nodes": [{"number": 1, "secret": None}, {"number": 2, "secret": None}]},
        "staff": None,
    }
    assert len(response["errors"]) == 3


async def test_a_mutation_that_is_not_allowed_does_not_check_its_arguments_first() -> None:
    response = await Play(OTHER)("mutation { toyStaff { said } }")
    assert response["data"] == {"toyStaff": None}
    assert [each["extensions"]["code"] for each in response["errors"]] == [NO]
    staff = Caller.system("test")
    assert await Play(staff).data("mutation { toyStaff { said } }") == {
        "toyStaff": {"said": "staff"}
    }


def test_what_is_printed_is_what_is_enforced() -> None:
    sdl = toys.SCHEMA.as_str()
    assert "secret: String @auth(requires: STOCK_READ)" in sdl
    assert "diary: String @auth(requires: USERS_READ, owner: true)" in sdl
    assert "letter: String @auth(owner: true)" in sdl
    toy = CORE.type_map["Toy"]
    assert isinstance(toy, GraphQLObjectType)
    guards = {name for name, each in toy.fields.items() if "guarded" in each.resolve.__name__}
    assert guards == {"secret", "diary", "letter"}


def test_a_type_with_an_owner_must_know_whom_it_belongs_to() -> None:
    @define.type
    class Thing:
        secret: str | None = guarded(owner=True)

    @strawberry.type
    class Query:
        thing: Thing

    with pytest.raises(TypeError, match="belongs_to"):
        build(Query)
