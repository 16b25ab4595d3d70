"""Coming in: registering, signing in, changing the password."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from db import users
from db.access import Caller, Role
from db.base import fetch, fetch_value
from db.config import Database
from db.errors import Code, NotSignedIn, Refusal
from db.users import SignedIn, User, UserStatus, passwords
from tests import factories
from tests.factories import PASSWORD
from tests.snapshot import snapshot
from tests.statements import statements

NOBODY = Caller.anonymous(request_id="req_1")


async def register(
    now: datetime, *, email: str = "ada@example.com", password: str = PASSWORD
) -> SignedIn:
    return await users.register(
        caller=NOBODY, now=now, email=email, password=password, name="Ada Lovelace"
    )


async def sign_in(
    now: datetime, *, email: str = "ada@example.com", password: str = PASSWORD
) -> SignedIn:
    return await users.sign_in(caller=NOBODY, now=now, email=email, password=password)


class CountingHasher(passwords.Hasher):
    """Counts how often a password is verified: what takes the time of a sign-in."""

    def __init__(self, *, memory_kib: int = 8) -> None:
        super().__init__(memory_kib=memory_kib, passes=1)
        self.verified = 0

    def _verify(self, password: str, hashed: str) -> bool:
        self.verified += 1
        return super()._verify(password, hashed)


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHasher:
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "_installed", hasher)
    return hasher


class TestRegister:
    async def test_makes_a_customer_and_signs_them_in(
        self, database: Database, now: datetime
    ) -> None:
        opened = await register(now)

        user = await User.get(id=opened.user_id)
        assert (user.email, user.name, user.role) == (
            "ada@example.com",
            "Ada Lovelace",
            Role.CUSTOMER,
        )
        assert not user.email_verified
        assert PASSWORD not in (user.password_hash or "")
        caller = await users.authenticate(opened.tokens.access_token, now)
        assert caller is not None
        assert caller.user_id == user.id

    async def test_records_it_without_personal_data(
        self, database: Database, now: datetime
    ) -> None:
        opened = await register(now)
        user = await User.get(id=opened.user_id)

        rows = await fetch("SELECT topic, subject, payload::text FROM event")
        assert [tuple(row) for row in rows] == [
            ("USER_REGISTERED", user.typeid, f'{{"user": "{user.typeid}"}}')
        ]
        audits = await fetch("SELECT audit_event::text, action, request_id FROM audit_event")
        assert [(row[1], row[2]) for row in audits] == [("userRegister", "req_1")]
        assert "ada" not in audits[0][0].casefold()
        assert "lovelace" not in audits[0][0].casefold()

    async def test_idm_8_repeated_with_the_same_password_signs_in(
        self, database: Database, now: datetime
    ) -> None:
        first = await register(now)
        user, registered = await User.all().values(), await fetch("SELECT * FROM event")
        second = await register(now, email=" ADA@example.com")

        assert second.user_id == first.user_id
        assert second.tokens != first.tokens
        assert await User.all().values() == user
        assert await fetch("SELECT * FROM event") == registered

    async def test_refuses_an_email_that_is_taken(self, database: Database, now: datetime) -> None:
        await register(now)
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await register(now, password="another-password-1")

        assert (refused.value.code, refused.value.path) == (Code.TAKEN, ("input", "email"))
        assert await snapshot() == before

    async def test_does_not_open_an_account_that_was_closed(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD, status=UserStatus.DISABLED)
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await register(now)
        assert refused.value.code is Code.ACCOUNT_DISABLED
        assert await snapshot() == before

    @pytest.mark.parametrize("email", ["ada@example.com", "ÜNAL@example.com"])
    async def test_usr_1_fifty_at_once_make_one_account(
        self, database: Database, now: datetime, email: str
    ) -> None:
        spelt = [email.upper(), email.lower(), email.title(), email]
        opened = await asyncio.gather(*(register(now, email=spelt[n % 4]) for n in range(50)))

        assert len({one.user_id for one in opened}) == 1
        assert await fetch_value("SELECT count(*) FROM users") == 1
        assert await fetch_value("SELECT count(*) FROM event") == 1
        assert await fetch_value("SELECT count(*) FROM session") == 50

    async def test_usr_1_fifty_with_their_own_passwords_let_one_in(
        self, database: Database, now: datetime
    ) -> None:
        results = await asyncio.gather(
            *(register(now, password=f"battery-staple-{n}") for n in range(50)),
            return_exceptions=True,
        )
        refusals = [one for one in results if isinstance(one, Refusal)]

        assert len(refusals) == 49
        assert {one.code for one in refusals} == {Code.TAKEN}
        assert await fetch_value("SELECT count(*) FROM users") == 1
        assert await fetch_value("SELECT count(*) FROM session") == 1

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "elevenchars",
            "qwerty123456",
            "PASSWORD1234",
            "aaaaaaaaaaaaaaaa",
            "passwordpassword",
            "12345678901234",
            "zyxwvutsrqponm",
            "ada@example.com",
        ],
    )
    async def test_refuses_a_password_that_is_tried_first(
        self, database: Database, now: datetime, password: str
    ) -> None:
        with pytest.raises(Refusal) as refused:
            await register(now, password=password)
        assert refused.value.code is Code.PASSWORD_TOO_WEAK
        assert refused.value.path == ("input", "password")
        assert await fetch_value("SELECT count(*) FROM users") == 0

    async def test_refuses_a_password_of_129_characters(
        self, database: Database, now: datetime
    ) -> None:
        with pytest.raises(Refusal) as refused:
            await register(now, password="a-b-c-d-e" * 14 + "abc")
        assert refused.value.code is Code.TOO_LONG

    @pytest.mark.parametrize(
        "password", ["open-the-shop-2026", "correct horse battery", "ö" + PASSWORD]
    )
    async def test_takes(self, database: Database, now: datetime, password: str) -> None:
        await register(now, password=password)
        await sign_in(now, password=password)


class TestSignIn:
    async def test_opens_a_session_for_the_password(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user(email="Ada@example.com", password=PASSWORD)
        opened = await sign_in(now, email="ada@EXAMPLE.com")

        caller = await users.authenticate(opened.tokens.access_token, now)
        assert caller is not None
        assert caller.user_id == user.id

    async def test_keeps_the_guest_token_that_the_caller_came_with(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        guest_id, _ = await users.make_guest(now)
        guest = Caller.anonymous(request_id="req_1", ip="192.0.2.1")
        opened = await users.sign_in(
            caller=replace(guest, guest_id=guest_id),
            now=now,
            email="ada@example.com",
            password=PASSWORD,
        )
        assert opened.caller.guest_id == guest_id
        assert (opened.caller.request_id, opened.caller.ip) == ("req_1", "192.0.2.1")

    async def test_answers_the_same_to_an_unknown_email_and_a_wrong_password(
        self, database: Database, now: datetime, hasher: CountingHasher
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        await factories.user(email="invited@example.com", status=UserStatus.INVITED)
        before = await snapshot()
        answers = []
        for email in ("ada@example.com", "nobody@example.com", "invited@example.com"):
            hasher.verified = 0
            with statements() as sent, pytest.raises(Refusal) as refused:
                await sign_in(now, email=email, password="a-wrong-password")
            answer = (refused.value.code, refused.value.message, refused.value.path)
            answers.append((hasher.verified, len(sent), answer))

        assert set(answers) == {
            (1, 3, (Code.INVALID_CREDENTIALS, "The email or the password is wrong.", None))
        }
        assert await snapshot() == before

    async def test_tells_of_a_disabled_account_only_who_knows_its_password(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD, status=UserStatus.DISABLED)
        with pytest.raises(Refusal) as refused:
            await sign_in(now, password="a-wrong-password")
        assert refused.value.code is Code.INVALID_CREDENTIALS
        with pytest.raises(Refusal) as refused:
            await sign_in(now)
        assert refused.value.code is Code.ACCOUNT_DISABLED
        assert await fetch_value("SELECT count(*) FROM session") == 0

    async def test_hashes_anew_when_the_parameters_have_changed(
        self, database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = await factories.user(email="ada@example.com", password=PASSWORD)
        monkeypatch.setattr(passwords, "_installed", CountingHasher(memory_kib=16))
        await asyncio.gather(*(sign_in(now) for _ in range(5)))

        fresh = await User.get(id=user.id)
        assert "m=16," in (fresh.password_hash or "")
        assert await fetch_value("SELECT count(*) FROM session") == 5
        await sign_in(now)

    async def test_lets_nobody_in_with_a_password_that_is_replaced_meanwhile(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user(email="ada@example.com", password=PASSWORD)

        class SlowHasher(passwords.Hasher):
            async def matches(self, password: str, hashed: str | None) -> bool:
                is_right = await super().matches(password, hashed)
                await User.filter(id=user.id).update(password_hash=None)
                return is_right

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passwords, "_installed", SlowHasher(memory_kib=8, passes=1))
            with pytest.raises(Refusal) as refused:
                await sign_in(now)
        assert refused.value.code is Code.INVALID_CREDENTIALS
        assert await fetch_value("SELECT count(*) FROM session") == 0

    async def test_does_what_else_is_to_be_done_or_nothing(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        before = await snapshot()

        async def refuse(caller: Caller) -> None:
            assert caller.user_id
            raise Refusal(Code.NOT_FOUND, "There is no such cart.", ("cart_id",))

        with pytest.raises(Refusal, match="no such cart"):
            await users.sign_in(
                caller=NOBODY, now=now, email="ada@example.com", password=PASSWORD, then=refuse
            )
        assert await snapshot() == before


class TestChangePassword:
    NEW = "staple-battery-41"

    async def change(self, caller: Caller, now: datetime, current: str = PASSWORD) -> None:
        await users.change_password(
            caller=caller, now=now, current_password=current, new_password=self.NEW
        )

    async def test_ends_the_other_sessions_and_keeps_this_one(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        here, there = await sign_in(now), await sign_in(now)
        await self.change(here.caller, now)

        assert await users.authenticate(here.tokens.access_token, now)
        assert await users.authenticate(there.tokens.access_token, now) is None
        with pytest.raises(Refusal):
            await sign_in(now)
        await sign_in(now, password=self.NEW)

    async def test_idm_8_set_already_it_succeeds_and_changes_nothing(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        here = await sign_in(now)
        await self.change(here.caller, now)
        await sign_in(now, password=self.NEW)
        before = await snapshot()
        await self.change(here.caller, now)
        assert await snapshot() == before

    async def test_made_twice_at_once_both_succeed(self, database: Database, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        here = await sign_in(now)
        await asyncio.gather(*(self.change(here.caller, now) for _ in range(4)))
        audits = "SELECT count(*) FROM audit_event WHERE action = 'passwordChange'"
        assert await fetch_value(audits) == 1

    async def test_refuses_whoever_does_not_know_the_current_one(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user(password=PASSWORD)
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await self.change(factories.caller(user), now, current="a-wrong-password")
        assert refused.value.code is Code.INVALID_CREDENTIALS
        assert refused.value.path == ("current_password",)
        assert await snapshot() == before

    async def test_refuses_a_weak_new_one(self, database: Database, now: datetime) -> None:
        user = await factories.user(password=PASSWORD)
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await users.change_password(
                caller=factories.caller(user),
                now=now,
                current_password=PASSWORD,
                new_password="short",
            )
        assert refused.value.path == ("new_password",)
        assert await snapshot() == before

    async def test_is_for_those_who_are_signed_in(self, database: Database, now: datetime) -> None:
        with pytest.raises(NotSignedIn):
            await self.change(NOBODY, now)
