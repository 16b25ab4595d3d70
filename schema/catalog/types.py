"""What is sold, as clients see it."""

from datetime import datetime

import strawberry

from db import catalog, ids, money, stock
from db.access import Permission
from schema import define
from schema.catalog.ahead import LazyStock, stock_of
from schema.catalog.pages import page_of_category
from schema.connections import After, Connection, First
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.resolvers import resolver
from schema.scalars import URL

define.expose(catalog.ProductStatus)
define.expose(catalog.MediaKind)
define.expose(catalog.ProductSort, RELEVANCE="Best match first. Without a query, as NEWEST.")


@define.type
class Attribute:
    name: str
    value: str

    @classmethod
    def each(cls, pairs: catalog.Pairs) -> "list[Attribute]":
        """Show attributes or options."""
        return [cls(name=pair["name"], value=pair["value"]) for pair in pairs]


@define.type
class Media:
    url: URL
    alt: str
    kind: catalog.MediaKind

    @classmethod
    def each(cls, kept: list[dict[str, str]]) -> "list[Media]":
        """Show media."""
        return [
            cls(url=URL(one["url"]), alt=one["alt"], kind=catalog.MediaKind(one["kind"]))
            for one in kept
        ]


@define.type
class Category(Node):
    slug: str
    title: str
    position: int
    version: int
    row: strawberry.Private[catalog.CategoryRow]

    @classmethod
    def of(cls, row: catalog.CategoryRow) -> "Category":
        """Show a category."""
        return cls(
            id=strawberry.ID(ids.encode(catalog.Category.prefix, row.id)),
            slug=row.slug,
            title=row.title,
            position=row.position,
            version=row.version,
            row=row,
        )

    @resolver()
    async def parent(self, info: Info) -> "Category | None":
        if self.row.parent_id is None:
            return None
        row = await info.context.load(catalog.categories_by_id, self.row.parent_id)
        return Category.of(row) if row else None

    @resolver()
    async def children(self, info: Info) -> "list[Category]":
        rows = await info.context.load(catalog.categories_by_parent, self.row.id)
        return [Category.of(row) for row in rows]

    @resolver()
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


@define.type
class Variant(Node):
    """What is put in a cart."""

    sku: str
    title: str
    options: list[Attribute] = define.field("At most 5: size M, color blue.")
    price: Money = define.field("In the shop's price basis: with tax when Shop.pricesIncludeTax.")
    compare_at_price: Money | None
    tax_class: str
    weight_grams: int | None
    active: bool
    version: int
    row: strawberry.Private[catalog.VariantRow]

    @classmethod
    def of(cls, row: catalog.VariantRow) -> "Variant":
        """Show a variant."""
        compare_at = row.compare_at_price
        return cls(
            id=strawberry.ID(ids.encode(catalog.Variant.prefix, row.id)),
            sku=row.sku,
            title=row.title,
            options=Attribute.each(row.options),
            price=Money.of(money.Money(row.price, row.currency)),
            compare_at_price=None
            if compare_at is None
            else Money.of(money.Money(compare_at, row.currency)),
            tax_class=row.tax_class,
            weight_grams=row.weight_grams,
            active=row.active,
            version=row.version,
            row=row,
        )

    @resolver()
    async def product(self, info: Info) -> "Product":
        row = await info.context.load(catalog.products_by_id, self.row.product_id)
        if row is None:
            raise LookupError(f"variant {self.row.id} has no product")
        return Product.of(row)

    @resolver()
    async def in_stock(self, info: Info) -> bool:
        """Visible, active and at least one to be had."""
        if not self.row.is_for_sale(info.context.now):
            return False
        if not self.row.track_stock:
            return True
        level = await info.context.load(stock.levels_by_variant, self.row.id)
        return level.available > 0

    @resolver()
    async def available_quantity(self, info: Info) -> int | None:
        """Exact up to 10 for the public, then 10. Null when stock is not tracked."""
        if not self.row.track_stock:
            return None
        level = await info.context.load(stock.levels_by_variant, self.row.id)
        return stock.most_shown(level.available, info.context.caller)

    @resolver(requires=Permission.STOCK_READ)
    async def stock(self, info: Info) -> LazyStock | None:
        return await stock_of(info, self.row.id)


@define.type
class Product(Node):
    slug: str
    title: str
    description: str = define.field("Markdown.")
    status: catalog.ProductStatus
    published_at: datetime | None = define.field(
        "With status PUBLISHED and a time to come: scheduled. Shoppers see it from then on."
    )
    media: list[Media] = define.field("At most 50, the first is the cover.")
    attributes: list[Attribute] = define.field("At most 50, for display: material, care, ...")
    price_min: Money
    price_max: Money
    created_at: datetime
    updated_at: datetime
    version: int
    row: strawberry.Private[catalog.ProductRow]

    @classmethod
    def of(cls, row: catalog.ProductRow) -> "Product":
        """Show a product."""
        return cls(
            id=strawberry.ID(ids.encode(catalog.Product.prefix, row.id)),
            slug=row.slug,
            title=row.title,
            description=row.description,
            status=row.status,
            published_at=row.published_at,
            media=Media.each(row.media),
            attributes=Attribute.each(row.attributes),
            price_min=Money.of(money.Money(row.price_min, row.currency)),
            price_max=Money.of(money.Money(row.price_max, row.currency)),
            created_at=row.created_at,
            updated_at=row.updated_at,
            version=row.version,
            row=row,
        )

    @resolver()
    async def categories(self, info: Info) -> list[Category]:
        """At most 20."""
        rows = await info.context.load(catalog.categories_by_product, self.row.id)
        return [Category.of(row) for row in rows]

    @resolver()
    async def variants(self, info: Info) -> list[Variant]:
        """At most 250, in shop order."""
        is_staff = info.context.caller.may(Permission.CATALOG_WRITE)
        batch = catalog.variants_by_product if is_staff else catalog.active_variants_by_product
        return [Variant.of(row) for row in await info.context.load(batch, self.row.id)]
