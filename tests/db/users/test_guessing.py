"""AUT-3: guessing at passwords is slow, and tells nothing."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from db import users
from db.access import Caller
from db.config import Database
from db.errors import Refusal
from db.limits import RateLimited
from db.users import guessing
from tests import factories
from tests.factories import PASSWORD

ATTACKER: Final = Caller.anonymous(ip="192.0.2.66")
WRONG: Final = "not-the-password-2026"


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = guessing._installed
    users.install_guesses(users.Guesses.of(per_account=10, per_address=30))
    yield
    users.install_guesses(before)


async def sign_in(
    now: datetime, *, email: str = "ada@example.com", password: str = WRONG, ip: str = "192.0.2.66"
) -> str:
    """Try a password, and name what came of it."""
    try:
        await users.sign_in(
            caller=replace(ATTACKER, ip=ip), now=now, email=email, password=password
        )
    except (Refusal, RateLimited) as refused:
        return type(refused).__name__
    return "in"


class TestSignIn:
    async def test_aut_3_takes_ten_wrong_passwords_for_an_account(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        tried = [await sign_in(now, ip=f"192.0.2.{each}") for each in range(12)]
        assert tried == ["WrongCredentials"] * 10 + ["RateLimited"] * 2

    async def test_then_does_not_look_at_the_right_one(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        for _ in range(10):
            await sign_in(now)
        assert await sign_in(now, password=PASSWORD) == "RateLimited"

    async def test_then_takes_one_each_ninety_seconds(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        for _ in range(10):
            await sign_in(now)
        with pytest.raises(RateLimited) as refused:
            await users.sign_in(caller=ATTACKER, now=now, email="ada@example.com", password=WRONG)
        assert refused.value.retry_after_seconds == 90
        later = now + timedelta(seconds=90)
        assert [await sign_in(later) for _ in range(2)] == ["WrongCredentials", "RateLimited"]
        assert await sign_in(later + timedelta(seconds=90), password=PASSWORD) == "in"

    async def test_aut_3_takes_thirty_wrong_passwords_from_an_address(
        self, database: Database, now: datetime
    ) -> None:
        tried = [await sign_in(now, email=f"{each}@example.com") for each in range(32)]
        assert tried == ["WrongCredentials"] * 30 + ["RateLimited"] * 2
        assert await sign_in(now, email="50@example.com", ip="192.0.2.67") == "WrongCredentials"

    async def test_takes_a_household_for_one_address(
        self, database: Database, now: datetime
    ) -> None:
        for each in range(30):
            await sign_in(now, email=f"{each}@example.com", ip=f"2001:db8::{each:x}")
        assert await sign_in(now, ip="2001:db8::ffff") == "RateLimited"

    async def test_counts_a_hundred_at_once(self, database: Database, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        tried = await asyncio.gather(*(sign_in(now, ip=f"192.0.2.{n}") for n in range(50)))
        assert tried.count("WrongCredentials") == 10

    async def test_does_not_count_right_ones(self, database: Database, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        for _ in range(40):
            assert await sign_in(now, password=PASSWORD) == "in"

    async def test_writes_an_email_as_it_likes(self, database: Database, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        for each in range(10):
            await sign_in(now, email=("ada@example.com", "ADA@Example.com")[each % 2])
        assert await sign_in(now, email="Ada@example.com") == "RateLimited"

    async def test_tells_nobody_whether_there_is_an_account(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        known = [await sign_in(now, ip=f"192.0.2.{each}") for each in range(12)]
        nobody = [
            await sign_in(now, email="nobody@example.com", ip=f"192.0.2.{each}")
            for each in range(12)
        ]
        assert known == nobody


class TestOtherWays:
    """The same passwords can be guessed at elsewhere: all ways are counted together."""

    async def register(self, now: datetime, email: str, password: str = WRONG) -> str:
        try:
            await users.register(
                caller=ATTACKER, now=now, email=email, password=password, name="Ada"
            )
        except (Refusal, RateLimited) as refused:
            return type(refused).__name__
        return "in"

    async def test_registering_guesses_too(self, database: Database, now: datetime) -> None:
        await factories.user(email="ada@example.com", password=PASSWORD)
        for _ in range(5):
            assert await self.register(now, "ada@example.com") == "EmailIsTaken"
            assert await sign_in(now) == "WrongCredentials"
        assert await self.register(now, "ada@example.com") == "RateLimited"
        assert await sign_in(now) == "RateLimited"

    async def test_thirty_new_accounts_come_from_an_address(
        self, database: Database, now: datetime
    ) -> None:
        made = [await self.register(now, f"{each}@example.com") for each in range(31)]
        assert made == ["in"] * 30 + ["RateLimited"]

    async def test_changing_the_password_guesses_too(
        self, database: Database, now: datetime
    ) -> None:
        ada = factories.caller(await factories.user(email="ada@example.com", password=PASSWORD))

        async def change() -> str:
            try:
                await users.change_password(
                    caller=ada, now=now, current_password=WRONG, new_password="a-new-one-of-2026"
                )
            except (Refusal, RateLimited) as refused:
                return type(refused).__name__
            return "changed"

        assert [await change() for _ in range(11)] == ["WrongPassword"] * 10 + ["RateLimited"]
        assert await sign_in(now, password=PASSWORD) == "RateLimited"
