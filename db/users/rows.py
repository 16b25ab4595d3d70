"""What reads return: slotted rows, made from a record's columns in their order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

import asyncpg

from db.access import Role
from db.users.models import UserStatus


@dataclass(frozen=True, slots=True)
class UserRow:
    """A user."""

    id: UUID
    email: str | None
    email_verified: bool
    name: str | None
    phone: str | None
    status: UserStatus
    role: Role
    created_at: datetime
    version: int

    @classmethod
    def of(cls, record: asyncpg.Record) -> Self:
        """Make the row of the columns in ``USER``; what follows them is left out."""
        columns = list(record[:9])
        columns[5] = UserStatus(columns[5])
        columns[6] = Role(columns[6])
        return cls(*columns)


USER: Final = """
    users.id, users.email, users.email_verified, users.name, users.phone, users.status, users.role,
    users.created_at, users.version
"""


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One of a user's saved addresses."""

    id: UUID
    user_id: UUID
    is_default: bool
    name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str | None
    country_code: str
    phone: str | None

    @classmethod
    def of(cls, record: asyncpg.Record) -> Self:
        """Make the row of the columns in ``ADDRESS``."""
        return cls(*record)


ADDRESS: Final = """
    address.id, address.user_id, address.is_default, address.name, address.company, address.line1,
    address.line2, address.city, address.region, address.postal_code, address.country_code,
    address.phone
"""
