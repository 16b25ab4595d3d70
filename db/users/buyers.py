"""Who buys: a user, a guest, or an integration on its own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller
from db.base import execute, fetch_one
from db.errors import NotSignedIn
from db.users.authentication import make_guest


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whose an order will be; ``is_new``: a guest who was made for it."""

    user_id: UUID | None = None
    guest_id: UUID | None = None
    is_new: bool = False


_LOCK_USER: Final = "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE"
_LOCK_GUEST: Final = "SELECT revoked_at FROM guest WHERE id = $1 FOR NO KEY UPDATE"
_REMEMBER: Final = "INSERT INTO guest (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def lock_buyer(caller: Caller, *, now: datetime) -> Buyer:
    """Let a buyer do one thing at a time, until the transaction ends; make a guest of a stranger.

    :raises NotSignedIn: the guest token was revoked.
    """
    if caller.user_id:
        await fetch_one(_LOCK_USER, caller.user_id)
        return Buyer(user_id=caller.user_id)
    if caller.guest_id:
        await _lock_guest(caller.guest_id, now)
        return Buyer(guest_id=caller.guest_id)
    if caller.is_known:
        return Buyer()
    guest_id, _ = await make_guest(now)
    return Buyer(guest_id=guest_id, is_new=True)


async def _lock_guest(guest_id: UUID, now: datetime) -> None:
    row = await fetch_one(_LOCK_GUEST, guest_id)
    if row is None:  # a token of ours whose guest was cleaned away: the token still stands
        await execute(_REMEMBER, guest_id, now)
    elif row[0] is not None:
        raise NotSignedIn("This guest token is no longer valid.")
