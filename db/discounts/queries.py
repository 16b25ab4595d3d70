"""Reads of discounts, for those who look after them. Shoppers know a code, or nothing."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from db.access import Caller, Permission, require
from db.base import Condition, fetch_value, pattern_within, rows_in_order
from db.discounts.rows import DiscountRow
from db.rows import EVERY, Columns, Select

MOST_COUNTED: Final = 10_000
"""Rows: more than these are not counted."""

_ALL: Final = Condition("true")


async def list_discounts(
    *,
    caller: Caller,
    query: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
    columns: Columns = EVERY,
) -> list[DiscountRow]:
    """Read the newest discounts, after the place a cursor holds; ``query`` is a part of a code.

    :raises NotAllowed: the caller lacks DISCOUNTS_WRITE.
    """
    require(caller, Permission.DISCOUNTS_WRITE)
    older = Condition("(discount.created_at, discount.id) < ({0}, {1})", after) if after else _ALL
    wanted = _matching(query) & older
    return await _page(wanted.numbered(2)).fetch(columns, limit, *wanted.parameters)


@cache
def _page(where: str) -> Select[DiscountRow]:
    """Keep the statement of each of the few conditions that there are."""
    newest_first = "ORDER BY discount.created_at DESC, discount.id DESC LIMIT $1"
    rest = f"FROM discount WHERE {where} {newest_first}"
    return Select(DiscountRow, rest, keys=("id", "created_at"))


async def count_discounts(*, caller: Caller, query: str | None = None) -> int | None:
    """Count the discounts that :func:`list_discounts` pages through; None above 10,000.

    :raises NotAllowed: the caller lacks DISCOUNTS_WRITE.
    """
    require(caller, Permission.DISCOUNTS_WRITE)
    wanted = _matching(query)
    count: int = await fetch_value(
        f"SELECT count(*) FROM (SELECT FROM discount WHERE {wanted.numbered(1)}"
        f" LIMIT {MOST_COUNTED + 1}) counted",
        *wanted.parameters,
    )
    return count if count <= MOST_COUNTED else None


_BY_ID: Final = Select(DiscountRow, "FROM discount WHERE discount.id = ANY($1)")


async def discounts_by_id(
    ids: Sequence[UUID], *, caller: Caller, columns: Columns = EVERY
) -> list[DiscountRow | None]:
    """Read these discounts, in order; None for all of them where the caller may not see them."""
    if not caller.may(Permission.DISCOUNTS_WRITE):
        return [None for _ in ids]
    return rows_in_order(await _BY_ID.fetch(columns, ids), ids)


def _matching(query: str | None) -> Condition:
    part = (query or "").strip()
    return Condition("discount.code ILIKE {0}", (pattern_within(part),)) if part else _ALL
