"""Who holds this token?"""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from db import secrets, users
from db.access import ActorKind, Permission, Role
from db.base import fetch_value
from db.config import Database
from db.users import tokens
from tests import factories
from tests.statements import statements


class TestAuthenticate:
    async def test_names_the_customer_who_signed_in(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user()
        caller = await users.authenticate(await factories.sign_in(user), now)

        assert caller is not None
        assert (caller.kind, caller.user_id) == (ActorKind.CUSTOMER, user.id)
        assert caller.permissions == frozenset()
        assert caller.session_id is not None

    async def test_takes_one_statement(self, database: Database, now: datetime) -> None:
        token = await factories.sign_in(await factories.user())
        with statements() as sent:
            await users.authenticate(token, now)
        assert len(sent) == 1
        with statements() as sent:
            await users.authenticate("at_unknown", now)
        assert len(sent) == 1
        with statements() as sent:
            await users.authenticate("unknown", now)
            users.guest(users.guest_token(uuid4()))
        assert sent == []

    async def test_gives_staff_the_permissions_of_their_role(
        self, database: Database, now: datetime
    ) -> None:
        user = await factories.user(role=Role.SUPPORT, name="Grace")
        caller = await users.authenticate(await factories.sign_in(user), now)

        assert caller is not None
        assert (caller.kind, caller.label) == (ActorKind.STAFF, "Grace")
        assert caller.may(Permission.ORDERS_READ)
        assert not caller.may(Permission.STAFF_WRITE)

    async def test_keeps_the_name_of_a_customer_out_of_the_record(
        self, database: Database, now: datetime
    ) -> None:
        caller = await users.authenticate(
            await factories.sign_in(await factories.user(name="Ada")), now
        )
        assert caller is not None
        assert caller.label == "Customer"

    async def test_knows_nobody_by_a_token_that_has_run_out(
        self, database: Database, now: datetime
    ) -> None:
        token = await factories.sign_in(await factories.user())
        assert await users.authenticate(token, now + timedelta(minutes=14, seconds=59))
        assert await users.authenticate(token, now + timedelta(minutes=15)) is None

    @pytest.mark.parametrize("status", [s for s in users.UserStatus if s.value != "ACTIVE"])
    async def test_refuses_a_user_who_is(
        self, database: Database, now: datetime, status: users.UserStatus
    ) -> None:
        token = await factories.sign_in(await factories.user(status=status))
        assert await users.authenticate(token, now) is None

    @pytest.mark.parametrize("token", ["", "at_", "at_x", "rt_x", "at_ü", "at_" + "x" * 5000, "x"])
    async def test_knows_nobody_by(self, database: Database, now: datetime, token: str) -> None:
        assert await users.authenticate(token, now) is None

    async def test_keeps_no_token(self, database: Database, now: datetime) -> None:
        token = await factories.sign_in(await factories.user())
        row = await fetch_value("SELECT session::text FROM session")
        assert token not in row
        assert token.removeprefix("at_") not in row


class TestAUT5AnothersGuestToken:
    async def test_a_guest_is_known_by_their_own_token(
        self, database: Database, now: datetime
    ) -> None:
        guest_id, token = await users.make_guest(now)
        assert users.guest(token) == guest_id
        assert users.guest_token(guest_id) == token
        assert await fetch_value("SELECT count(*) FROM guest") == 1

    def test_a_token_of_another_shop_opens_nothing(self) -> None:
        theirs = tokens.guest_token(uuid4(), secrets.Keyring("another secret"))
        assert users.guest(theirs) is None

    def test_aut_5_no_character_of_a_token_can_be_changed(self) -> None:
        token = users.guest_token(uuid4())
        for index, character in enumerate(token):
            other = "B" if character == "A" else "A"
            assert users.guest(token[:index] + other + token[index + 1 :]) is None

    def test_aut_5_one_guests_signature_does_not_fit_another(self) -> None:
        mine, yours = users.guest_token(uuid4()), users.guest_token(uuid4())
        assert users.guest(mine[:24] + yours[24:]) is None

    @pytest.mark.parametrize("token", ["", "gt_", "gt_" + "!" * 64, "gt_" + "ü" * 64, "x" * 67])
    def test_opens_nothing(self, token: str) -> None:
        assert users.guest(token) is None
