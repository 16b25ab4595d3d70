"""Finding people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from db import users
from db.access import Permission, Role
from schema import define
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Context, Info
from schema.ids import Finder, Node
from schema.inputs import Search
from schema.resolvers import resolver
from schema.users.types import SavedAddress, User

NEWEST: Final = Keyset("users newest", datetime, UUID)


@define.type
class UsersQuery:
    @resolver()
    async def viewer(self, info: Info) -> User | None:
        """The signed-in user. Null for guests and API keys."""
        caller = info.context.caller
        row = caller.read
        if row is None and caller.user_id is not None:
            row = await info.context.load(users.users_by_id, caller.user_id)
        return User.of(row) if row else None

    @resolver(requires=Permission.USERS_READ)
    async def users(
        self,
        info: Info,
        query: Search | None = None,
        roles: Annotated[list[Role], Field(max_length=len(Role))] | None = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[User] | None:
        caller = info.context.caller
        rows = await users.list_users(
            caller=caller,
            query=query,
            roles=roles,
            after=NEWEST.read(after),
            limit=(first or DEFAULT_PAGE) + 1,
            columns=info.context.needs(users.UserRow),
        )
        return Connection[User].of(
            rows,
            first,
            after,
            keyset=NEWEST,
            key=lambda row: (row.created_at, row.id),
            node=User.of,
            count=lambda: users.count_users(caller=caller, query=query, roles=roles),
        )


async def find_users(ids: Sequence[UUID], context: Context) -> list[Node | None]:
    """Find users whom the caller may see."""
    columns = context.needs(users.UserRow)
    rows = await users.visible_users_by_id(ids, caller=context.caller, columns=columns)
    return [User.of(row) if row else None for row in rows]


async def find_addresses(ids: Sequence[UUID], context: Context) -> list[Node | None]:
    """Find saved addresses of users whom the caller may see."""
    columns = context.needs(users.AddressRow)
    rows = await users.visible_addresses_by_id(ids, caller=context.caller, columns=columns)
    return [SavedAddress.of(row) if row else None for row in rows]


FINDERS: Final[Mapping[str, Finder]] = {
    users.User.prefix: find_users,
    users.Address.prefix: find_addresses,
}
