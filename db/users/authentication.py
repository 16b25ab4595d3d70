"""Who holds this token?"""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from db import ids, secrets
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import execute
from db.errors import NotSignedIn
from db.rows import EVERY, Select, column
from db.users import tokens
from db.users.rows import UserRow

_LONGEST_TOKEN: Final = 100


class _Holder(UserRow):
    """A user, and the session in which they come."""

    session_id: UUID = column("session.id")


_HOLDER: Final = Select(
    _Holder,
    "FROM session JOIN users ON users.id = session.user_id"
    " WHERE session.access_hash = $1 AND session.access_expires_at > $2"
    " AND users.status = 'ACTIVE'",
)


async def authenticate(access_token: str, now: datetime) -> Caller | None:
    """Name the caller who holds an access token, in one statement.

    None where the token is unknown or has run out, or its user may no longer come in.
    """
    if not access_token.startswith(tokens.ACCESS) or len(access_token) > _LONGEST_TOKEN:
        return None
    rows = await _HOLDER.fetch(EVERY, tokens.digest(access_token), now)
    if not rows:
        return None
    row = rows[0]
    caller = signed_in(user_id=row.id, role=row.role, name=row.name, session_id=row.session_id)
    return replace(caller, read=row)


def signed_in(*, user_id: UUID, role: Role, name: str | None, session_id: UUID | None) -> Caller:
    """Make the caller that a signed-in user is.

    The label stays in the record for years, so a customer's is not their name.
    """
    is_staff = role is not Role.CUSTOMER
    return Caller(
        kind=ActorKind.STAFF if is_staff else ActorKind.CUSTOMER,
        label=(name or "Staff") if is_staff else "Customer",
        user_id=user_id,
        role=role,
        permissions=PERMISSIONS[role],
        session_id=session_id,
    )


def user_of(caller: Caller) -> UUID:
    """Name the user that a caller is.

    :raises NotSignedIn: the caller is no user, but a guest, a key or a job.
    """
    if caller.user_id is None:
        raise NotSignedIn("Sign in first.")
    return caller.user_id


def guest(token: str) -> UUID | None:
    """Name the guest who holds a token, without asking the database; None if we did not make it."""
    return tokens.guest(token, secrets.keyring())


def guest_token(guest_id: UUID) -> str:
    """Derive a guest's token: always the same one."""
    return tokens.guest_token(guest_id, secrets.keyring())


async def make_guest(now: datetime) -> tuple[UUID, str]:
    """Add a guest, and return the id and the token that opens what will be theirs."""
    guest_id = ids.new()
    await execute("INSERT INTO guest (id, created_at) VALUES ($1, $2)", guest_id, now)
    return guest_id, guest_token(guest_id)
