"""Accounts: who comes in, and by what right.

Passwords are checked outside of any transaction: that takes long, and must hold no lock. What was
checked is looked at again under the lock of the user's row; if it changed meanwhile, all of it
begins anew.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from db import events, secrets
from db.access import Caller
from db.base import atomically, fetch_one
from db.errors import Code, Refusal
from db.events import Topic
from db.users import emails, password_rules, sessions
from db.users.authentication import user_of
from db.users.emails import EmailIsTaken
from db.users.guessing import Guess
from db.users.models import User, UserStatus
from db.users.passwords import hasher
from db.users.sessions import AccountIsDisabled, SignedIn

Then: TypeAlias = Callable[[Caller], Awaitable[None]]
"""What else is to be done in the transaction of a sign-in, as the one who signed in."""


class WrongCredentials(Refusal):
    """There is no such account, or it has another password: which of the two is not told."""

    def __init__(self) -> None:
        super().__init__(Code.INVALID_CREDENTIALS, "The email or the password is wrong.")


class WrongPassword(Refusal):
    """The current password is another one."""

    def __init__(self) -> None:
        super().__init__(
            Code.INVALID_CREDENTIALS, "This is not your password.", ("current_password",)
        )


@dataclass(frozen=True, slots=True)
class _Account:
    """What decides whether someone may come in."""

    user_id: UUID
    password_hash: str | None
    status: UserStatus


@dataclass(frozen=True, slots=True)
class _Entry:
    """How someone comes in: by which mutation, and what else is to be done then."""

    action: str
    caller: Caller
    now: datetime
    then: Then | None

    async def into(self, user: User, changes: Mapping[str, Any]) -> SignedIn:
        """Open a session in the transaction that is open."""
        opened = await sessions.start(user, self.caller, self.now)
        await events.audit(opened.caller, self.action, user.typeid, changes, now=self.now)
        if self.then:
            await self.then(opened.caller)
        return opened


async def register(
    *,
    caller: Caller,
    now: datetime,
    email: str,
    password: str,
    name: str,
    then: Then | None = None,
) -> SignedIn:
    """Make an account and sign in; repeated with the same email and password, only sign in.

    :raises PasswordIsTooWeak: the password is too easily guessed.
    :raises EmailIsTaken: the account is there, and has another password.
    :raises AccountIsDisabled: it is there, has this password, and was closed.
    :raises RateLimited: there were too many new accounts, or wrong passwords, before this one.
    """
    password_rules.check(password, email=email, path=("input", "password"))
    guess = await Guess.count(email, caller, now)
    entry = _Entry("userRegister", caller, now, then)
    account = await _find(email)
    if account is None:
        hashed = await hasher().hash(password)
        try:
            return await _add(entry, emails.normal(email), hashed, name)
        except EmailIsTaken:  # someone was quicker: perhaps the same call, made twice
            account = await _find(email)
    if account is None or not await hasher().matches(password, account.password_hash):
        raise EmailIsTaken
    await guess.was_right()
    opened = await _open(entry, account, password)
    return opened or await register(
        caller=caller, now=now, email=email, password=password, name=name, then=then
    )


async def sign_in(
    *, caller: Caller, now: datetime, email: str, password: str, then: Then | None = None
) -> SignedIn:
    """Open a session for whoever knows the password.

    :raises WrongCredentials: there is no such account, or it has another password.
    :raises AccountIsDisabled: the password was right.
    :raises RateLimited: there were too many wrong ones before it.
    """
    guess = await Guess.count(email, caller, now)
    account = await _find(email)
    hashed = account.password_hash if account else None
    is_right = await hasher().matches(password, hashed)
    if account is None or not is_right:
        raise WrongCredentials
    await guess.was_right()
    opened = await _open(_Entry("sessionCreate", caller, now, then), account, password)
    return opened or await sign_in(
        caller=caller, now=now, email=email, password=password, then=then
    )


async def change_password(
    *, caller: Caller, now: datetime, current_password: str, new_password: str
) -> None:
    """Replace the password and end the user's other sessions. If it is set already, all is done.

    :raises PasswordIsTooWeak: the new password is too easily guessed.
    :raises WrongPassword: the current password is another one.
    :raises RateLimited: there were too many wrong ones before it.
    """
    user = await User.get(id=user_of(caller))
    password_rules.check(new_password, email=user.email, path=("new_password",))
    guess = await Guess.count(user.email or user.typeid, caller, now)
    is_done = await hasher().matches(new_password, user.password_hash)
    if not is_done and not await hasher().matches(current_password, user.password_hash):
        raise WrongPassword
    await guess.was_right()
    if is_done:
        return
    hashed = await hasher().hash(new_password)

    async def work() -> bool:
        fresh = await User.locked(user.id)
        if fresh.password_hash != user.password_hash:
            return False
        await _set_password(fresh, hashed)
        await sessions.end_others(caller)
        await events.audit(
            caller, "passwordChange", fresh.typeid, {"password": ["hidden", "hidden"]}, now=now
        )
        return True

    if not await atomically(work):
        await change_password(
            caller=caller, now=now, current_password=current_password, new_password=new_password
        )


async def _find(email: str) -> _Account | None:
    row = await fetch_one(
        "SELECT id, password_hash, status FROM users WHERE lower(email) = lower($1)",
        emails.normal(email),
    )
    return _Account(row[0], row[1], UserStatus(row[2])) if row else None


async def _add(entry: _Entry, email: str, hashed: str, name: str) -> SignedIn:
    fingerprint = secrets.keyring().fingerprint
    changes = {"email": [None, fingerprint(email)], "name": [None, fingerprint(name)]}

    async def work() -> SignedIn:
        user = await User.create(email=email, password_hash=hashed, name=name, created_at=entry.now)
        payload = {"user": user.typeid}
        await events.record((Topic.USER_REGISTERED, user.typeid, payload), now=entry.now)
        return await entry.into(user, changes)

    async with emails.unique():
        return await atomically(work)


async def _open(entry: _Entry, account: _Account, password: str) -> SignedIn | None:
    """Open a session after the password was found right; None if it was replaced meanwhile.

    A hash that was made with other parameters than today's is replaced on this occasion.
    """
    if account.status is not UserStatus.ACTIVE:
        raise AccountIsDisabled
    assert account.password_hash is not None  # noqa: S101 - it has just matched
    outdated = hasher().is_outdated(account.password_hash)
    fresh = await hasher().hash(password) if outdated else None

    async def work() -> SignedIn | None:
        user = await User.locked(account.user_id)
        if (user.password_hash, user.status) != (account.password_hash, account.status):
            return None
        if fresh:
            await _set_password(user, fresh)
        return await entry.into(user, {})

    return await atomically(work)


async def _set_password(user: User, hashed: str) -> None:
    user.password_hash = hashed
    await user.save(update_fields=["password_hash"])
