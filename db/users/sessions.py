"""Sessions: a sign-in is a family of tokens, of which one generation replaces the other.

A refresh token is replaced at each use. The one just replaced works a minute longer and gives the
same successor again, so that a client whose reply was lost can ask once more. Any other use of a
replaced token means that two hold it, and ends the family.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import events, ids, secrets
from db.access import Caller
from db.base import atomically, execute, fetch
from db.errors import Code, Refusal
from db.users import tokens
from db.users.authentication import signed_in, user_of
from db.users.models import Session, User, UserStatus

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=30)
GRACE: Final = timedelta(seconds=60)
SESSIONS_KEPT: Final = timedelta(days=30)
"""How long the row of a session that has run out is kept."""
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds of a session. Shown once: we keep the hashes only."""

    access_token: str = field(repr=False)
    access_token_expires_at: datetime
    refresh_token: str = field(repr=False)
    refresh_token_expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Someone who has just signed in: their tokens, and the caller that they are from now on."""

    user_id: UUID
    tokens: Tokens
    caller: Caller


class TokenIsInvalid(Refusal):
    """The refresh token is not one of ours, or its session has ended."""

    def __init__(self) -> None:
        super().__init__(
            Code.TOKEN_INVALID, "This session has ended. Sign in again.", ("refresh_token",)
        )


class TokenHasRunOut(Refusal):
    """The refresh token was not used for too long."""

    def __init__(self) -> None:
        super().__init__(
            Code.TOKEN_EXPIRED, "This session has run out. Sign in again.", ("refresh_token",)
        )


class AccountIsDisabled(Refusal):
    """The account is there, and its owner may not come in."""

    def __init__(self) -> None:
        super().__init__(Code.ACCOUNT_DISABLED, "This account is disabled.")


async def start(user: User, caller: Caller, now: datetime) -> SignedIn:
    """Open a session for a user who has proved to be one. The caller's guest token stays theirs."""
    pair = tokens.make(tokens.ACCESS), tokens.make(tokens.REFRESH)
    return await _keep(user, ids.new(), pair, caller, now)


async def refresh(*, caller: Caller, now: datetime, refresh_token: str) -> SignedIn:
    """Replace a refresh token by its successor.

    :raises TokenIsInvalid: it is unknown, or was replaced before; the latter ends the family.
    :raises TokenHasRunOut: it was not used for 30 days.
    :raises AccountIsDisabled: its user may no longer come in.
    """

    async def work() -> SignedIn | Refusal:
        found = await _generation(refresh_token)
        if found is None:
            return TokenIsInvalid()
        user = await User.locked(found.user_id)
        session = await _generation(refresh_token)  # again: it may have changed before the lock
        if session is None:
            return TokenIsInvalid()
        if user.status is not UserStatus.ACTIVE:
            return AccountIsDisabled()
        if session.refresh_expires_at <= now:
            return TokenHasRunOut()
        if session.replaced_at is None:
            return await _replace(user, session, refresh_token, caller, now)
        return await _repeat(user, session, refresh_token, caller, now)

    result = await atomically(work)  # a refusal is returned, not raised: ending a family must stay
    if isinstance(result, Refusal):
        raise result
    return result


async def revoke(*, caller: Caller, now: datetime, everywhere: bool = False) -> None:
    """End the caller's session, or all of the user's. Ended already, it is done."""
    user_id = user_of(caller)

    async def work() -> None:
        user = await User.locked(user_id)
        ended = await execute(
            "DELETE FROM session WHERE user_id = $1 AND ($2"
            " OR family = (SELECT family FROM session WHERE id = $3))",
            user_id,
            everywhere,
            caller.session_id,
        )
        if ended:
            changes = {"everywhere": [None, everywhere]}
            await events.audit(caller, "sessionRevoke", user.typeid, changes, now=now)

    await atomically(work)


async def end_others(caller: Caller) -> None:
    """End the sessions of the caller's user but the one that the caller is in."""
    await execute(
        "DELETE FROM session WHERE user_id = $1"
        " AND family IS DISTINCT FROM (SELECT family FROM session WHERE id = $2)",
        user_of(caller),
        caller.session_id,
    )


async def still_open(session_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Find those of the sessions whose access token is good and whose user may come in."""
    rows = await fetch(
        "SELECT session.id FROM session JOIN users ON users.id = session.user_id"
        " WHERE session.id = ANY($1) AND session.access_expires_at > $2"
        " AND users.status = 'ACTIVE'",
        list(session_ids),
        now,
    )
    return {row[0] for row in rows}


async def delete_ended(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Delete what is long over, and return how many; call again while it is ``most``."""
    return await execute(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE refresh_expires_at <= $1"
        " ORDER BY refresh_expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
        now - SESSIONS_KEPT,
        most,
    )


async def _generation(refresh_token: str) -> Session | None:
    return await Session.get_or_none(refresh_hash=tokens.digest(refresh_token))


async def _replace(
    user: User, session: Session, refresh_token: str, caller: Caller, now: datetime
) -> SignedIn:
    session.replaced_at = now
    await session.save(update_fields=["replaced_at"])
    return await _keep(user, session.family, _successors(refresh_token), caller, now)


async def _repeat(
    user: User, session: Session, refresh_token: str, caller: Caller, now: datetime
) -> SignedIn | Refusal:
    """Give the successor again, if it was given a minute ago and is not replaced itself."""
    pair = _successors(refresh_token)
    following = await _generation(pair[1])
    assert session.replaced_at is not None  # noqa: S101 - it was asked before
    is_fresh = now - session.replaced_at <= GRACE
    if is_fresh and following is not None and following.replaced_at is None:
        return _shown(user, following, pair, caller)
    await Session.filter(family=session.family).delete()
    thief = _caller(user, session, caller)
    await events.audit(
        thief, "sessionRefresh", user.typeid, {"refreshToken": ["replaced", "used again"]}, now=now
    )
    return TokenIsInvalid()


def _successors(refresh_token: str) -> tuple[str, str]:
    access, refresh = (
        tokens.successor(refresh_token, prefix, secrets.keyring())
        for prefix in (tokens.ACCESS, tokens.REFRESH)
    )
    return access, refresh


async def _keep(
    user: User, family: UUID, pair: tuple[str, str], caller: Caller, now: datetime
) -> SignedIn:
    access, refresh = pair
    session = await Session.create(
        user_id=user.id,
        family=family,
        access_hash=tokens.digest(access),
        access_expires_at=now + ACCESS_LIFE,
        refresh_hash=tokens.digest(refresh),
        refresh_expires_at=now + REFRESH_LIFE,
        created_at=now,
        ip=caller.ip,
    )
    return _shown(user, session, pair, caller)


def _shown(user: User, session: Session, pair: tuple[str, str], caller: Caller) -> SignedIn:
    access, refresh = pair
    return SignedIn(
        user_id=user.id,
        tokens=Tokens(
            access_token=access,
            access_token_expires_at=session.access_expires_at,
            refresh_token=refresh,
            refresh_token_expires_at=session.refresh_expires_at,
        ),
        caller=_caller(user, session, caller),
    )


def _caller(user: User, session: Session, caller: Caller) -> Caller:
    """Make the caller that comes by this session, with what is known of the present request."""
    who = signed_in(user_id=user.id, role=user.role, name=user.name, session_id=session.id)
    return replace(who, guest_id=caller.guest_id, request_id=caller.request_id, ip=caller.ip)
