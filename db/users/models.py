"""People: their accounts, sessions, addresses; and guests, who are nothing but an id."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from db.access import Role
from db.base import Row


class UserStatus(StrEnum):
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    ERASED = "ERASED"


class User(Row):
    """A customer or a member of the staff."""

    prefix = "user"

    email = fields.TextField(null=True)
    email_verified = fields.BooleanField(default=False)
    password_hash = fields.TextField(null=True)
    name = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    status = fields.CharEnumField(UserStatus, max_length=8, default=UserStatus.ACTIVE)
    role = fields.CharEnumField(Role, max_length=11, default=Role.CUSTOMER)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "users"

    @classmethod
    async def locked(cls, user_id: UUID) -> "User":
        """Read a user and keep it from changing until the transaction ends."""
        return await cls.filter(id=user_id).select_for_update(no_key=True).get()


class Session(Row):
    """One generation of tokens. Only hashes are kept; a family is one sign-in."""

    prefix = "ses"

    user_id = fields.UUIDField()
    family = fields.UUIDField()
    access_hash = fields.BinaryField()
    access_expires_at = fields.DatetimeField()
    refresh_hash = fields.BinaryField()
    refresh_expires_at = fields.DatetimeField()
    replaced_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    ip = fields.TextField(null=True)
    user_agent = fields.TextField(null=True)

    class Meta:
        table = "session"


class Guest(Row):
    """Whoever holds the token that is derived from this id."""

    prefix = "guest"

    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "guest"


class Address(Row):
    """One of a user's saved addresses."""

    prefix = "addr"

    user_id = fields.UUIDField()
    name = fields.TextField()
    company = fields.TextField(null=True)
    line1 = fields.TextField()
    line2 = fields.TextField(null=True)
    city = fields.TextField()
    region = fields.TextField(null=True)
    postal_code = fields.TextField(null=True)
    country_code = fields.CharField(max_length=2)
    phone = fields.TextField(null=True)
    is_default = fields.BooleanField(default=False)
    created_at = fields.DatetimeField()

    class Meta:
        table = "address"

    def is_kept_as(self, content: Mapping[str, Any], *, is_default: bool) -> bool:
        """Whether the database has exactly this content already."""
        return self._saved_in_db and all(
            getattr(self, name) == value
            for name, value in (*content.items(), ("is_default", is_default))
        )
