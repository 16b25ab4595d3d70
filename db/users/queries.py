"""Reading people. Every read that a caller can trigger starts at :func:`visible_to`.

The batches that take no caller serve what the caller sees already: the user of a session, the
addresses of a user on the page.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from db.access import Caller, Permission, Role, require
from db.base import Condition, by_key, fetch, fetch_value, in_order, pattern_within
from db.users.rows import ADDRESS, USER, AddressRow, UserRow

COUNTED_AT_MOST: Final = 10_000
_ANYONE: Final = Condition("TRUE")


def visible_to(caller: Caller) -> Condition:
    """Decide which rows of ``users`` the caller may see: their own, and staff all of them."""
    if caller.may(Permission.USERS_READ):
        return _ANYONE
    return Condition("users.id = {0}::uuid", (caller.user_id,))


async def visible_users_by_id(ids: Sequence[UUID], *, caller: Caller) -> list[UserRow | None]:
    """Read these users, in order; None for whom the caller may not see."""
    visible = visible_to(caller)
    rows = await fetch(
        f"SELECT {USER} FROM users WHERE users.id = ANY($1) AND {visible.numbered(2)}",
        ids,
        *visible.parameters,
    )
    return _in_order(rows, ids)


_USERS_BY_ID: Final = f"SELECT {USER} FROM users WHERE users.id = ANY($1)"


async def users_by_id(ids: Sequence[UUID]) -> list[UserRow | None]:
    """Read these users, in order, whoever asks; None where there is none."""
    return _in_order(await fetch(_USERS_BY_ID, ids), ids)


async def list_users(
    *,
    caller: Caller,
    query: str | None = None,
    roles: Sequence[Role] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[UserRow]:
    """Read a page of users, newest first: those whose email, name or phone holds the query.

    :raises NotAllowed: the caller lacks USERS_READ.
    """
    require(caller, Permission.USERS_READ)
    before = Condition("(users.created_at, users.id) < ({0}, {1})", after) if after else _ANYONE
    where, parameters = _all([*_matching(query, roles), before])
    rows = await fetch(
        f"SELECT {USER} FROM users WHERE {where}"
        f" ORDER BY users.created_at DESC, users.id DESC LIMIT ${len(parameters) + 1}",
        *parameters,
        limit,
    )
    return [UserRow.of(row) for row in rows]


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


_ADDRESSES_BY_USER: Final = (
    f"SELECT {ADDRESS} FROM address WHERE address.user_id = ANY($1)"
    " ORDER BY address.user_id, address.is_default DESC, address.id"
)


async def addresses_by_user(ids: Sequence[UUID]) -> list[list[AddressRow]]:
    """Read the addresses of these users, the default first."""
    groups = by_key(await fetch(_ADDRESSES_BY_USER, ids), list(ids), column=1)
    return [[AddressRow.of(row) for row in group] for group in groups]


async def visible_addresses_by_id(
    ids: Sequence[UUID], *, caller: Caller
) -> list[AddressRow | None]:
    """Read these addresses, in order; None for those of users whom the caller may not see."""
    visible = visible_to(caller)
    rows = await fetch(
        f"SELECT {ADDRESS} FROM address JOIN users ON users.id = address.user_id"
        f" WHERE address.id = ANY($1) AND {visible.numbered(2)}",
        ids,
        *visible.parameters,
    )
    return in_order(rows, ids, AddressRow.of)


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


def _in_order(rows: Sequence[asyncpg.Record], ids: Sequence[UUID]) -> list[UserRow | None]:
    return in_order(rows, ids, UserRow.of)
