"""What is shown of people, to whom, and what they say about themselves."""

from datetime import datetime
from typing import Any

from db import ids, users
from db.access import Role
from db.config import Database
from db.users import AddressFields, User
from tests import factories
from tests.client import Client
from tests.snapshot import unchanged
from tests.statements import statements

HOME: dict[str, str] = {
    "name": "Ada Lovelace",
    "line1": "1 High Street",
    "city": "London",
    "countryCode": "GB",
}
KEPT: AddressFields = {"name": "Ada", "line1": "1", "city": "London", "country_code": "GB"}
SAVE = """mutation($input: AddressInput!, $id: ID, $isDefault: Boolean! = false, $key: String) {
  addressSave(input: $input, id: $id, isDefault: $isDefault, idempotencyKey: $key) {
    user { version addresses { id isDefault address { line1 company countryCode } } }
    userErrors { code path }
  } }"""
DELETE = """mutation($id: ID!) { addressDelete(id: $id) {
  user { addresses { id } } userErrors { code path } } }"""
UPDATE = """mutation($input: UserInput!, $version: Int!) {
  userUpdate(input: $input, ifVersion: $version) {
    user { email emailVerified name phone version }
    userErrors { code path ... on VersionError { currentVersion } }
  } }"""
ROLE = """mutation($id: ID!, $role: Role!, $version: Int!) {
  userRoleUpdate(userId: $id, role: $role, ifVersion: $version) {
    user { role permissions version }
    userErrors { code path ... on VersionError { currentVersion } }
  } }"""
USERS = """query($query: String, $roles: [Role!], $first: Int, $after: String) {
  users(query: $query, roles: $roles, first: $first, after: $after) {
    nodes { id email addresses { id } } totalCount pageInfo { hasNextPage endCursor }
  } }"""


def taking(client: Client, user: User) -> Client:
    return client.taking(factories.caller(user))


class TestViewer:
    async def test_is_the_user_who_is_signed_in(self, client: Client) -> None:
        grace = await factories.user(role=Role.SUPPORT, name="Grace")
        shown = await taking(client, grace).ask(
            "{ viewer { id name status role permissions version createdAt emailVerified } }"
        )
        assert shown["viewer"] == {
            "id": grace.typeid,
            "name": "Grace",
            "status": "ACTIVE",
            "role": "SUPPORT",
            "permissions": ["STOCK_READ", "ORDERS_READ", "ORDERS_WRITE", "USERS_READ"],
            "version": 1,
            "createdAt": "2026-11-23T12:00:00.000000Z",
            "emailVerified": False,
        }

    async def test_is_nobody_for_guests(self, client: Client, now: datetime) -> None:
        _, token = await users.make_guest(now)
        for one in (client, client.holding(guest_token=token)):
            assert await one.ask("{ viewer { id } }") == {"viewer": None}


class TestNode:
    NODE = "query($id: ID!) { node(id: $id) { __typename id ... on User { email } } }"

    async def test_aut_2_shows_a_customer_only_themselves(
        self, client: Client, now: datetime
    ) -> None:
        ada, eve = await factories.user(), await factories.user()
        await users.save_address(caller=factories.caller(ada), now=now, fields=KEPT)
        ((address,),) = await users.addresses_by_user([ada.id])
        for typeid in (ada.typeid, ids.encode("addr", address.id)):
            assert (await taking(client, ada).ask(self.NODE, id=typeid))["node"]["id"] == typeid
            for stranger in (client, taking(client, eve)):
                assert (await stranger.ask(self.NODE, id=typeid)) == {"node": None}

    async def test_shows_support_everybody(self, client: Client) -> None:
        ada, grace = await factories.user(), await factories.user(role=Role.SUPPORT)
        shown = await taking(client, grace).ask(self.NODE, id=ada.typeid)
        assert shown["node"] == {"__typename": "User", "id": ada.typeid, "email": ada.email}


