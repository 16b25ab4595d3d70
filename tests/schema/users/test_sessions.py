"""Coming in and going out, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from db import users
from db.base import fetch_value
from db.config import Database
from tests import factories
from tests.client import Client, StoppedClock
from tests.factories import PASSWORD
from tests.snapshot import unchanged

SESSION = """
session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
user { email role permissions addresses { id } }
userErrors { code path message }
"""
REGISTER = f"mutation($input: UserRegisterInput!) {{ userRegister(input: $input) {{ {SESSION} }} }}"
SIGN_IN = f"""mutation($email: String!, $password: String!) {{
  sessionCreate(email: $email, password: $password) {{ {SESSION} }} }}"""
REFRESH = f"mutation($token: String!) {{ sessionRefresh(refreshToken: $token) {{ {SESSION} }} }}"
REVOKE = """mutation($everywhere: Boolean! = false) {
  sessionRevoke(everywhere: $everywhere) { userErrors { code } } }"""
VIEWER = "{ viewer { email } }"
ADA = {"email": "ada@example.com", "password": PASSWORD, "name": "Ada Lovelace"}


async def sign_in(client: Client, password: str = PASSWORD) -> Any:
    data = await client.ask(SIGN_IN, email="ada@example.com", password=password)
    return data["sessionCreate"]


class TestUserRegister:
    async def test_signs_in_and_shows_the_new_user_their_own_things(self, client: Client) -> None:
        made = (await client.ask(REGISTER, input=ADA))["userRegister"]

        assert made["userErrors"] == []
        assert made["user"] == {
            "email": "ada@example.com",
            "role": "CUSTOMER",
            "permissions": [],
            "addresses": [],
        }
        session = made["session"]
        assert session["accessTokenExpiresAt"] == "2026-11-23T12:15:00.000000Z"
        assert session["refreshTokenExpiresAt"] == "2026-12-23T12:00:00.000000Z"
        mine = client.holding(token=session["accessToken"])
        assert await mine.ask(VIEWER) == {"viewer": {"email": "ada@example.com"}}

    async def test_idm_8_repeated_it_signs_in(self, client: Client) -> None:
        for _ in range(2):
            made = (await client.ask(REGISTER, input=ADA))["userRegister"]
            assert made["userErrors"] == []
        assert await fetch_value("SELECT count(*) FROM users") == 1

    async def test_tells_all_that_is_wrong_at_once(self, client: Client) -> None:
        async with unchanged():
            made = (await client.ask(REGISTER, input={"email": "ada", "password": "", "name": ""}))[
                "userRegister"
            ]
        assert made["session"] is made["user"] is None
        assert [(one["code"], one["path"]) for one in made["userErrors"]] == [
            ("INVALID", ["input", "email"]),
            ("REQUIRED", ["input", "name"]),
        ]

    async def test_says_what_is_wrong_with_a_password(self, client: Client) -> None:
        async with unchanged():
            made = (await client.ask(REGISTER, input=ADA | {"password": "elevenchars"}))[
                "userRegister"
            ]
        assert made["userErrors"] == [
            {
                "code": "PASSWORD_TOO_WEAK",
                "path": ["input", "password"],
                "message": "Use at least 12 characters.",
            }
        ]


class TestSessionCreate:
    async def test_opens_a_session(self, client: Client) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        opened = await sign_in(client)
        mine = client.holding(token=opened["session"]["accessToken"])
        assert await mine.ask(VIEWER) == {"viewer": {"email": "ada@example.com"}}

    async def test_says_the_same_of_an_unknown_email_and_a_wrong_password(
        self, client: Client
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        async with unchanged():
            wrong = await client.send(SIGN_IN, email="ada@example.com", password="x" * 20)
            unknown = await client.send(SIGN_IN, email="eve@example.com", password="x" * 20)
        assert wrong.json()["data"] == unknown.json()["data"]
        (error,) = wrong.json()["data"]["sessionCreate"]["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID_CREDENTIALS", None)


class TestSessionRefresh:
    async def test_aut_4_goes_on_when_the_access_token_has_run_out(
        self, client: Client, clock: StoppedClock
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        opened = await sign_in(client)
        clock.instant += timedelta(minutes=15)
        mine = client.holding(token=opened["session"]["accessToken"])
        assert await mine.codes(VIEWER) == ["UNAUTHENTICATED"]

        token = opened["session"]["refreshToken"]
        fresh = (await client.ask(REFRESH, token=token))["sessionRefresh"]
        again = (await client.ask(REFRESH, token=token))["sessionRefresh"]
        assert again == fresh
        assert fresh["user"]["email"] == "ada@example.com"
        mine = client.holding(token=fresh["session"]["accessToken"])
        assert await mine.ask(VIEWER) == {"viewer": {"email": "ada@example.com"}}

    async def test_aut_4_a_token_used_again_later_ends_the_session(
        self, client: Client, clock: StoppedClock
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        token = (await sign_in(client))["session"]["refreshToken"]
        fresh = (await client.ask(REFRESH, token=token))["sessionRefresh"]
        clock.instant += timedelta(seconds=61)
        reused = (await client.ask(REFRESH, token=token))["sessionRefresh"]

        assert reused["session"] is None
        (error,) = reused["userErrors"]
        assert (error["code"], error["path"]) == ("TOKEN_INVALID", ["refreshToken"])
        mine = client.holding(token=fresh["session"]["accessToken"])
        assert await mine.codes(VIEWER) == ["UNAUTHENTICATED"]


class TestSessionRevoke:
    @pytest.mark.parametrize("everywhere", [False, True])
    async def test_ends_this_session_or_all(self, client: Client, *, everywhere: bool) -> None:
        ada = await factories.user()
        here = client.holding(token=await factories.sign_in(ada))
        there = client.holding(token=await factories.sign_in(ada))
        await here.ask(REVOKE, everywhere=everywhere)

        assert await here.codes(VIEWER) == ["UNAUTHENTICATED"]
        assert await there.codes(VIEWER) == (["UNAUTHENTICATED"] if everywhere else [])

    async def test_idm_8_gone_already_it_succeeds(self, client: Client) -> None:
        ada = client.taking(factories.caller(await factories.user()))
        async with unchanged():
            for _ in range(2):
                assert await ada.ask(REVOKE) == {"sessionRevoke": {"userErrors": []}}


class TestPasswordChange:
    CHANGE = """mutation($new: String!, $current: String!) {
      passwordChange(currentPassword: $current, newPassword: $new) { userErrors { code path } } }"""
    NEW = "staple-battery-41"

    async def test_replaces_the_password(self, client: Client) -> None:
        ada = await factories.user(email="ada@example.com", password=PASSWORD)
        mine = client.holding(token=await factories.sign_in(ada))
        for _ in range(2):  # IDM-8
            changed = await mine.ask(self.CHANGE, current=PASSWORD, new=self.NEW)
            assert changed == {"passwordChange": {"userErrors": []}}
        assert (await sign_in(client))["session"] is None
        assert (await sign_in(client, self.NEW))["session"]

    async def test_asks_for_the_current_one(self, client: Client, database: Database) -> None:
        ada = await factories.user(password=PASSWORD)
        mine = client.holding(token=await factories.sign_in(ada))
        async with unchanged():
            changed = await mine.ask(self.CHANGE, current="x" * 20, new=self.NEW)
        assert changed["passwordChange"]["userErrors"] == [
            {"code": "INVALID_CREDENTIALS", "path": ["currentPassword"]}
        ]

    async def test_is_not_for_guests(self, client: Client, now: datetime) -> None:
        _, token = await users.make_guest(now)
        codes = await client.holding(guest_token=token).codes(
            self.CHANGE, current=PASSWORD, new=self.NEW
        )
        assert codes == ["UNAUTHENTICATED"]
