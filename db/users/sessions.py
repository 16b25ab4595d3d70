"""Sessions: a sign-in is a family of tokens, of which one generation replaces the other.

A refresh token is replaced at each use. The one just replaced works a minute longer and gives the
same successor again, so that a client whose reply was lost can ask once more. Any other use of a
replaced token means that two hold it, and ends the family.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import ids
from db.access import Caller
from db.users import tokens
from db.users.authentication import signed_in
from db.users.models import Session, User

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=30)
GRACE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds of a session. Shown once: we keep the hashes only."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Someone who has just signed in: their tokens, and the caller that they are from now on."""

    user_id: UUID
    tokens: Tokens
    caller: Caller


async def start(user: User, caller: Caller, now: datetime) -> SignedIn:
    """Open a session for a user who has proved to be one. The caller's guest token stays theirs."""
    pair = tokens.make(tokens.ACCESS), tokens.make(tokens.REFRESH)
    return await _keep(user, ids.new(), pair, caller, now)


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
    who = signed_in(user_id=user.id, role=user.role, name=user.name, session_id=session.id)
    return SignedIn(
        user_id=user.id,
        tokens=Tokens(
            access_token=access,
            access_token_expires_at=session.access_expires_at,
            refresh_token=refresh,
            refresh_token_expires_at=session.refresh_expires_at,
        ),
        caller=replace(who, guest_id=caller.guest_id, request_id=caller.request_id, ip=caller.ip),
    )
