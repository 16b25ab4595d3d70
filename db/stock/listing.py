"""The list of variants as those see it who look after the stock: by SKU, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db import catalog
from db.access import Caller, Permission, require
from db.base import Condition, fetch, fetch_value, pattern_within
from db.catalog import VariantRow
from db.rows import EVERY, Columns
from db.stock.queries import MOST_COUNTED


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantFilter:
    """What a list is narrowed to; None: not by that. What is not tracked is never short."""

    available_at_most: int | None = None
    product_id: UUID | None = None
    skus: Sequence[str] | None = None


_VARIANTS: Final = """
    variant JOIN product ON product.id = variant.product_id
            JOIN stock ON stock.variant_id = variant.id
"""


async def list_variants(
    *,
    caller: Caller,
    query: str | None,
    filter: VariantFilter,
    after: str | None,
    limit: int,
    columns: Columns = EVERY,
) -> list[VariantRow]:
    """Find variants by words of their SKU or title, in the order of their SKUs.

    ``after`` is the SKU that the page before ended with.

    :raises NotAllowed: the caller lacks STOCK_READ.
    """
    require(caller, Permission.STOCK_READ)
    found = _matching(query, filter) & Condition("variant.sku > {0}", (after or "",))
    rows = await fetch(
        f"SELECT variant.id FROM {_VARIANTS} WHERE {found.numbered(2)}"
        " ORDER BY variant.sku LIMIT $1",
        limit,
        *found.parameters,
    )
    asked = columns if columns is None else columns | {"sku"}  # their order: a cursor holds it
    variants = await catalog.variants_by_id([row[0] for row in rows], columns=asked)
    return [variant for variant in variants if variant]


async def count_variants(*, caller: Caller, query: str | None, filter: VariantFilter) -> int | None:
    """Count what :func:`list_variants` finds; None above 10,000.

    :raises NotAllowed: the caller lacks STOCK_READ.
    """
    require(caller, Permission.STOCK_READ)
    found = _matching(query, filter)
    count: int = await fetch_value(
        f"SELECT count(*) FROM (SELECT FROM {_VARIANTS} WHERE {found.numbered(2)} LIMIT $1) found",
        MOST_COUNTED + 1,
        *found.parameters,
    )
    return count if count <= MOST_COUNTED else None


def _matching(query: str | None, filter: VariantFilter) -> Condition:
    condition = Condition("TRUE")
    if words := (query or "").split():
        condition &= Condition(
            "concat_ws(' ', variant.sku, variant.title, product.title) ILIKE ALL({0}::text[])",
            ([pattern_within(word) for word in words],),
        )
    if filter.available_at_most is not None:
        condition &= Condition(
            "(variant.track_stock AND stock.on_hand - stock.reserved <= {0})",
            (filter.available_at_most,),
        )
    if filter.product_id is not None:
        condition &= Condition("variant.product_id = {0}", (filter.product_id,))
    if filter.skus is not None:
        condition &= Condition("variant.sku = ANY({0})", (list(filter.skus),))
    return condition
