"""Who runs the shop: roles, and the rules of who may give them to whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tortoise.expressions import Q

from db import events
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role, require
from db.base import atomically, fetch_value
from db.errors import Code, InvalidState, NotAllowed, Refusal, VersionConflict
from db.events import Outcome
from db.users import emails, password_rules
from db.users.models import Session, User, UserStatus
from db.users.passwords import hasher

_ONLY_OWNERS_GIVE: Final = frozenset({Role.ADMIN, Role.OWNER})


class IsTheLastOwner(Refusal):
    """Somebody must be able to do everything."""

    def __init__(self) -> None:
        super().__init__(
            Code.LAST_OWNER, "This is the last active owner. Make another one first.", ("user_id",)
        )


async def update_role(
    *, caller: Caller, now: datetime, user_id: UUID, role: Role, if_version: int
) -> Outcome:
    """Give a user another role. Their sessions go on, with the new permissions from then on.

    :raises NotAllowed: the caller lacks STAFF_WRITE or a permission of the role, asks for
        themselves, or makes or unmakes an ADMIN or OWNER without being an OWNER.
    :raises IsTheLastOwner: nobody would be left who may do everything.
    :raises VersionConflict: the user changed since it was read.
    :raises Refusal: NOT_FOUND; InvalidState for someone who was erased.
    """
    require(caller, Permission.STAFF_WRITE)

    async def work() -> Outcome:
        people = await _locked_with_owners({user_id, caller.user_id})
        user = people.get(user_id)
        if user is None:
            raise Refusal(Code.NOT_FOUND, "There is no such user.", ("user_id",))
        _check_right(_right(caller, people), user, role, people)
        if user.version != if_version:
            raise VersionConflict(user.version)
        if user.status is UserStatus.ERASED:
            raise InvalidState("This user was erased.", current=user.status, path=("user_id",))
        if user.role is not role:
            await _give(user, role, caller, now)
        return Outcome({"user": str(user.id)})

    return await atomically(work)


async def create_owner(*, email: str, password: str, now: datetime) -> UUID:
    """Make an OWNER of this email: of a new account, or of the one that has it.

    An account that was there gets this password, and its sessions end. For whoever may run commands
    beside the database; no caller of the API gets here.

    :raises PasswordIsTooWeak: the password is too easily guessed.
    """
    password_rules.check(password, email=email, path=("password",))
    hashed = await hasher().hash(password)
    caller = Caller.system("createOwner")

    async def work() -> UUID:
        user_id = await fetch_value(
            "SELECT id FROM users WHERE lower(email) = lower($1)", emails.normal(email)
        )
        new = User(email=emails.normal(email), created_at=now, version=0)
        user = await User.locked(user_id) if user_id else new
        changes = {"role": [user.role if user_id else None, Role.OWNER]}
        user.role, user.status, user.email_verified = Role.OWNER, UserStatus.ACTIVE, True
        user.password_hash = hashed
        user.version += 1
        await user.save()
        await Session.filter(user_id=user.id).delete()
        await events.audit(caller, caller.label, user.typeid, changes, now=now)
        return user.id

    async with emails.unique():
        return await atomically(work)


@dataclass(frozen=True, slots=True)
class _Right:
    """By what right someone asks, as it is under the lock."""

    user_id: UUID | None
    is_owner: bool
    permissions: frozenset[Permission]


async def _locked_with_owners(user_ids: Collection[UUID | None]) -> dict[UUID, User]:
    """Read and lock these users and all owners, in the order of their ids.

    Whoever changes the owners locks all of them, so that two cannot unmake each other at once.
    """
    people = User.filter(Q(role=Role.OWNER) | Q(id__in=[one for one in user_ids if one]))
    return {one.id: one for one in await people.order_by("id").select_for_update(no_key=True)}


def _right(caller: Caller, people: Mapping[UUID, User]) -> _Right:
    """Look again at a caller who is a user: another may have changed their role a moment ago."""
    if caller.user_id is None:
        is_owner = caller.kind is ActorKind.SYSTEM
        return _Right(None, is_owner, caller.permissions)
    asks = people.get(caller.user_id)
    if asks is None or asks.status is not UserStatus.ACTIVE:
        raise NotAllowed
    if Permission.STAFF_WRITE not in PERMISSIONS[asks.role]:
        raise NotAllowed(Permission.STAFF_WRITE)
    return _Right(asks.id, asks.role is Role.OWNER, PERMISSIONS[asks.role])


def _check_right(right: _Right, user: User, role: Role, people: Mapping[UUID, User]) -> None:
    if user.role is Role.OWNER and role is not Role.OWNER and _is_last_owner(user, people):
        raise IsTheLastOwner
    if user.id == right.user_id:
        raise NotAllowed(rule="Nobody changes their own role.")
    if not right.is_owner and not _ONLY_OWNERS_GIVE.isdisjoint({user.role, role}):
        raise NotAllowed(rule="Only an owner makes or unmakes administrators and owners.")
    if not PERMISSIONS[role] <= right.permissions:
        raise NotAllowed(rule="Nobody gives a role with permissions that they lack.")


def _is_last_owner(user: User, people: Mapping[UUID, User]) -> bool:
    return not any(
        one.role is Role.OWNER and one.status is UserStatus.ACTIVE
        for one in people.values()
        if one.id != user.id
    )


async def _give(user: User, role: Role, caller: Caller, now: datetime) -> None:
    changes = {"role": [user.role, role]}
    user.role = role
    user.version += 1
    await user.save(update_fields=["role", "version"])
    await events.audit(caller, "userRoleUpdate", user.typeid, changes, now=now)
