"""Rows of the catalog."""

import json
from uuid import UUID

from db.seeds.past import Ids
from db.seeds.sheets.book import Book, Rows, pairs, sheet


@sheet("category", "id slug title parent_id position")
def categories(book: Book) -> Rows:
    ids = _category_ids(book)
    for one in book.past.categories:
        parent = ids[one.parent] if one.parent else None
        yield ids[one.slug], one.slug, one.title, parent, one.position


@sheet(
    "product",
    "id slug title description status published_at attributes price_min price_max"
    " created_at updated_at",
)
def products(book: Book) -> Rows:
    for one in book.past.products:
        prices = [variant.price for variant in one.variants]
        yield (
            one.id,
            one.slug,
            one.title,
            one.description,
            "PUBLISHED",
            one.since,
            json.dumps(pairs(one.attributes)),
            min(prices),
            max(prices),
            one.since,
            one.since,
        )


@sheet("product_category", "product_id category_id")
def product_categories(book: Book) -> Rows:
    ids = _category_ids(book)
    for product in book.past.products:
        for slug in product.categories:
            yield product.id, ids[slug]


@sheet("variant", "id product_id sku title options price position created_at")
def variants(book: Book) -> Rows:
    for product in book.past.products:
        for position, one in enumerate(product.variants):
            yield (
                one.id,
                product.id,
                one.sku,
                one.title,
                book.options[one],
                one.price,
                position,
                one.since,
            )


def _category_ids(book: Book) -> dict[str, UUID]:
    opened = min((product.since for product in book.past.products), default=None)
    if opened is None:
        return {}
    return {one.slug: Ids("category", one.slug, opened)[0] for one in book.past.categories}
