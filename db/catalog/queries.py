"""Reading the catalog. Every read that a caller can trigger starts at :func:`visible_to`.

The batches that take no caller serve what the caller sees already: the variants of a product on
the page, the product of a line in the cart.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db.access import Caller, Permission
from db.base import Condition, by_key, fetch, in_order
from db.catalog.rows import CATEGORY, PRODUCT, VARIANT, CategoryRow, ProductRow, VariantRow


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


async def product(
    *, caller: Caller, now: datetime, id: UUID | None = None, slug: str | None = None
) -> ProductRow | None:
    """Find a product that the caller may see, by its id or by its slug."""
    column, key = ("slug", slug) if id is None else ("id", id)
    visible = visible_to(caller, now)
    rows = await fetch(
        f"SELECT {PRODUCT} FROM product WHERE product.{column} = $1 AND {visible.numbered(2)}",
        key,
        *visible.parameters,
    )
    return ProductRow.of(rows[0]) if rows else None


async def visible_products_by_id(
    ids: Sequence[UUID], *, caller: Caller, now: datetime
) -> list[ProductRow | None]:
    """Read these products, in order; None for what the caller may not see."""
    visible = visible_to(caller, now)
    rows = await fetch(
        f"SELECT {PRODUCT} FROM product WHERE product.id = ANY($1) AND {visible.numbered(2)}",
        ids,
        *visible.parameters,
    )
    return in_order(rows, ids, ProductRow.of)


_PRODUCTS_BY_ID: Final = f"SELECT {PRODUCT} FROM product WHERE product.id = ANY($1)"


async def products_by_id(ids: Sequence[UUID]) -> list[ProductRow | None]:
    """Read these products, in order, whoever asks; None where there is none."""
    return in_order(await fetch(_PRODUCTS_BY_ID, ids), ids, ProductRow.of)


# --- variants -----------------------------------------------------------------------------------

_VARIANTS: Final = f"SELECT {VARIANT} FROM variant JOIN product ON product.id = variant.product_id"
_IN_SHOP_ORDER: Final = "ORDER BY variant.product_id, variant.position, variant.id"
_VARIANTS_BY_PRODUCT: Final = f"{_VARIANTS} WHERE variant.product_id = ANY($1) {_IN_SHOP_ORDER}"
_ACTIVE_BY_PRODUCT: Final = (
    f"{_VARIANTS} WHERE variant.product_id = ANY($1) AND variant.active {_IN_SHOP_ORDER}"
)


async def variants_by_product(ids: Sequence[UUID]) -> list[list[VariantRow]]:
    """Read the variants of these products, in shop order."""
    return await _variants_of(ids, _VARIANTS_BY_PRODUCT)


async def active_variants_by_product(ids: Sequence[UUID]) -> list[list[VariantRow]]:
    """Read the variants that shoppers see of these products, in shop order."""
    return await _variants_of(ids, _ACTIVE_BY_PRODUCT)


async def _variants_of(ids: Sequence[UUID], statement: str) -> list[list[VariantRow]]:
    groups = by_key(await fetch(statement, ids), list(ids), column=1)
    return [[VariantRow.of(row) for row in group] for group in groups]


_VARIANTS_BY_ID: Final = f"{_VARIANTS} WHERE variant.id = ANY($1)"


async def variants_by_id(ids: Sequence[UUID]) -> list[VariantRow | None]:
    """Read these variants, in order, whoever asks; None where there is none."""
    return in_order(await fetch(_VARIANTS_BY_ID, ids), ids, VariantRow.of)


async def visible_variants_by_id(
    ids: Sequence[UUID], *, caller: Caller, now: datetime
) -> list[VariantRow | None]:
    """Read these variants, in order; None for what the caller may not see."""
    everything = caller.may(Permission.CATALOG_WRITE) or caller.may(Permission.STOCK_READ)
    return [
        row if row and (everything or row.is_for_sale(now)) else None
        for row in await variants_by_id(ids)
    ]


# --- categories ---------------------------------------------------------------------------------

_TREE: Final = f"""
    WITH RECURSIVE tree AS (
        SELECT id, ARRAY[(position, id)] AS path FROM category WHERE parent_id IS NULL
        UNION ALL
        SELECT child.id, tree.path || (child.position, child.id)
          FROM category child JOIN tree ON child.parent_id = tree.id
    )
    SELECT {CATEGORY} FROM category JOIN tree USING (id) ORDER BY tree.path
"""


async def categories() -> list[CategoryRow]:
    """Read the whole tree, each branch before what grows on it."""
    return [CategoryRow(*row) for row in await fetch(_TREE)]


_BY_SLUG: Final = f"SELECT {CATEGORY} FROM category WHERE slug = $1"


async def category(slug: str) -> CategoryRow | None:
    """Find a category by its slug."""
    rows = await fetch(_BY_SLUG, slug)
    return CategoryRow(*rows[0]) if rows else None


_CATEGORIES_BY_ID: Final = f"SELECT {CATEGORY} FROM category WHERE id = ANY($1)"


async def categories_by_id(ids: Sequence[UUID]) -> list[CategoryRow | None]:
    """Read these categories, in order; None where there is none."""
    return in_order(await fetch(_CATEGORIES_BY_ID, ids), ids, lambda row: CategoryRow(*row))


_CHILDREN: Final = f"""
    SELECT {CATEGORY} FROM category WHERE parent_id = ANY($1) ORDER BY parent_id, position, id
"""


async def categories_by_parent(ids: Sequence[UUID]) -> list[list[CategoryRow]]:
    """Read what grows directly on these categories."""
    groups = by_key(await fetch(_CHILDREN, ids), list(ids), column=3)
    return [[CategoryRow(*row) for row in group] for group in groups]


_CATEGORIES_OF: Final = f"""
    SELECT product_category.product_id, {CATEGORY}
      FROM product_category JOIN category ON category.id = product_category.category_id
     WHERE product_category.product_id = ANY($1)
     ORDER BY product_category.product_id, category.title, category.id
"""


async def categories_by_product(ids: Sequence[UUID]) -> list[list[CategoryRow]]:
    """Read the categories that these products are in, by title."""
    groups = by_key(await fetch(_CATEGORIES_OF, ids), list(ids))
    return [[CategoryRow(*row[1:]) for row in group] for group in groups]
