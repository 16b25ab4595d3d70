"""What users say about themselves."""

import asyncio
from datetime import datetime

import pytest

from db import users
from db.access import Caller
from db.base import fetch, fetch_value
from db.config import Database
from db.errors import Code, NotSignedIn, Refusal, VersionConflict
from db.users import ProfileFields, User
from tests import factories
from tests.snapshot import snapshot


@pytest.fixture
async def ada(database: Database) -> User:
    return await factories.user(email="ada@example.com", email_verified=True, phone="+44 1")


async def update(user: User, now: datetime, fields: ProfileFields, if_version: int = 1) -> None:
    await users.update_profile(
        caller=factories.caller(user), now=now, fields=fields, if_version=if_version
    )


class TestUpdateProfile:
    async def test_changes_what_is_given_and_leaves_the_rest(
        self, ada: User, now: datetime
    ) -> None:
        await update(ada, now, {"name": "Ada King", "phone": None})
        after = await User.get(id=ada.id)
        assert (after.name, after.email) == ("Ada King", "ada@example.com")
        assert after.phone is None
        assert after.email_verified
        assert after.version == 2

    async def test_another_email_is_not_verified(self, ada: User, now: datetime) -> None:
        await update(ada, now, {"email": "ada@example.org"})
        after = await User.get(id=ada.id)
        assert (after.email, after.email_verified) == ("ada@example.org", False)

    async def test_the_same_email_in_other_letters_stays_verified(
        self, ada: User, now: datetime
    ) -> None:
        await update(ada, now, {"email": "Ada@Example.com"})
        after = await User.get(id=ada.id)
        assert (after.email, after.email_verified) == ("Ada@Example.com", True)

    async def test_what_is_so_already_is_no_change(self, ada: User, now: datetime) -> None:
        before = await snapshot()
        await update(ada, now, {"email": "ada@example.com", "name": ada.name})
        assert await snapshot() == before

    async def test_refuses_a_version_that_is_not_the_present_one(
        self, ada: User, now: datetime
    ) -> None:
        await update(ada, now, {"name": "Ada King"})
        before = await snapshot()
        with pytest.raises(VersionConflict) as refused:
            await update(ada, now, {"name": "Ada Byron"})
        assert refused.value.current_version == 2
        assert await snapshot() == before

    async def test_ver_1_of_two_at_once_one_wins(self, ada: User, now: datetime) -> None:
        results = await asyncio.gather(
            *(update(ada, now, {"name": name}) for name in ("Ada King", "Ada Byron")),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in results) == ["NoneType", "VersionConflict"]
        assert (await User.get(id=ada.id)).version == 2

    async def test_refuses_an_email_that_is_taken_in_any_letters(
        self, ada: User, now: datetime
    ) -> None:
        await factories.user(email="eve@example.com")
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await update(ada, now, {"email": "EVE@example.com"})
        assert (refused.value.code, refused.value.path) == (Code.TAKEN, ("input", "email"))
        assert await snapshot() == before

    async def test_refuses_to_clear_the_email(self, ada: User, now: datetime) -> None:
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await update(ada, now, {"email": None})
        assert (refused.value.code, refused.value.path) == (Code.REQUIRED, ("input", "email"))
        assert await snapshot() == before

    async def test_records_what_changed_by_its_fingerprint(self, ada: User, now: datetime) -> None:
        await update(ada, now, {"name": "Ada King"})
        (row,) = await fetch("SELECT action, subject, changes FROM audit_event")
        assert (row[0], row[1]) == ("userUpdate", ada.typeid)
        assert "King" not in row[2]
        assert await fetch_value("SELECT changes ? 'name' FROM audit_event")

    async def test_is_for_those_who_are_signed_in(self, database: Database, now: datetime) -> None:
        with pytest.raises(NotSignedIn):
            await users.update_profile(caller=Caller.anonymous(), now=now, fields={}, if_version=1)
