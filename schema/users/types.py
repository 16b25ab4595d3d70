"""People and their addresses."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from db import ids, users
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from schema import define
from schema.connections import After, Connection, First
from schema.context import Info
from schema.ids import Node
from schema.permissions import guarded
from schema.resolvers import resolver
from schema.scalars import CountryCode
from schema.users.ahead import LazyCart, LazyOrder, cart_of, orders_of

define.expose(ActorKind)
define.expose(Role, "Fixed sets of permissions: the table is in the README.")
define.expose(users.UserStatus)


@define.type
class PostalAddress:
    name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str | None
    country_code: CountryCode
    phone: str | None

    @classmethod
    def of(cls, address: Mapping[str, Any]) -> "PostalAddress":
        """Show an address as it is kept: what it does not have may be absent."""
        return cls(
            name=address["name"],
            company=address.get("company"),
            line1=address["line1"],
            line2=address.get("line2"),
            city=address["city"],
            region=address.get("region"),
            postal_code=address.get("postal_code"),
            country_code=CountryCode(address["country_code"]),
            phone=address.get("phone"),
        )


@define.type
class SavedAddress(Node):
    address: PostalAddress
    is_default: bool

    @classmethod
    def of(cls, row: users.AddressRow) -> "SavedAddress":
        return cls(
            id=strawberry.ID(ids.encode(users.Address.prefix, row.id)),
            address=PostalAddress.of(asdict(row)),
            is_default=row.is_default,
        )


@define.type
class User(Node):
    email: str | None = guarded("Null after erasure.", requires=Permission.USERS_READ, owner=True)
    email_verified: bool
    name: str | None = guarded(requires=Permission.USERS_READ, owner=True)
    phone: str | None = guarded(requires=Permission.USERS_READ, owner=True)
    status: users.UserStatus
    role: Role
    permissions: list[Permission]
    created_at: datetime
    version: int
    user_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: users.UserRow) -> "User":
        return cls(
            id=strawberry.ID(ids.encode(users.User.prefix, row.id)),
            email=row.email,
            email_verified=row.email_verified,
            name=row.name,
            phone=row.phone,
            status=row.status,
            role=row.role,
            permissions=[each for each in Permission if each in PERMISSIONS[row.role]],
            created_at=row.created_at,
            version=row.version,
            user_id=row.id,
        )

    def belongs_to(self, caller: Caller) -> bool:
        """Whether this is the caller."""
        return caller.is_owner_of(user_id=self.user_id, guest_id=None)

    @resolver(owner=True)
    async def cart(self, info: Info) -> LazyCart | None:
        return await cart_of(info, self.user_id)

    @resolver(requires=Permission.USERS_READ, owner=True)
    async def addresses(self, info: Info) -> list[SavedAddress] | None:
        """At most 50, default first."""
        rows = await info.context.load(users.addresses_by_user, self.user_id)
        return [SavedAddress.of(row) for row in rows]

    @resolver(requires=Permission.ORDERS_READ, owner=True)
    async def orders(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[LazyOrder] | None:
        return await orders_of(info, self.user_id, first=first, after=after)


@define.type
class Actor:
    """Someone or something that did a thing."""

    kind: ActorKind
    label: str = define.field(
        'Name to show, kept as it was at the time. "Erased user" after an erasure.'
    )
    user_id: strawberry.Private[UUID | None] = None

    @classmethod
    def of(cls, kind: ActorKind, label: str, actor_id: UUID | None) -> "Actor":
        """Show who did a thing; only customers and staff are users."""
        is_user = kind in {ActorKind.CUSTOMER, ActorKind.STAFF}
        return cls(kind=kind, label=label, user_id=actor_id if is_user else None)

    @resolver(requires=Permission.USERS_READ)
    async def user(self, info: Info) -> User | None:
        if self.user_id is None:
            return None
        row = await info.context.load(users.users_by_id, self.user_id)
        return User.of(row) if row else None