class TestUsers:
    async def test_pages_through_everybody_newest_first(self, client: Client) -> None:
        grace = await factories.user(role=Role.SUPPORT)
        people = [await factories.user() for _ in range(4)]
        expected = [one.typeid for one in (*reversed(people), grace)]
        found: list[str] = []
        after = None
        while True:
            data = await taking(client, grace).ask(USERS, first=2, after=after)
            page = data["users"]
            found += [node["id"] for node in page["nodes"]]
            assert page["totalCount"] == 5
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert found == expected

    async def test_finds_by_name_and_role(self, client: Client) -> None:
        grace = await factories.user(role=Role.SUPPORT, name="Grace Hopper")
        await factories.user(name="Grace Kelly")
        data = await taking(client, grace).ask(USERS, query="grace", roles=["SUPPORT"])
        assert [node["id"] for node in data["users"]["nodes"]] == [grace.typeid]

    async def test_reads_ten_with_their_addresses_in_as_many_statements_as_one(
        self, client: Client, now: datetime
    ) -> None:
        support = taking(client, await factories.user(role=Role.SUPPORT))
        counts = []
        for _ in range(2):
            with statements() as sent:
                await support.ask(USERS)
            counts.append(len(sent))
            for _ in range(10):
                one = await factories.user()
                await users.save_address(caller=factories.caller(one), now=now, fields=KEPT)
        assert counts == [3, 3]

    async def test_refuses_a_cursor_that_is_none(self, client: Client) -> None:
        support = taking(client, await factories.user(role=Role.SUPPORT))
        assert await support.codes(USERS, after="x") == ["BAD_REQUEST"]
        assert await support.codes(USERS, first=101) == ["BAD_REQUEST"]


class TestUserUpdate:
    async def test_changes_what_is_given(self, client: Client) -> None:
        ada = await factories.user(email="ada@example.com", email_verified=True, phone="+44")
        given = {"email": "ada@example.org", "phone": None}
        data = await taking(client, ada).ask(UPDATE, input=given, version=1)
        assert data["userUpdate"] == {
            "user": {
                "email": "ada@example.org",
                "emailVerified": False,
                "name": "Ada Lovelace",
                "phone": None,
                "version": 2,
            },
            "userErrors": [],
        }

    async def test_a_repeat_is_told_the_version_and_shown_its_own_edit(
        self, client: Client
    ) -> None:
        ada = taking(client, await factories.user())
        await ada.ask(UPDATE, input={"name": "Ada King"}, version=1)
        async with unchanged():
            again = (await ada.ask(UPDATE, input={"name": "Ada King"}, version=1))["userUpdate"]
        assert again["user"]["name"] == "Ada King"
        assert again["userErrors"] == [
            {"code": "VERSION_CONFLICT", "path": ["ifVersion"], "currentVersion": 2}
        ]

    async def test_refuses_an_email_that_is_taken(self, client: Client) -> None:
        await factories.user(email="eve@example.com")
        ada = taking(client, await factories.user())
        async with unchanged():
            data = await ada.ask(UPDATE, input={"email": "EVE@example.com"}, version=1)
        assert data["userUpdate"]["userErrors"] == [{"code": "TAKEN", "path": ["input", "email"]}]


