"""Keeping the catalog."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from db import catalog, ids, stock
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.catalog.inputs import CategoryInput, ProductInput, VariantEdit, VariantInput
from schema.catalog.types import Category, Product
from schema.context import Info
from schema.errors import Payload
from schema.ids import CategoryId, ProductId, VariantId
from schema.inputs import DateTime, IdempotencyKey, Version, plain
from schema.resolvers import mutation


@define.type
class ProductPayload(Payload):
    product: Product | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "ProductPayload":
        """Show the product as it is now."""
        return await cls._showing(UUID(outcome.ids["product"]), info)

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "ProductPayload":
        """Show the product that was not changed, also where its variant was named."""
        variant_id = ids.decode(catalog.Variant.prefix, given.get("id") or "")
        if variant_id is None:
            return await super().unchanged(given, info)
        variant = await info.context.load(catalog.variants_by_id, variant_id)
        return await cls._showing(variant.product_id, info) if variant else cls()

    @classmethod
    async def _showing(cls, product_id: UUID, info: Info) -> "ProductPayload":
        row = await info.context.load(catalog.products_by_id, product_id)
        return cls(product=Product.of(row) if row else None)


@define.type
class CategoryPayload(Payload):
    category: Category | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "CategoryPayload":
        """Show the category as it is now."""
        row = await info.context.load(catalog.categories_by_id, UUID(outcome.ids["category"]))
        return cls(category=Category.of(row) if row else None)


@define.type
class CatalogMutation:
    @mutation(payload=ProductPayload, requires=Permission.CATALOG_WRITE)
    async def product_create(
        self,
        info: Info,
        input: ProductInput,
        variants: Annotated[
            list[VariantInput], Field(min_length=1, max_length=catalog.MOST_VARIANTS)
        ],
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        """Starts as DRAFT. At least one variant."""
        return await stock.create_product(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            variants=plain(variants),
            claim=info.context.claim,
        )

    @mutation(payload=ProductPayload, requires=Permission.CATALOG_WRITE)
    async def product_update(
        self, info: Info, id: ProductId, input: ProductInput, if_version: Version
    ) -> Outcome:
        return await catalog.update_product(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(payload=ProductPayload, requires=Permission.CATALOG_WRITE)
    async def product_status_update(
        self,
        info: Info,
        id: ProductId,
        status: catalog.ProductStatus,
        if_version: Version,
        publish_at: DateTime | None = None,
    ) -> Outcome:
        """publishAt: with PUBLISHED, default now. ARCHIVED is the way to delete."""
        return await catalog.set_product_status(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            status=status,
            publish_at=publish_at,
            if_version=if_version,
        )

    @mutation(payload=ProductPayload, requires=Permission.CATALOG_WRITE)
    async def variant_create(
        self,
        info: Info,
        product_id: ProductId,
        input: VariantInput,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        return await stock.create_variant(
            caller=info.context.caller,
            now=info.context.now,
            product_id=product_id,
            fields=input.given(),
            claim=info.context.claim,
        )

    @mutation(payload=ProductPayload, requires=Permission.CATALOG_WRITE)
    async def variant_update(
        self, info: Info, id: VariantId, input: VariantEdit, if_version: Version
    ) -> Outcome:
        return await catalog.update_variant(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(payload=CategoryPayload, requires=Permission.CATALOG_WRITE)
    async def category_create(
        self, info: Info, input: CategoryInput, idempotency_key: IdempotencyKey | None = None
    ) -> Outcome:
        return await catalog.create_category(
            caller=info.context.caller,
            now=info.context.now,
            fields=input.given(),
            claim=info.context.claim,
        )

    @mutation(payload=CategoryPayload, requires=Permission.CATALOG_WRITE)
    async def category_update(
        self, info: Info, id: CategoryId, input: CategoryInput, if_version: Version
    ) -> Outcome:
        return await catalog.update_category(
            caller=info.context.caller,
            now=info.context.now,
            id=id,
            fields=input.given(),
            if_version=if_version,
        )

    @mutation(requires=Permission.CATALOG_WRITE)
    async def category_delete(
        self, info: Info, id: CategoryId, if_version: Version
    ) -> CategoryPayload:
        """Only when it has no children. Its products stay."""
        row = await catalog.delete_category(
            caller=info.context.caller, now=info.context.now, id=id, if_version=if_version
        )
        return CategoryPayload(category=Category.of(row))
