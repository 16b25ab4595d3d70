"""Who is asking, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from db.errors import NotAllowed, NotSignedIn


class ActorKind(StrEnum):
    CUSTOMER = "CUSTOMER"
    GUEST = "GUEST"
    STAFF = "STAFF"
    API_KEY = "API_KEY"
    GATEWAY = "GATEWAY"
    SYSTEM = "SYSTEM"


class Permission(StrEnum):
    CATALOG_WRITE = "CATALOG_WRITE"
    STOCK_READ = "STOCK_READ"
    STOCK_WRITE = "STOCK_WRITE"
    ORDERS_READ = "ORDERS_READ"
    ORDERS_WRITE = "ORDERS_WRITE"
    PAYMENTS_WRITE = "PAYMENTS_WRITE"
    REFUNDS_WRITE = "REFUNDS_WRITE"
    FULFILLMENTS_WRITE = "FULFILLMENTS_WRITE"
    DISCOUNTS_WRITE = "DISCOUNTS_WRITE"
    USERS_READ = "USERS_READ"
    USERS_ERASE = "USERS_ERASE"
    STAFF_WRITE = "STAFF_WRITE"
    SETTINGS_WRITE = "SETTINGS_WRITE"
    WEBHOOKS_WRITE = "WEBHOOKS_WRITE"
    API_KEYS_WRITE = "API_KEYS_WRITE"
    AUDIT_READ = "AUDIT_READ"


class Role(StrEnum):
    """Fixed sets of permissions."""

    CUSTOMER = "CUSTOMER"
    SUPPORT = "SUPPORT"
    CATALOG = "CATALOG"
    FULFILLMENT = "FULFILLMENT"
    FINANCE = "FINANCE"
    ADMIN = "ADMIN"
    OWNER = "OWNER"


_EVERYTHING: Final = frozenset(Permission)

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.CUSTOMER: frozenset(),
    Role.SUPPORT: frozenset(
        {
            Permission.STOCK_READ,
            Permission.ORDERS_READ,
            Permission.ORDERS_WRITE,
            Permission.USERS_READ,
        }
    ),
    Role.CATALOG: frozenset(
        {
            Permission.CATALOG_WRITE,
            Permission.DISCOUNTS_WRITE,
            Permission.STOCK_READ,
            Permission.STOCK_WRITE,
        }
    ),
    Role.FULFILLMENT: frozenset(
        {
            Permission.STOCK_READ,
            Permission.STOCK_WRITE,
            Permission.ORDERS_READ,
            Permission.FULFILLMENTS_WRITE,
        }
    ),
    Role.FINANCE: frozenset(
        {
            Permission.ORDERS_READ,
            Permission.PAYMENTS_WRITE,
            Permission.REFUNDS_WRITE,
            Permission.USERS_READ,
            Permission.AUDIT_READ,
        }
    ),
    Role.ADMIN: _EVERYTHING,
    Role.OWNER: _EVERYTHING,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone or something that asks for a thing.

    ``label`` is the name to show in timelines, kept as it was at the time.
    A signed-in user may hold a guest token as well: both ids are then set.
    """

    kind: ActorKind
    label: str
    user_id: UUID | None = None
    guest_id: UUID | None = None
    api_key_id: UUID | None = None
    role: Role | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    session_id: UUID | None = None
    request_id: str = ""
    ip: str | None = None
    read: Any = field(default=None, compare=False, repr=False)
    """The row of the user that was read to find this out: who shows it need not read it again."""

    @classmethod
    def anonymous(cls, *, request_id: str = "", ip: str | None = None) -> "Caller":
        """Make the caller that has shown nothing at all."""
        return cls(kind=ActorKind.GUEST, label="Guest", request_id=request_id, ip=ip)

    @classmethod
    def system(cls, job: str) -> "Caller":
        """Make the caller that a job of our own is: ``system.<job>``, allowed everything."""
        return cls(
            kind=ActorKind.SYSTEM,
            label=f"system.{job}",
            permissions=_EVERYTHING,
            request_id=f"system.{job}",
        )

    @property
    def is_known(self) -> bool:
        """Signed in, holding an API key or a guest token, or one of our own jobs."""
        return self.kind is ActorKind.SYSTEM or bool(
            self.user_id or self.guest_id or self.api_key_id
        )

    @property
    def actor_id(self) -> UUID | None:
        """The id under which the record remembers this caller."""
        return self.user_id or self.api_key_id or self.guest_id

    @property
    def scope(self) -> str:
        """The scope of this caller's idempotency keys."""
        if self.user_id:
            return f"user:{self.user_id}"
        if self.api_key_id:
            return f"key:{self.api_key_id}"
        if self.guest_id:
            return f"guest:{self.guest_id}"
        return self.label if self.kind is ActorKind.SYSTEM else "anon"

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def is_owner_of(self, *, user_id: UUID | None, guest_id: UUID | None) -> bool:
        """Whether a thing with these owners belongs to this caller."""
        return (user_id is not None and user_id == self.user_id) or (
            guest_id is not None and guest_id == self.guest_id
        )


def require(caller: Caller, permission: Permission) -> None:
    """Let only those through who have the permission.

    :raises NotSignedIn: the caller has shown nothing.
    :raises NotAllowed: the caller is known, and lacks the permission.
    """
    if caller.may(permission):
        return
    if not caller.is_known:
        raise NotSignedIn
    raise NotAllowed(permission)