class TestAddressSave:
    async def addresses(self, client: Client, **given: Any) -> Any:
        data = await client.ask(SAVE, **given)
        assert data["addressSave"]["userErrors"] == []
        return data["addressSave"]["user"]["addresses"]

    async def test_usr_4_keeps_one_default_and_shows_it_first(self, client: Client) -> None:
        ada = taking(client, await factories.user())
        await self.addresses(ada, input=HOME, isDefault=True)
        work = HOME | {"line1": "2 Mill Lane", "company": "Engines"}
        shown = await self.addresses(ada, input=work, isDefault=True)
        assert [(one["isDefault"], one["address"]) for one in shown] == [
            (True, {"line1": "2 Mill Lane", "company": "Engines", "countryCode": "GB"}),
            (False, {"line1": "1 High Street", "company": None, "countryCode": "GB"}),
        ]

    async def test_with_a_key_it_is_added_once(self, client: Client) -> None:
        ada = taking(client, await factories.user())
        first = await self.addresses(ada, input=HOME, key="k")
        async with unchanged():
            assert await self.addresses(ada, input=HOME, key="k") == first

    async def test_aut_2_does_not_find_anothers(self, client: Client) -> None:
        ada, eve = [taking(client, await factories.user()) for _ in range(2)]
        (mine,) = await self.addresses(ada, input=HOME)
        async with unchanged():
            data = await eve.ask(SAVE, input=HOME, id=mine["id"])
        assert data["addressSave"]["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
        assert data["addressSave"]["user"] == {"version": 1, "addresses": []}

    async def test_tells_all_that_is_wrong_at_once(self, client: Client) -> None:
        ada = taking(client, await factories.user())
        async with unchanged():
            data = await ada.ask(SAVE, input=HOME | {"name": " ", "countryCode": "XX"})
        assert data["addressSave"]["userErrors"] == [
            {"code": "REQUIRED", "path": ["input", "name"]},
            {"code": "INVALID", "path": ["input", "countryCode"]},
        ]


class TestAddressDelete:
    async def test_idm_8_deletes_it_and_gone_already_succeeds(self, client: Client) -> None:
        ada = taking(client, await factories.user())
        saved = await ada.ask(SAVE, input=HOME)
        (address,) = saved["addressSave"]["user"]["addresses"]
        for _ in range(2):
            data = await ada.ask(DELETE, id=address["id"])
            assert data["addressDelete"] == {"user": {"addresses": []}, "userErrors": []}


class TestUserRoleUpdate:
    async def test_gives_a_role(self, client: Client) -> None:
        owner, grace = await factories.user(role=Role.OWNER), await factories.user()
        data = await taking(client, owner).ask(ROLE, id=grace.typeid, role="FINANCE", version=1)
        assert data["userRoleUpdate"]["userErrors"] == []
        assert data["userRoleUpdate"]["user"]["role"] == "FINANCE"
        assert "REFUNDS_WRITE" in data["userRoleUpdate"]["user"]["permissions"]

    async def test_usr_2_the_last_owner_stays(self, client: Client) -> None:
        owner = await factories.user(role=Role.OWNER)
        async with unchanged():
            data = await taking(client, owner).ask(ROLE, id=owner.typeid, role="ADMIN", version=1)
        assert data["userRoleUpdate"]["userErrors"] == [{"code": "LAST_OWNER", "path": ["userId"]}]
        assert data["userRoleUpdate"]["user"]["role"] == "OWNER"

    async def test_an_administrator_makes_no_owner(self, client: Client) -> None:
        admin, grace = await factories.user(role=Role.ADMIN), await factories.user()
        async with unchanged():
            codes = await taking(client, admin).codes(
                ROLE, id=grace.typeid, role="OWNER", version=1
            )
        assert codes == ["FORBIDDEN"]

    async def test_names_whom_it_does_not_find(self, client: Client) -> None:
        owner = taking(client, await factories.user(role=Role.OWNER))
        for typeid in (ids.encode("user", ids.new()), "user_nonsense", "prod_x"):
            data = await owner.ask(ROLE, id=typeid, role="SUPPORT", version=1)
            assert data["userRoleUpdate"] == {
                "user": None,
                "userErrors": [{"code": "NOT_FOUND", "path": ["userId"]}],
            }


class TestTheCallerOfStaff:
    async def test_is_out_at_once_when_disabled(self, client: Client, database: Database) -> None:
        grace = await factories.user(role=Role.SUPPORT)
        mine = client.holding(token=await factories.sign_in(grace))
        assert await mine.codes(USERS) == []
        await User.filter(id=grace.id).update(status=users.UserStatus.DISABLED)
        assert await mine.codes(USERS) == ["UNAUTHENTICATED"]
