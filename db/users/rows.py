"""What reads of people return."""

from datetime import datetime
from uuid import UUID

from db.access import Role
from db.rows import Record, column
from db.users.models import UserStatus


class UserRow(Record):
    """A user."""

    id: UUID = column("users.id")
    email: str | None = column("users.email")
    email_verified: bool = column("users.email_verified")
    name: str | None = column("users.name")
    phone: str | None = column("users.phone")
    status: UserStatus = column("users.status", UserStatus)
    role: Role = column("users.role", Role)
    created_at: datetime = column("users.created_at")
    version: int = column("users.version")


class AddressRow(Record):
    """One of a user's saved addresses."""

    id: UUID = column("address.id")
    user_id: UUID = column("address.user_id")
    is_default: bool = column("address.is_default")
    name: str = column("address.name")
    company: str | None = column("address.company")
    line1: str = column("address.line1")
    line2: str | None = column("address.line2")
    city: str = column("address.city")
    region: str | None = column("address.region")
    postal_code: str | None = column("address.postal_code")
    country_code: str = column("address.country_code")
    phone: str | None = column("address.phone")
