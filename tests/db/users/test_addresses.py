"""Saved addresses."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from db import ids, users
from db.access import Caller
from db.base import fetch_value
from db.config import Database
from db.errors import Code, NotSignedIn, Refusal
from db.events import Claim
from db.users import AddressFields, AddressRow, User
from tests import factories
from tests.snapshot import snapshot

HOME: AddressFields = {
    "name": "Ada Lovelace",
    "line1": "1 High Street",
    "city": "London",
    "country_code": "GB",
}
WORK: AddressFields = {**HOME, "line1": "2 Mill Lane", "company": "Engines"}


@pytest.fixture
async def ada(database: Database) -> User:
    return await factories.user()


async def save(
    user: User,
    now: datetime,
    fields: AddressFields = HOME,
    *,
    id: UUID | None = None,
    is_default: bool = False,
    claim: Claim | None = None,
) -> None:
    await users.save_address(
        caller=factories.caller(user),
        now=now,
        fields=fields,
        id=id,
        is_default=is_default,
        claim=claim,
    )


async def addresses(user: User) -> list[AddressRow]:
    return (await users.addresses_by_user([user.id]))[0]


class TestSaveAddress:
    async def test_adds_one(self, ada: User, now: datetime) -> None:
        await save(ada, now, WORK)
        (kept,) = await addresses(ada)
        assert (kept.line1, kept.company, kept.line2) == ("2 Mill Lane", "Engines", None)
        assert not kept.is_default
        assert (await User.get(id=ada.id)).version == 2

    async def test_puts_a_whole_new_one_in_the_place_of_the_old(
        self, ada: User, now: datetime
    ) -> None:
        await save(ada, now, WORK)
        (kept,) = await addresses(ada)
        await save(ada, now, HOME, id=kept.id)

        (after,) = await addresses(ada)
        assert (after.id, after.line1, after.company) == (kept.id, "1 High Street", None)

    async def test_saved_as_it_is_it_changes_nothing(self, ada: User, now: datetime) -> None:
        await save(ada, now, WORK, is_default=True)
        (kept,) = await addresses(ada)
        before = await snapshot()
        await save(ada, now, WORK, id=kept.id, is_default=True)
        assert await snapshot() == before

    async def test_usr_4_a_new_default_takes_the_place_of_the_one_before(
        self, ada: User, now: datetime
    ) -> None:
        await save(ada, now, HOME, is_default=True)
        await save(ada, now, WORK, is_default=True)
        assert [(one.line1, one.is_default) for one in await addresses(ada)] == [
            ("2 Mill Lane", True),
            ("1 High Street", False),
        ]

    async def test_usr_4_many_defaults_at_once_leave_one(self, ada: User, now: datetime) -> None:
        await asyncio.gather(*(save(ada, now, is_default=True) for _ in range(10)))
        kept = await addresses(ada)
        assert [one.is_default for one in kept] == [True] + [False] * 9
        assert (await User.get(id=ada.id)).version == 11

    async def test_keeps_at_most_fifty_also_when_saved_at_once(
        self, ada: User, now: datetime
    ) -> None:
        results = await asyncio.gather(*(save(ada, now) for _ in range(55)), return_exceptions=True)
        refusals = [one for one in results if isinstance(one, Refusal)]
        assert {one.code for one in refusals} == {Code.TOO_MANY}
        assert len(refusals) == 5
        assert len(await addresses(ada)) == 50
        await save(ada, now, WORK, id=(await addresses(ada))[0].id)

    async def test_does_not_touch_anothers(self, ada: User, now: datetime) -> None:
        await save(ada, now)
        (kept,) = await addresses(ada)
        eve = await factories.user()
        before = await snapshot()
        with pytest.raises(Refusal) as refused:
            await save(eve, now, WORK, id=kept.id)
        assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("id",))
        assert await snapshot() == before

    async def test_with_a_key_it_is_added_once(self, ada: User, now: datetime) -> None:
        claim = Claim(f"user:{ada.id}", "key", "addressSave", b"hash")
        await save(ada, now, claim=claim)
        await save(ada, now, claim=claim)
        assert len(await addresses(ada)) == 1

    async def test_keeps_the_address_out_of_the_record(self, ada: User, now: datetime) -> None:
        await save(ada, now)
        audit = await fetch_value("SELECT audit_event::text FROM audit_event")
        assert "High Street" not in audit

    async def test_is_for_those_who_are_signed_in(self, database: Database, now: datetime) -> None:
        with pytest.raises(NotSignedIn):
            await users.save_address(caller=Caller.anonymous(), now=now, fields=HOME)


class TestDeleteAddress:
    async def test_idm_8_deletes_it_and_gone_already_succeeds(
        self, ada: User, now: datetime
    ) -> None:
        await save(ada, now)
        (kept,) = await addresses(ada)
        caller = factories.caller(ada)
        await users.delete_address(caller=caller, now=now, id=kept.id)
        assert await addresses(ada) == []

        before = await snapshot()
        await users.delete_address(caller=caller, now=now, id=kept.id)
        await users.delete_address(caller=caller, now=now, id=ids.new())
        assert await snapshot() == before

    async def test_leaves_anothers_alone(self, ada: User, now: datetime) -> None:
        await save(ada, now)
        (kept,) = await addresses(ada)
        eve = factories.caller(await factories.user())
        before = await snapshot()
        await users.delete_address(caller=eve, now=now, id=kept.id)
        assert await snapshot() == before
