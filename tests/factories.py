"""Makes what a test needs, with defaults: a test names only what it is about."""

from typing import Any

from db import ids
from db.access import Caller, Role
from db.users import User, UserStatus, authentication, sessions
from db.users.passwords import hasher
from tests.conftest import NOW

PASSWORD = "battery-staple-40"


async def user(
    *,
    role: Role = Role.CUSTOMER,
    email: str | None = None,
    password: str | None = None,
    status: UserStatus = UserStatus.ACTIVE,
    **fields: Any,
) -> User:
    """Add a user; with a password only where the test signs in by it."""
    user_id = ids.new()
    return await User.create(
        id=user_id,
        email=email or f"{user_id.hex}@example.com",
        name=fields.pop("name", "Ada Lovelace"),
        role=role,
        status=status,
        password_hash=password and await hasher().hash(password),
        created_at=fields.pop("created_at", NOW),
        **fields,
    )


async def sign_in(user: User) -> str:
    """Open a session for a user and return its access token."""
    signed_in = await sessions.start(user, Caller.anonymous(), NOW)
    return signed_in.tokens.access_token


def caller(user: User) -> Caller:
    """Make the caller that a user is, without a session."""
    return authentication.signed_in(
        user_id=user.id, role=user.role, name=user.name, session_id=None
    )
