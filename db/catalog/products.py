"""Making products and changing what they say: one version at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from db import events, ids
from db.access import Caller, Permission, require
from db.base import atomically, execute, fetch
from db.catalog.fields import ProductFields, VariantFields, cleared, missing
from db.catalog.index import refresh
from db.catalog.models import Category, Product
from db.catalog.slugs import free_slug, refuse_taken
from db.catalog.variants import check_new_variants, insert_variants
from db.catalog.versions import announce, locked_product, save_product
from db.errors import Code, Path, Refusal, Refusals
from db.events import Changes, Claim, Outcome

_SLUG: Final = ("one_product_per_slug", "Another product has this slug.", ("input", "slug"))


async def create_product(
    *,
    caller: Caller,
    now: datetime,
    fields: ProductFields,
    variants: Sequence[VariantFields],
    claim: Claim | None = None,
) -> Outcome:
    """Make a product as DRAFT, with its variants; the outcome's id is ``product``.

    :raises Refusals: see :func:`add_product`.
    """

    async def work() -> Outcome:
        product_id, _ = await add_product(caller=caller, now=now, fields=fields, variants=variants)
        return Outcome({"product": str(product_id)})

    return await events.once(claim, now, work)


async def add_product(
    *, caller: Caller, now: datetime, fields: ProductFields, variants: Sequence[VariantFields]
) -> tuple[UUID, list[UUID]]:
    """Make a product inside the open transaction; return its id and its variants', in order.

    :raises Refusals: a field is missing or not valid, a SKU is taken, a category is not there.
    :raises Refusal: the slug is taken.
    """
    require(caller, Permission.CATALOG_WRITE)
    _check(fields, variants)
    places: list[Path] = [("variants", index) for index in range(len(variants))]
    await check_new_variants(variants, places)
    columns = cleared(fields)
    category_ids = columns.pop("category_ids", [])
    columns["slug"] = columns.get("slug") or await free_slug("product", columns["title"])
    with refuse_taken(*_SLUG):
        product = await Product.create(
            **columns, price_min=0, price_max=0, created_at=now, updated_at=now
        )
    await _put_into(product, category_ids)
    variant_ids = await insert_variants(product, variants, places, now)
    await refresh([product.id])
    changes = events.made(
        {**columns, "category_ids": _typeids(category_ids), "variants": len(variants)}
    )
    await events.audit(caller, "productCreate", product.typeid, changes, now=now)
    await announce(product, now)
    return product.id, variant_ids


def _check(fields: ProductFields, variants: Sequence[VariantFields]) -> None:
    faults = list(missing(fields, ("title",), ("input",)))
    if not variants:
        message = "A product has at least one variant."
        faults.append(Refusal(Code.REQUIRED, message, ("variants",)))
    if faults:
        raise Refusals(faults)


async def update_product(
    *, caller: Caller, now: datetime, id: UUID, fields: ProductFields, if_version: int
) -> Outcome:
    """Change what a product says; without any difference nothing is written.

    :raises Refusal: NOT_FOUND, TAKEN.
    :raises Refusals: the title is cleared; a category is not there.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.CATALOG_WRITE)
    if "title" in fields and (faults := list(missing(fields, ("title",), ("input",)))):
        raise Refusals(faults)

    async def work() -> Outcome:
        product = await locked_product(id, if_version)
        columns = cleared(fields)
        category_ids = columns.pop("category_ids", None)
        if "slug" in columns and columns["slug"] is None:
            columns["slug"] = await free_slug("product", columns.get("title", product.title))
        changed = events.apply(product, columns)
        moved = {} if category_ids is None else await _put_into(product, category_ids)
        if changed or moved:
            with refuse_taken(*_SLUG):
                await save_product(product, now, changed)
            await refresh([product.id])
            changes = {**changed, **moved}
            await events.audit(caller, "productUpdate", product.typeid, changes, now=now)
        return Outcome({"product": str(id)})

    return await atomically(work)


_CATEGORIES_OF: Final = (
    "SELECT category_id FROM product_category WHERE product_id = $1 ORDER BY category_id"
)


async def _put_into(product: Product, category_ids: Sequence[UUID]) -> Changes:
    """Put a product into exactly these categories.

    :raises Refusals: NOT_FOUND for each that is not there.
    """
    await _lock_categories(category_ids)
    before = [row[0] for row in await fetch(_CATEGORIES_OF, product.id)]
    await execute(
        "DELETE FROM product_category WHERE product_id = $1 AND category_id <> ALL($2)",
        product.id,
        category_ids,
    )
    await execute(
        "INSERT INTO product_category (product_id, category_id)"
        " SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING",
        product.id,
        category_ids,
    )
    after = sorted(set(category_ids))
    return {} if before == after else {"category_ids": [_typeids(before), _typeids(after)]}


def _typeids(category_ids: Sequence[UUID]) -> list[str]:
    return [ids.encode(Category.prefix, each) for each in category_ids]


async def _lock_categories(category_ids: Sequence[UUID]) -> None:
    """Keep these categories from being deleted until the transaction ends."""
    found = {
        row[0]
        for row in await fetch(
            "SELECT id FROM category WHERE id = ANY($1) ORDER BY id FOR KEY SHARE", category_ids
        )
    }
    faults = [
        Refusal(Code.NOT_FOUND, "There is no such category.", ("input", "category_ids", index))
        for index, category_id in enumerate(category_ids)
        if category_id not in found
    ]
    if faults:
        raise Refusals(faults)
