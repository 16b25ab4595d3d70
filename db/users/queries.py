"""Reading people. Every read that a caller can trigger starts at :func:`visible_to`.

The batches that take no caller serve what the caller sees already: the user of a session, the
addresses of a user on the page.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from db.access import Caller, Permission, Role, require
from db.base import Condition, by_key, fetch_value, pattern_within, rows_in_order
from db.rows import EVERY, Columns, Select
from db.users.rows import AddressRow, UserRow

COUNTED_AT_MOST: Final = 10_000
_ANYONE: Final = Condition("TRUE")


def visible_to(caller: Caller) -> Condition:
    """Decide which rows of ``users`` the caller may see: their own, and staff all of them."""
    if caller.may(Permission.USERS_READ):
        return _ANYONE
    return Condition("users.id = {0}::uuid", (caller.user_id,))


@cache
def _users(where: str) -> Select[UserRow]:
    """Keep the statement of each of the few conditions that there are."""
    return Select(UserRow, f"FROM users WHERE {where}", keys=("id", "created_at"))


async def visible_users_by_id(
    ids: Sequence[UUID], *, caller: Caller, columns: Columns = EVERY
) -> list[UserRow | None]:
    """Read these users, in order; None for whom the caller may not see."""
    visible = visible_to(caller)
    wanted = _users(f"users.id = ANY($1) AND {visible.numbered(2)}")
    return rows_in_order(await wanted.fetch(columns, ids, *visible.parameters), ids)


async def users_by_id(ids: Sequence[UUID], *, columns: Columns = EVERY) -> list[UserRow | None]:
    """Read these users, in order, whoever asks; None where there is none."""
    return rows_in_order(await _users("users.id = ANY($1)").fetch(columns, ids), ids)


async def list_users(
    *,
    caller: Caller,
    query: str | None = None,
    roles: Sequence[Role] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
    columns: Columns = EVERY,
) -> list[UserRow]:
    """Read a page of users, newest first: those whose email, name or phone holds the query.

    :raises NotAllowed: the caller lacks USERS_READ.
    """
    require(caller, Permission.USERS_READ)
    before = Condition("(users.created_at, users.id) < ({0}, {1})", after) if after else _ANYONE
    where, parameters = _all([*_matching(query, roles), before])
    page = f"{where} ORDER BY users.created_at DESC, users.id DESC LIMIT ${len(parameters) + 1}"
    return await _users(page).fetch(columns, *parameters, limit)


async def count_users(
    *, caller: Caller, query: str | None = None, roles: Sequence[Role] | None = None
) -> int | None:
    """Count the users that :func:`list_users` pages through; None above 10,000.

    :raises NotAllowed: the caller lacks USERS_READ.
    """
    require(caller, Permission.USERS_READ)
    where, parameters = _all(_matching(query, roles))
    count: int = await fetch_value(
        f"SELECT count(*) FROM (SELECT 1 FROM users WHERE {where} LIMIT {COUNTED_AT_MOST + 1}) t",
        *parameters,
    )
    return count if count <= COUNTED_AT_MOST else None


_ADDRESSES_BY_USER: Final = Select(
    AddressRow,
    "FROM address WHERE address.user_id = ANY($1)"
    " ORDER BY address.user_id, address.is_default DESC, address.id",
    keys=("user_id",),
)


async def addresses_by_user(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[AddressRow]]:
    """Read the addresses of these users, the default first."""
    return by_key(await _ADDRESSES_BY_USER.fetch(columns, ids), ids, "user_id")


@cache
def _seen_addresses(seen: str) -> Select[AddressRow]:
    joined = "address JOIN users ON users.id = address.user_id"
    return Select(AddressRow, f"FROM {joined} WHERE address.id = ANY($1) AND {seen}")


async def visible_addresses_by_id(
    ids: Sequence[UUID], *, caller: Caller, columns: Columns = EVERY
) -> list[AddressRow | None]:
    """Read these addresses, in order; None for those of users whom the caller may not see."""
    visible = visible_to(caller)
    addresses = _seen_addresses(visible.numbered(2))
    return rows_in_order(await addresses.fetch(columns, ids, *visible.parameters), ids)


def _matching(query: str | None, roles: Sequence[Role] | None) -> list[Condition]:
    conditions = []
    if query and query.strip():
        pattern = pattern_within(query.strip())
        conditions.append(
            Condition(
                "(users.email ILIKE {0} OR users.name ILIKE {0} OR users.phone ILIKE {0})",
                (pattern,),
            )
        )
    if roles is not None:
        conditions.append(Condition("users.role = ANY({0})", ([role.value for role in roles],)))
    return conditions


def _all(conditions: Sequence[Condition]) -> tuple[str, list[object]]:
    """Join conditions into one, with their parameters in order."""
    parts: list[str] = []
    parameters: list[object] = []
    for condition in conditions:
        parts.append(condition.numbered(len(parameters) + 1))
        parameters += condition.parameters
    return " AND ".join(parts) or "TRUE", parameters
