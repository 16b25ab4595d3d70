"""Reading the catalog. Every read that a caller can trigger starts at :func:`visible_to`.

The batches that take no caller serve what the caller sees already: the variants of a product on
the page, the product of a line in the cart.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from db.access import Caller, Permission
from db.base import Condition, by_key, rows_in_order
from db.catalog.rows import CategoryRow, ProductRow, VariantRow
from db.clock import microseconds
from db.rows import EVERY, Columns, Select


def visible_to(caller: Caller, now: datetime) -> Condition:
    """Decide which rows of ``product`` the caller may see: what is published, and staff everything.

    The time is compared in the query, so that no job can be late.
    """
    if caller.may(Permission.CATALOG_WRITE):
        return Condition("TRUE")
    return published(now)


def published(now: datetime) -> Condition:
    """Decide which rows of ``product`` are on show."""
    return Condition("(product.status = 'PUBLISHED' AND product.published_at <= {0})", (now,))


def for_sale(now: datetime) -> Condition:
    """Decide which rows of ``variant``, joined with their ``product``, anyone may buy."""
    on_show = published(now)
    return Condition(f"({on_show.sql} AND variant.active)", on_show.parameters)


# --- products -----------------------------------------------------------------------------------


def _products(key: str, visible: Condition) -> Select[ProductRow]:
    return _selects(f"FROM product WHERE {key} AND {visible.numbered(2)}")


@cache
def _selects(rest: str) -> Select[ProductRow]:
    """Keep the statement of each of the few texts that there are."""
    return Select(ProductRow, rest)


async def product(
    *,
    caller: Caller,
    now: datetime,
    id: UUID | None = None,
    slug: str | None = None,
    columns: Columns = EVERY,
) -> ProductRow | None:
    """Find a product that the caller may see, by its id or by its slug."""
    column, key = ("slug", slug) if id is None else ("id", id)
    visible = visible_to(caller, now)
    products = _products(f"product.{column} = $1", visible)
    rows = await products.fetch(columns, key, *visible.parameters)
    return rows[0] if rows else None


async def visible_products_by_id(
    ids: Sequence[UUID], *, caller: Caller, now: datetime, columns: Columns = EVERY
) -> list[ProductRow | None]:
    """Read these products, in order; None for what the caller may not see."""
    visible = visible_to(caller, now)
    products = _products("product.id = ANY($1)", visible)
    return rows_in_order(await products.fetch(columns, ids, *visible.parameters), ids)


_PRODUCTS_BY_ID: Final = Select(ProductRow, "FROM product WHERE product.id = ANY($1)")


async def products_by_id(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[ProductRow | None]:
    """Read these products, in order, whoever asks; None where there is none."""
    return rows_in_order(await _PRODUCTS_BY_ID.fetch(columns, ids), ids)


# --- variants -----------------------------------------------------------------------------------

_VARIANTS: Final = "FROM variant {joins}"
_IN_SHOP_ORDER: Final = "ORDER BY variant.product_id, variant.position, variant.id"
_VARIANTS_BY_PRODUCT: Final = Select(
    VariantRow,
    _VARIANTS + f" WHERE variant.product_id = ANY($1) {_IN_SHOP_ORDER}",
    keys=("product_id",),
)
_ACTIVE_BY_PRODUCT: Final = Select(
    VariantRow,
    _VARIANTS + f" WHERE variant.product_id = ANY($1) AND variant.active {_IN_SHOP_ORDER}",
    keys=("product_id",),
)


async def variants_by_product(
    ids: Sequence[UUID], *, active_only: bool = False, columns: Columns = EVERY
) -> list[list[VariantRow]]:
    """Read the variants of these products in shop order; shoppers see only the active ones."""
    variants = _ACTIVE_BY_PRODUCT if active_only else _VARIANTS_BY_PRODUCT
    return by_key(await variants.fetch(columns, ids), ids, "product_id")


_VARIANTS_BY_ID: Final = Select(VariantRow, f"{_VARIANTS} WHERE variant.id = ANY($1)")


async def variants_by_id(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[VariantRow | None]:
    """Read these variants, in order, whoever asks; None where there is none."""
    return rows_in_order(await _VARIANTS_BY_ID.fetch(columns, ids), ids)


async def visible_variants_by_id(
    ids: Sequence[UUID], *, caller: Caller, now: datetime, columns: Columns = EVERY
) -> list[VariantRow | None]:
    """Read these variants, in order; None for what the caller may not see."""
    everything = caller.may(Permission.CATALOG_WRITE) or caller.may(Permission.STOCK_READ)
    asked, now_us = columns if columns is None else columns | {"sold_from"}, microseconds(now)
    return [
        row if row and (everything or row.sold_from <= now_us) else None
        for row in await variants_by_id(ids, columns=asked)
    ]


# --- categories ---------------------------------------------------------------------------------

_TREE: Final = Select(
    CategoryRow,
    """
    FROM (
        WITH RECURSIVE tree AS (
            SELECT id, ARRAY[(position, id)] AS path FROM category WHERE parent_id IS NULL
            UNION ALL
            SELECT child.id, tree.path || (child.position, child.id)
              FROM category child JOIN tree ON child.parent_id = tree.id
        ) SELECT id, path FROM tree
    ) AS tree JOIN category USING (id) ORDER BY tree.path
    """,
)


async def categories(*, columns: Columns = EVERY) -> list[CategoryRow]:
    """Read the whole tree, each branch before what grows on it."""
    return await _TREE.fetch(columns)


_BY_SLUG: Final = Select(CategoryRow, "FROM category WHERE slug = $1")


async def category(slug: str, *, columns: Columns = EVERY) -> CategoryRow | None:
    """Find a category by its slug."""
    rows = await _BY_SLUG.fetch(columns, slug)
    return rows[0] if rows else None


_CATEGORIES_BY_ID: Final = Select(CategoryRow, "FROM category WHERE id = ANY($1)")


async def categories_by_id(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[CategoryRow | None]:
    """Read these categories, in order; None where there is none."""
    return rows_in_order(await _CATEGORIES_BY_ID.fetch(columns, ids), ids)


_CHILDREN: Final = Select(
    CategoryRow,
    "FROM category WHERE parent_id = ANY($1) ORDER BY parent_id, position, id",
    keys=("parent_id",),
)


async def categories_by_parent(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[CategoryRow]]:
    """Read what grows directly on these categories."""
    return by_key(await _CHILDREN.fetch(columns, ids), ids, "parent_id")


_CATEGORIES_OF: Final = Select(
    CategoryRow,
    """, product_category.product_id
      FROM product_category JOIN category ON category.id = product_category.category_id
     WHERE product_category.product_id = ANY($1)
     ORDER BY product_category.product_id, category.title, category.id""",
)


async def categories_by_product(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[CategoryRow]]:
    """Read the categories that these products are in, by title."""
    return by_key(await _CATEGORIES_OF.fetch(columns, ids), ids, "product_id")
