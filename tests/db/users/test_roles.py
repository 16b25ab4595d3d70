"""Who may give which role to whom."""

import asyncio
from datetime import datetime
from itertools import permutations

import pytest

from db import ids, users
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from db.base import fetch, fetch_value
from db.config import Database
from db.errors import Code, InvalidState, NotAllowed, NotSignedIn, Refusal, VersionConflict
from db.users import User, UserStatus
from tests import factories
from tests.factories import PASSWORD
from tests.snapshot import snapshot

HIGH = {Role.ADMIN, Role.OWNER}


async def give(
    caller: User | Caller, user: User, role: Role, now: datetime, if_version: int = 1
) -> None:
    await users.update_role(
        caller=factories.caller(caller) if isinstance(caller, User) else caller,
        now=now,
        user_id=user.id,
        role=role,
        if_version=if_version,
    )


class TestUpdateRole:
    async def test_takes_effect_at_the_next_request(
        self, database: Database, now: datetime
    ) -> None:
        owner, grace = await factories.user(role=Role.OWNER), await factories.user()
        token = await factories.sign_in(grace)
        await give(owner, grace, Role.FINANCE, now)

        caller = await users.authenticate(token, now)
        assert caller is not None
        assert (caller.kind, caller.role) == (ActorKind.STAFF, Role.FINANCE)
        (audit,) = await fetch("SELECT action, subject, changes::text FROM audit_event")
        assert tuple(audit) == ("userRoleUpdate", grace.typeid, '{"role": ["CUSTOMER", "FINANCE"]}')

    @pytest.mark.parametrize("giver", Role)
    async def test_is_allowed_only_as_the_rules_say_to(
        self, database: Database, now: datetime, giver: Role
    ) -> None:
        await factories.user(role=Role.OWNER)
        boss = await factories.user(role=giver)
        for before, after in permutations(Role, 2):
            user = await factories.user(role=before)
            if giver is Role.OWNER or (giver is Role.ADMIN and not HIGH & {before, after}):
                await give(boss, user, after, now)
                assert (await User.get(id=user.id)).role is after
            else:
                with pytest.raises(NotAllowed):
                    await give(boss, user, after, now)
                kept = await User.get(id=user.id)
                assert (kept.role, kept.version) == (before, 1)

    async def test_usr_2_two_owners_who_demote_each_other_at_once_leave_one(
        self, database: Database, now: datetime
    ) -> None:
        for _ in range(10):
            await User.all().delete()
            one, two = [await factories.user(role=Role.OWNER) for _ in range(2)]
            results = await asyncio.gather(
                give(one, two, Role.CUSTOMER, now),
                give(two, one, Role.CUSTOMER, now),
                return_exceptions=True,
            )
            owners = "SELECT count(*) FROM users WHERE role = 'OWNER' AND status = 'ACTIVE'"
            assert await fetch_value(owners) == 1
            assert sum(one is None for one in results) == 1
            assert sum(isinstance(one, NotAllowed | Refusal) for one in results) == 1

    async def test_usr_2_a_ring_of_owners_at_once_leaves_at_least_one(
        self, database: Database, now: datetime
    ) -> None:
        ring = [await factories.user(role=Role.OWNER) for _ in range(8)]
        await asyncio.gather(
            *(give(ring[n - 1], one, Role.SUPPORT, now) for n, one in enumerate(ring)),
            return_exceptions=True,
        )
        owners = "SELECT count(*) FROM users WHERE role = 'OWNER' AND status = 'ACTIVE'"
        assert await fetch_value(owners) >= 1

    async def test_the_last_active_owner_cannot_go(self, database: Database, now: datetime) -> None:
        owner = await factories.user(role=Role.OWNER)
        await factories.user(role=Role.OWNER, status=UserStatus.DISABLED)
        before = await snapshot()
        for caller in (owner, Caller.system("test")):
            with pytest.raises(Refusal) as refused:
                await give(caller, owner, Role.ADMIN, now)
            assert (refused.value.code, refused.value.path) == (Code.LAST_OWNER, ("user_id",))
        assert await snapshot() == before

    async def test_nobody_changes_their_own(self, database: Database, now: datetime) -> None:
        owner = await factories.user(role=Role.OWNER)
        await factories.user(role=Role.OWNER)
        admin = await factories.user(role=Role.ADMIN)
        before = await snapshot()
        for person in (owner, admin):
            with pytest.raises(NotAllowed):
                await give(person, person, Role.SUPPORT, now)
        assert await snapshot() == before

    async def test_nobody_gives_permissions_that_they_lack(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user()
        key = Caller(
            kind=ActorKind.API_KEY,
            label="key",
            api_key_id=ids.new(),
            permissions=frozenset({Permission.STAFF_WRITE}) | PERMISSIONS[Role.SUPPORT],
        )
        before = await snapshot()
        for role in (Role.FINANCE, Role.CATALOG, Role.ADMIN, Role.OWNER):
            with pytest.raises(NotAllowed):
                await give(key, user, role, now)
        assert await snapshot() == before
        await give(key, user, Role.SUPPORT, now)

    async def test_a_right_that_was_lost_a_moment_ago_is_lost(
        self, database: Database, now: datetime
    ) -> None:
        await factories.user(role=Role.OWNER)
        admin, user = await factories.user(role=Role.ADMIN), await factories.user()
        caller = factories.caller(admin)
        await User.filter(id=admin.id).update(status=UserStatus.DISABLED)
        before = await snapshot()
        with pytest.raises(NotAllowed):
            await give(caller, user, Role.SUPPORT, now)
        assert await snapshot() == before

    async def test_refuses_another_version(self, database: Database, now: datetime) -> None:
        owner, user = await factories.user(role=Role.OWNER), await factories.user()
        await give(owner, user, Role.SUPPORT, now)
        before = await snapshot()
        with pytest.raises(VersionConflict) as refused:
            await give(owner, user, Role.SUPPORT, now)
        assert refused.value.current_version == 2
        assert await snapshot() == before
        await give(owner, user, Role.SUPPORT, now, if_version=2)
        assert await snapshot() == before

    async def test_refuses_who_is_not_there(self, database: Database, now: datetime) -> None:
        owner = await factories.user(role=Role.OWNER)
        with pytest.raises(Refusal) as refused:
            await give(owner, User(id=ids.new()), Role.SUPPORT, now)
        assert (refused.value.code, refused.value.path) == (Code.NOT_FOUND, ("user_id",))

    async def test_refuses_who_was_erased(self, database: Database, now: datetime) -> None:
        owner = await factories.user(role=Role.OWNER)
        gone = await factories.user(status=UserStatus.ERASED)
        before = await snapshot()
        with pytest.raises(InvalidState):
            await give(owner, gone, Role.SUPPORT, now)
        assert await snapshot() == before

    async def test_a_stranger_has_to_sign_in(self, database: Database, now: datetime) -> None:
        user = await factories.user()
        with pytest.raises(NotSignedIn):
            await give(Caller.anonymous(), user, Role.SUPPORT, now)


class TestCreateOwner:
    async def test_makes_an_owner_who_can_sign_in(self, database: Database, now: datetime) -> None:
        user_id = await users.create_owner(email="Boss@example.com", password=PASSWORD, now=now)
        opened = await users.sign_in(
            caller=Caller.anonymous(), now=now, email="boss@example.com", password=PASSWORD
        )
        assert (opened.user_id, opened.caller.role) == (user_id, Role.OWNER)
        assert (await User.get(id=user_id)).version == 1

    async def test_makes_an_owner_of_someone_who_is_there(
        self, database: Database, now: datetime
    ) -> None:
        ada = await factories.user(email="ada@example.com", status=UserStatus.DISABLED)
        await factories.sign_in(ada)
        user_id = await users.create_owner(email="ADA@example.com", password=PASSWORD, now=now)

        after = await User.get(id=ada.id)
        assert user_id == ada.id
        assert (after.role, after.status, after.version) == (Role.OWNER, UserStatus.ACTIVE, 2)
        assert (after.email, after.name) == ("ada@example.com", "Ada Lovelace")
        assert await fetch_value("SELECT count(*) FROM session") == 0

    async def test_refuses_a_weak_password(self, database: Database, now: datetime) -> None:
        with pytest.raises(Refusal):
            await users.create_owner(email="boss@example.com", password="weak", now=now)
        assert await fetch_value("SELECT count(*) FROM users") == 0
