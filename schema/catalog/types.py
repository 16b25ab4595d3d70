"""What is sold, as clients see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from db import catalog, stock
from db.access import Permission
from schema import define
from schema.catalog.ahead import LazyStock
from schema.catalog.pages import page_of_category
from schema.connections import After, Connection, First
from schema.context import Context, Info
from schema.ids import Node, identity
from schema.money import Money, amount
from schema.resolvers import resolver
from schema.scalars import URL
from schema.views import View, each, edge, seen, shown, view

define.expose(catalog.ProductStatus)
define.expose(catalog.MediaKind)
define.expose(catalog.ProductSort, RELEVANCE="Best match first. Without a query, as NEWEST.")


@view(dict)
class Attribute(View[dict[str, str]]):
    name: str
    value: str


@view(dict)
class Media(View[dict[str, str]]):
    url: URL
    alt: str
    kind: catalog.MediaKind = shown(catalog.MediaKind, "kind")


@view(catalog.CategoryRow)
class Category(Node, View[catalog.CategoryRow]):
    id: strawberry.ID = identity(catalog.Category.prefix)
    slug: str
    title: str
    position: int
    version: int
    parent: "Category | None" = edge(catalog.categories_by_id, by="parent_id")
    children: "list[Category]" = edge(catalog.categories_by_parent, by="id")

    @resolver(reads=("id",))
    async def products(
        self,
        info: Info,
        sort: catalog.ProductSort = catalog.ProductSort.NEWEST,
        first: First = 20,
        after: After = None,
    ) -> "Connection[Product]":
        """Published products here and below."""
        return await page_of_category(
            info, self.row.id, node=Product.of, sort=sort, first=first, after=after
        )


def _in_stock(sold_from: int, available: int | None, context: Context) -> bool:
    return sold_from <= context.now_us and (available is None or available > 0)


def _available(available: int | None, context: Context) -> int | None:
    return None if available is None else stock.most_shown(available, context.caller)


@view(catalog.VariantRow)
class Variant(Node, View[catalog.VariantRow]):
    """What is put in a cart."""

    id: strawberry.ID = identity(catalog.Variant.prefix)
    sku: str
    title: str
    options: list[Attribute] = each(
        Attribute.of, "options", description="At most 5: size M, color blue."
    )
    price: Money = amount(
        "price", "In the shop's price basis: with tax when Shop.pricesIncludeTax."
    )
    compare_at_price: Money | None = amount("compare_at_price")
    tax_class: str
    weight_grams: int | None
    active: bool
    version: int
    product: "Product" = edge(catalog.products_by_id, by="product_id")
    in_stock: bool = seen(
        _in_stock,
        "sold_from",
        "available",
        description="Visible, active and at least one to be had.",
    )
    available_quantity: int | None = seen(
        _available,
        "available",
        description="Exact up to 10 for the public, then 10. Null when stock is not tracked.",
    )
    stock: LazyStock | None = edge(stock.levels_by_variant, by="id", requires=Permission.STOCK_READ)


def _seen_by(context: Context) -> Mapping[str, Any]:
    return {"active_only": not context.caller.may(Permission.CATALOG_WRITE)}


@view(catalog.ProductRow)
class Product(Node, View[catalog.ProductRow]):
    id: strawberry.ID = identity(catalog.Product.prefix)
    slug: str
    title: str
    description: str = define.field("Markdown.")
    status: catalog.ProductStatus
    published_at: datetime | None = define.field(
        "With status PUBLISHED and a time to come: scheduled. Shoppers see it from then on."
    )
    media: list[Media] = each(Media.of, "media", description="At most 50, the first is the cover.")
    attributes: list[Attribute] = each(
        Attribute.of, "attributes", description="At most 50, for display: material, care, ..."
    )
    price_min: Money = amount("price_min")
    price_max: Money = amount("price_max")
    created_at: datetime
    updated_at: datetime
    version: int
    categories: list[Category] = edge(
        catalog.categories_by_product, by="id", description="At most 20."
    )
    variants: list[Variant] = edge(
        catalog.variants_by_product,
        by="id",
        description="At most 250, in shop order.",
        given=_seen_by,
    )
