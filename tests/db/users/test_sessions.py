"""Sessions: one generation of tokens replaces the other."""

import asyncio
from datetime import datetime, timedelta

import pytest

from db import secrets, users
from db.access import Caller
from db.base import fetch_value
from db.config import Database
from db.errors import Code, NotSignedIn, Refusal
from db.users import SignedIn, User, UserStatus, sessions
from tests import factories
from tests.snapshot import snapshot

NOBODY = Caller.anonymous(request_id="req_1")


async def refresh(token: str, now: datetime) -> SignedIn:
    return await users.refresh(caller=NOBODY, now=now, refresh_token=token)


async def refused(token: str, now: datetime) -> Code:
    with pytest.raises(Refusal) as error:
        await refresh(token, now)
    assert error.value.path is None or error.value.path == ("refresh_token",)
    return error.value.code


def seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


@pytest.fixture
async def user(database: Database) -> User:
    return await factories.user()


@pytest.fixture
async def first(user: User, now: datetime) -> SignedIn:
    return await sessions.start(user, NOBODY, now)


class TestAUT4Refresh:
    async def test_replaces_both_tokens(self, first: SignedIn, now: datetime) -> None:
        later = now + timedelta(minutes=14)
        second = await refresh(first.tokens.refresh_token, later)

        assert second.tokens.refresh_token != first.tokens.refresh_token
        assert second.tokens.access_token != first.tokens.access_token
        assert second.tokens.access_token_expires_at == later + timedelta(minutes=15)
        assert second.tokens.refresh_token_expires_at == later + timedelta(days=30)
        caller = await users.authenticate(second.tokens.access_token, later)
        assert caller is not None
        assert caller.user_id == first.user_id

    async def test_a_lost_reply_can_be_retried_for_a_minute_with_the_same_result(
        self, first: SignedIn, now: datetime
    ) -> None:
        second = await refresh(first.tokens.refresh_token, now)
        before = await snapshot()
        for after in (0, 30, 60):
            again = await refresh(first.tokens.refresh_token, now + seconds(after))
            assert again == second
        assert await snapshot() == before

    async def test_fifty_at_once_get_the_same_successor(
        self, first: SignedIn, now: datetime
    ) -> None:
        token = first.tokens.refresh_token
        results = await asyncio.gather(*(refresh(token, now) for _ in range(50)))
        assert len({one.tokens for one in results}) == 1
        assert await fetch_value("SELECT count(*) FROM session") == 2

    async def test_reuse_after_the_minute_ends_the_family(
        self, user: User, first: SignedIn, now: datetime
    ) -> None:
        elsewhere = await sessions.start(user, NOBODY, now)
        second = await refresh(first.tokens.refresh_token, now)
        late = now + seconds(61)

        assert await refused(first.tokens.refresh_token, late) is Code.TOKEN_INVALID
        assert await users.authenticate(second.tokens.access_token, late) is None
        assert await refused(second.tokens.refresh_token, late) is Code.TOKEN_INVALID
        assert await users.authenticate(elsewhere.tokens.access_token, late)
        audits = "SELECT count(*) FROM audit_event WHERE action = 'sessionRefresh'"
        assert await fetch_value(audits) == 1

    async def test_grace_goes_one_generation_back_only(
        self, first: SignedIn, now: datetime
    ) -> None:
        second = await refresh(first.tokens.refresh_token, now)
        third = await refresh(second.tokens.refresh_token, now + seconds(10))
        assert await refresh(second.tokens.refresh_token, now + seconds(20)) == third

        assert await refused(first.tokens.refresh_token, now + seconds(30)) is Code.TOKEN_INVALID
        assert await fetch_value("SELECT count(*) FROM session") == 0

    async def test_a_successor_is_derived_and_never_stored(
        self, first: SignedIn, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        second = await refresh(first.tokens.refresh_token, now)
        kept = await fetch_value("SELECT string_agg(session::text, '') FROM session")
        for token in (second.tokens.refresh_token, second.tokens.access_token):
            assert token[3:] not in kept

        monkeypatch.setattr(secrets, "_installed", secrets.Keyring("another secret"))
        assert await refused(first.tokens.refresh_token, now) is Code.TOKEN_INVALID

    async def test_runs_out_after_thirty_days(self, first: SignedIn, now: datetime) -> None:
        before = await snapshot()
        late = now + timedelta(days=30)
        assert await refused(first.tokens.refresh_token, late) is Code.TOKEN_EXPIRED
        assert await snapshot() == before
        await refresh(first.tokens.refresh_token, late - seconds(1))

    async def test_is_refused_to_a_disabled_user(
        self, user: User, first: SignedIn, now: datetime
    ) -> None:
        await User.filter(id=user.id).update(status=UserStatus.DISABLED)
        before = await snapshot()
        assert await refused(first.tokens.refresh_token, now) is Code.ACCOUNT_DISABLED
        assert await snapshot() == before

    @pytest.mark.parametrize("token", ["", "rt_", "rt_unknown", "at_unknown", "ü"])
    async def test_refuses_what_is_not_ours(
        self, database: Database, now: datetime, token: str
    ) -> None:
        assert await refused(token, now) is Code.TOKEN_INVALID

    async def test_an_access_token_is_no_refresh_token(
        self, first: SignedIn, now: datetime
    ) -> None:
        assert await refused(first.tokens.access_token, now) is Code.TOKEN_INVALID
        assert await users.authenticate(first.tokens.refresh_token, now) is None


class TestRevoke:
    async def test_ends_this_session_with_all_its_generations(
        self, user: User, first: SignedIn, now: datetime
    ) -> None:
        elsewhere = await sessions.start(user, NOBODY, now)
        second = await refresh(first.tokens.refresh_token, now)
        await users.revoke(caller=second.caller, now=now)

        assert await users.authenticate(first.tokens.access_token, now) is None
        assert await users.authenticate(second.tokens.access_token, now) is None
        assert await users.authenticate(elsewhere.tokens.access_token, now)

    async def test_ends_all_of_the_users_sessions_everywhere(
        self, user: User, first: SignedIn, now: datetime
    ) -> None:
        await sessions.start(user, NOBODY, now)
        stranger = await sessions.start(await factories.user(), NOBODY, now)
        await users.revoke(caller=first.caller, now=now, everywhere=True)

        assert await fetch_value("SELECT count(*) FROM session") == 1
        assert await users.authenticate(stranger.tokens.access_token, now)

    async def test_everywhere_also_ends_a_session_that_is_refreshed_at_the_same_time(
        self, first: SignedIn, now: datetime
    ) -> None:
        await asyncio.gather(
            refresh(first.tokens.refresh_token, now),
            users.revoke(caller=first.caller, now=now, everywhere=True),
            return_exceptions=True,
        )
        assert await fetch_value("SELECT count(*) FROM session") == 0

    @pytest.mark.parametrize("everywhere", [True, False])
    async def test_idm_8_gone_already_it_succeeds_and_changes_nothing(
        self, first: SignedIn, now: datetime, *, everywhere: bool
    ) -> None:
        await users.revoke(caller=first.caller, now=now, everywhere=everywhere)
        before = await snapshot()
        await users.revoke(caller=first.caller, now=now, everywhere=everywhere)
        assert await snapshot() == before

    async def test_is_for_those_who_are_signed_in(self, database: Database, now: datetime) -> None:
        with pytest.raises(NotSignedIn):
            await users.revoke(caller=NOBODY, now=now)


class TestDeleteEnded:
    async def test_deletes_what_ended_thirty_days_ago(
        self, user: User, first: SignedIn, now: datetime
    ) -> None:
        later = now + timedelta(days=1)
        await sessions.start(user, NOBODY, later)
        end = first.tokens.refresh_token_expires_at + timedelta(days=30)

        assert await users.delete_ended(now=end - seconds(1)) == 0
        assert await users.delete_ended(now=end) == 1
        assert await fetch_value("SELECT count(*) FROM session") == 1

    async def test_deletes_a_few_at_a_time(self, user: User, now: datetime) -> None:
        for _ in range(3):
            await sessions.start(user, NOBODY, now)
        end = now + timedelta(days=60)
        assert [await users.delete_ended(now=end, most=2) for _ in range(3)] == [2, 1, 0]

    def test_a_printed_sign_in_shows_no_token(self, first: SignedIn) -> None:
        assert "at_" not in repr(first)
        assert "rt_" not in repr(first)
