"""People and their addresses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import strawberry

from db import carts, users
from db.access import PERMISSIONS, ActorKind, Caller, Permission, Role
from schema import define
from schema.connections import After, Connection, First
from schema.context import Context, Info
from schema.ids import Node, identity
from schema.resolvers import resolver
from schema.scalars import CountryCode
from schema.users.ahead import LazyCart, LazyOrder, orders_of
from schema.views import View, edge, part, shown, view

define.expose(ActorKind)
define.expose(Role, "Fixed sets of permissions: the table is in the README.")
define.expose(users.UserStatus)


@view(dict)
class PostalAddress(View[Mapping[str, Any]]):
    name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str | None
    country_code: CountryCode
    phone: str | None


@view(users.AddressRow)
class SavedAddress(Node, View[users.AddressRow]):
    id: strawberry.ID = identity(users.Address.prefix)
    address: PostalAddress = part(PostalAddress)
    is_default: bool


def _permissions(role: Role) -> list[Permission]:
    return [each for each in Permission if each in PERMISSIONS[role]]


def _now(context: Context) -> Mapping[str, Any]:
    return {"now": context.now}


def _personal(column: str, description: str | None = None) -> Any:
    return shown(None, column, description=description, requires=Permission.USERS_READ, owner=True)


@view(users.UserRow, reads=("id",))
class User(Node, View[users.UserRow]):
    id: strawberry.ID = identity(users.User.prefix)
    email: str | None = _personal("email", "Null after erasure.")
    email_verified: bool
    name: str | None = _personal("name")
    phone: str | None = _personal("phone")
    status: users.UserStatus
    role: Role
    permissions: list[Permission] = shown(_permissions, "role")
    created_at: datetime
    version: int
    cart: LazyCart | None = edge(carts.latest_by_user, by="id", given=_now, owner=True)
    addresses: list[SavedAddress] | None = edge(
        users.addresses_by_user,
        by="id",
        description="At most 50, default first.",
        requires=Permission.USERS_READ,
        owner=True,
    )

    def belongs_to(self, caller: Caller) -> bool:
        """Whether this is the caller."""
        return caller.is_owner_of(user_id=self.row.id, guest_id=None)

    @resolver(requires=Permission.ORDERS_READ, owner=True, reads=("id",))
    async def orders(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[LazyOrder] | None:
        return await orders_of(info, self.row.id, first=first, after=after)


class Acted(NamedTuple):
    """Who did a thing: of all kinds, only customers and staff are users."""

    kind: ActorKind
    label: str
    id: UUID | None

    @property
    def user_id(self) -> UUID | None:
        return self.id if self.kind in {ActorKind.CUSTOMER, ActorKind.STAFF} else None


@view(Acted)
class Actor(View[Acted]):
    """Someone or something that did a thing."""

    kind: ActorKind
    label: str = define.field(
        'Name to show, kept as it was at the time. "Erased user" after an erasure.'
    )
    user: User | None = edge(users.users_by_id, by="user_id", requires=Permission.USERS_READ)


def acted() -> Any:
    """Declare a field that shows who did what a row is of."""
    return part(Actor, Acted, kind="actor_kind", label="actor_label", id="actor_id")
