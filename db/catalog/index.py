"""What is kept beside the products so that lists are fast: their prices' range and their words."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from db.base import execute, fetch
from db.catalog.words import folded, lexeme

Statement: TypeAlias = Callable[..., Awaitable[Any]]
"""Runs a statement: its text, then its arguments."""

_BATCH: Final = 1_000

_SOURCES: Final = """
    SELECT product.id, product.title, product.description, product.attributes,
           array_agg(variant.sku), array_agg(variant.title), jsonb_agg(variant.options),
           coalesce(min(variant.price) FILTER (WHERE variant.active), min(variant.price)),
           coalesce(max(variant.price) FILTER (WHERE variant.active), max(variant.price))
      FROM product JOIN variant ON variant.product_id = product.id
     WHERE product.id = ANY($1)
     GROUP BY product.id
"""
_KEEP: Final = """
    UPDATE product SET price_min = new.price_min, price_max = new.price_max, search =
           setweight(to_tsvector('english', new.title), 'A')
        || setweight(to_tsvector('english', new.details), 'B')
        || new.skus::tsvector
        || setweight(to_tsvector('english', new.description), 'C')
      FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
                  $7::text[])
        AS new(id, price_min, price_max, title, details, skus, description)
     WHERE product.id = new.id
"""


async def refresh(
    product_ids: Sequence[UUID], *, fetch: Statement = fetch, execute: Statement = execute
) -> None:
    """Bring the price range and the search words of products up to date with what they are made of.

    Every verb here does so in its own transaction. Whoever fills the tables in bulk, over a
    connection of its own, calls it after with the two functions of that connection.
    """
    for start in range(0, len(product_ids), _BATCH):
        rows = await fetch(_SOURCES, product_ids[start : start + _BATCH])
        await execute(_KEEP, *zip(*map(_kept, rows), strict=True))


def _kept(row: asyncpg.Record) -> tuple[UUID, int, int, str, str, str, str]:
    product_id, title, description, attributes, skus, titles, options, low, high = row
    pairs = [*orjson.loads(attributes), *(pair for some in orjson.loads(options) for pair in some)]
    named = [text for pair in pairs for text in pair.values()]
    return (
        product_id,
        low,
        high,
        folded([title]),
        folded([*named, *titles, *skus]),
        " ".join(f"{lexeme(sku)}:1B" for sku in skus),
        folded([description]),
    )
