"""Making variants and changing them. Their product's row is locked meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from db import events, ids, shop
from db.access import Caller, Permission, require
from db.base import atomically, fetch, fetch_value
from db.catalog.fields import (
    MOST_VARIANTS,
    VariantFields,
    missing,
    variant_columns,
    variant_faults,
)
from db.catalog.index import refresh
from db.catalog.models import Product, ProductStatus, Variant
from db.catalog.slugs import refuse_taken
from db.catalog.versions import locked_product, save_product
from db.errors import Code, InvalidState, Path, Refusal, Refusals, VersionConflict
from db.events import Claim, Outcome

_SKU_TAKEN: Final = "Another variant has this SKU."


async def create_variant(
    *,
    caller: Caller,
    now: datetime,
    product_id: UUID,
    fields: VariantFields,
    claim: Claim | None = None,
) -> Outcome:
    """Add a variant to a product; the outcome's ids are ``product`` and ``variant``.

    :raises Refusal: see :func:`add_variant`.
    """

    async def work() -> Outcome:
        variant_id = await add_variant(caller=caller, now=now, product_id=product_id, fields=fields)
        return Outcome({"product": str(product_id), "variant": str(variant_id)})

    return await events.once(claim, now, work)


async def add_variant(
    *, caller: Caller, now: datetime, product_id: UUID, fields: VariantFields
) -> UUID:
    """Add a variant to a product inside the open transaction.

    :raises Refusal: NOT_FOUND, TOO_MANY.
    :raises Refusals: a field is missing or not valid, or the SKU is taken.
    """
    require(caller, Permission.CATALOG_WRITE)
    product = await locked_product(product_id, path=("product_id",))
    places: list[Path] = [("input",)]
    await check_new_variants([fields], places)
    (variant_id,) = await insert_variants(product, [fields], places, now)
    await save_product(product, now)
    await refresh([product.id])
    changes = events.made({"product_id": product.typeid, **variant_columns(fields)})
    subject = ids.encode(Variant.prefix, variant_id)
    await events.audit(caller, "variantCreate", subject, changes, now=now)
    return variant_id


async def update_variant(
    *, caller: Caller, now: datetime, id: UUID, fields: VariantFields, if_version: int
) -> Outcome:
    """Change a variant; without any difference nothing is written.

    Carts follow at once, orders keep what was bought.

    :raises Refusal: NOT_FOUND, TAKEN; IN_USE for ``track_stock`` once stock has moved.
    :raises Refusals: a field is cleared that is needed, or a price is not one of this shop.
    :raises InvalidState: it is the last active variant of a published product.
    :raises VersionConflict: it was changed since it was read.
    """
    require(caller, Permission.CATALOG_WRITE)

    async def work() -> Outcome:
        product, variant = await _locked_variant(id, if_version)
        columns = await _checked(fields)
        changes = events.apply(variant, columns)
        if changes:
            await _check_change(product, variant, changes)
            variant.version += 1
            with refuse_taken("one_variant_per_sku", _SKU_TAKEN, ("input", "sku")):
                await variant.save(update_fields=[*changes, "version"])
            await save_product(product, now)
            await refresh([product.id])
            await events.audit(caller, "variantUpdate", variant.typeid, changes, now=now)
        return Outcome({"product": str(product.id), "variant": str(id)})

    return await atomically(work)


async def _locked_variant(id: UUID, if_version: int) -> tuple[Product, Variant]:
    product_id = await fetch_value("SELECT product_id FROM variant WHERE id = $1", id)
    if product_id is None:
        raise Refusal(Code.NOT_FOUND, "There is no such variant.", ("id",))
    product = await locked_product(product_id)
    variant = await Variant.get(id=id)
    if variant.version != if_version:
        raise VersionConflict(variant.version)
    return product, variant


async def _checked(fields: VariantFields) -> dict[str, Any]:
    currency = (await shop.settings()).currency
    if faults := list(variant_faults(fields, currency, ("input",))):
        raise Refusals(faults)
    return variant_columns(fields)


async def _check_change(product: Product, variant: Variant, changes: Mapping[str, Any]) -> None:
    if "track_stock" in changes and await _has_moved(variant.id):
        message = "Its stock has moved: this cannot change any more."
        raise Refusal(Code.IN_USE, message, ("input", "track_stock"))
    is_withdrawn = "active" in changes and not variant.active
    if is_withdrawn and product.status is ProductStatus.PUBLISHED:
        others = "SELECT EXISTS (SELECT FROM variant WHERE product_id = $1 AND id <> $2 AND active)"
        if not await fetch_value(others, product.id, variant.id):
            raise InvalidState(
                "A published product has an active variant. Take the product back to DRAFT.",
                current=product.status,
                allowed=[ProductStatus.DRAFT, ProductStatus.ARCHIVED],
                path=("input", "active"),
            )


async def _has_moved(variant_id: UUID) -> bool:
    """Whether its stock was ever counted, promised or sold.

    The table belongs to the context above. But the answer has to be found here, under the lock:
    FOR UPDATE waits for a movement that is just being written, which refers to the variant.
    """
    await fetch("SELECT FROM variant WHERE id = $1 FOR UPDATE", variant_id)
    moved: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM stock_movement WHERE variant_id = $1)", variant_id
    )
    return moved


# --- new variants, one or many --------------------------------------------------------------------


async def check_new_variants(variants: Sequence[VariantFields], places: Sequence[Path]) -> None:
    """Check the fields of new variants, all at once, each at its place in the call.

    :raises Refusals: a field is missing or not valid; TAKEN for a SKU that is given twice.
    """
    currency = (await shop.settings()).currency
    if faults := list(_faults_of_new(variants, places, currency)):
        raise Refusals(faults)


def _faults_of_new(
    variants: Sequence[VariantFields], places: Sequence[Path], currency: str
) -> Iterator[Refusal]:
    skus = set()
    for fields, place in zip(variants, places, strict=True):
        needed = tuple(name for name in ("sku", "price") if name not in fields)
        yield from missing(fields, needed, place)
        yield from variant_faults(fields, currency, place)
        if fields.get("sku") in skus:
            yield Refusal(Code.TAKEN, _SKU_TAKEN, (*place, "sku"))
        skus.add(fields.get("sku", object()))


_INSERT: Final = """
    INSERT INTO variant (id, product_id, sku, title, options, price, compare_at_price, tax_class,
                         weight_grams, active, track_stock, low_at, position, created_at)
    SELECT new.id, $1, new.sku, coalesce(new.title, ''), coalesce(new.options, '[]'), new.price,
           new.compare_at_price, coalesce(new.tax_class, 'standard'), new.weight_grams,
           coalesce(new.active, true), coalesce(new.track_stock, true), new.low_at,
           coalesce(new.position, new.place), $2
      FROM jsonb_to_recordset($3::text::jsonb)
        AS new(id uuid, sku text, title text, options jsonb, price bigint, compare_at_price bigint,
               tax_class text, weight_grams int, active boolean, track_stock boolean, low_at int,
               position int, place int)
     ORDER BY new.sku
    ON CONFLICT (sku) DO NOTHING
    RETURNING id
"""
"""In order of SKU, so that two who make the same ones wait for each other in one direction."""


async def insert_variants(
    product: Product, variants: Sequence[VariantFields], places: Sequence[Path], now: datetime
) -> list[UUID]:
    """Insert variants at the end of a product whose row is locked, in one statement.

    :raises Refusal: TOO_MANY.
    :raises Refusals: TAKEN for each SKU that another variant has, or was just given.
    """
    before: int = await fetch_value(
        "SELECT count(*) FROM variant WHERE product_id = $1", product.id
    )
    if before + len(variants) > MOST_VARIANTS:
        raise Refusal(Code.TOO_MANY, f"A product has at most {MOST_VARIANTS} variants.")
    rows = [
        {**variant_columns(fields), "id": ids.new(), "place": before + index}
        for index, fields in enumerate(variants)
    ]
    made = await fetch(_INSERT, product.id, now, orjson.dumps(rows).decode())
    inserted = {row["id"] for row in made}
    if len(inserted) < len(rows):
        raise Refusals(
            [
                Refusal(Code.TAKEN, _SKU_TAKEN, (*place, "sku"))
                for row, place in zip(rows, places, strict=True)
                if row["id"] not in inserted
            ]
        )
    return [row["id"] for row in rows]
