"""Browsing the catalog."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from db import catalog
from schema import define
from schema.catalog.inputs import ProductBy, ProductFilter
from schema.catalog.pages import page
from schema.catalog.types import Category, Product, Variant
from schema.connections import After, Connection, First
from schema.context import Context, Info
from schema.ids import Finder
from schema.resolvers import resolver


@define.type
class CatalogQuery:
    @resolver()
    async def product(self, info: Info, by: ProductBy) -> Product | None:
        context = info.context
        row = await catalog.product(
            caller=context.caller,
            now=context.now,
            columns=context.needs(catalog.ProductRow),
            **by.given(),
        )
        return Product.of(row) if row else None

    @resolver()
    async def products(
        self,
        info: Info,
        *,
        query: Annotated[str, Field(max_length=catalog.LONGEST_QUERY)] | None = None,
        filter: ProductFilter | None = None,
        sort: catalog.ProductSort = catalog.ProductSort.RELEVANCE,
        first: First = 20,
        after: After = None,
    ) -> Connection[Product]:
        """Words are stemmed and must all match title, description, attributes or SKU; "quotes" and
        -minus work.
        """
        return await page(
            info,
            node=Product.of,
            query=query,
            filter=filter.plain() if filter else catalog.ProductFilter(),
            sort=sort,
            first=first,
            after=after,
        )

    @resolver(cost=10)
    async def categories(self, info: Info) -> list[Category]:
        """The whole tree, at most 500."""
        needed = info.context.needs(catalog.CategoryRow)
        return [Category.of(row) for row in await catalog.categories(columns=needed)]

    @resolver()
    async def category(self, info: Info, slug: str) -> Category | None:
        row = await catalog.category(slug, columns=info.context.needs(catalog.CategoryRow))
        return Category.of(row) if row else None


async def find_products(wanted: Sequence[UUID], context: Context) -> list[Product | None]:
    """Find the products among these that the caller may see."""
    rows = await catalog.visible_products_by_id(
        wanted,
        caller=context.caller,
        now=context.now,
        columns=context.needs(catalog.ProductRow),
    )
    return [Product.of(row) if row else None for row in rows]


async def find_variants(wanted: Sequence[UUID], context: Context) -> list[Variant | None]:
    """Find the variants among these that the caller may see."""
    rows = await catalog.visible_variants_by_id(
        wanted,
        caller=context.caller,
        now=context.now,
        columns=context.needs(catalog.VariantRow),
    )
    return [Variant.of(row) if row else None for row in rows]


async def find_categories(wanted: Sequence[UUID], context: Context) -> list[Category | None]:
    """Find categories; everyone may see them."""
    needed = context.needs(catalog.CategoryRow)
    rows = await catalog.categories_by_id(wanted, columns=needed)
    return [Category.of(row) if row else None for row in rows]


FINDERS: Final[Mapping[str, Finder]] = {
    catalog.Product.prefix: find_products,
    catalog.Variant.prefix: find_variants,
    catalog.Category.prefix: find_categories,
}
