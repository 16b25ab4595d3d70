"""What users say about themselves."""

from datetime import datetime
from typing import Any, TypedDict

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
    before: dict[str, Any] = {"email": user.email, "name": user.name, "phone": user.phone}
    after = {**before, **fields}
    if "email" in fields:
        after["email"] = emails.normal(after["email"])
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return
    verified = user.email_verified and emails.are_same(before["email"], after["email"])
    user.update_from_dict({**after, "email_verified": verified, "version": user.version + 1})
    await user.save(update_fields=[*before, "email_verified", "version"])
    hidden = secrets.keyring().fingerprint
    changes = {name: [hidden(before[name]), hidden(after[name])] for name in changed}
    await events.audit(caller, "userUpdate", user.typeid, changes, now=now)
