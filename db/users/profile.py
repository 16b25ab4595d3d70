"""What users say about themselves."""

from datetime import datetime
from typing import TypedDict

from db import events, secrets
from db.access import Caller
from db.base import atomically
from db.errors import Code, Refusal, VersionConflict
from db.events import Outcome
from db.users import emails
from db.users.authentication import user_of
from db.users.models import User


class ProfileFields(TypedDict, total=False):
    """A key that is absent leaves the field as it is; None clears it."""

    email: str | None
    name: str | None
    phone: str | None


async def update_profile(
    *, caller: Caller, now: datetime, fields: ProfileFields, if_version: int
) -> Outcome:
    """Change what the caller says about themselves. Another email is not verified yet.

    :raises VersionConflict: the user changed since it was read.
    :raises EmailIsTaken: another account has the email.
    :raises Refusal: REQUIRED, where the email would be cleared.
    """
    user_id = user_of(caller)
    if "email" in fields and fields["email"] is None:
        raise Refusal(Code.REQUIRED, "An account has an email.", ("input", "email"))

    async def work() -> Outcome:
        user = await User.locked(user_id)
        if user.version != if_version:
            raise VersionConflict(user.version)
        await _apply(user, fields, caller, now)
        return Outcome({"user": str(user.id)})

    async with emails.unique():
        return await atomically(work)


async def _apply(user: User, fields: ProfileFields, caller: Caller, now: datetime) -> None:
    email = fields.get("email")
    written = {**fields, "email": emails.normal(email)} if email else fields
    changes = events.apply(user, written)
    if not changes:
        return
    if "email" in changes and not emails.are_same(*changes["email"]):
        user.email_verified = False
    user.version += 1
    await user.save(update_fields=[*changes, "email_verified", "version"])
    hide = secrets.keyring().fingerprint
    hidden = {name: [hide(before), hide(after)] for name, (before, after) in changes.items()}
    await events.audit(caller, "userUpdate", user.typeid, hidden, now=now)
