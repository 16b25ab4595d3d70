"""What products, variants and categories are made of, and what lists are narrowed to."""

from typing import Annotated, Final, TypeAlias

import strawberry
from pydantic import AfterValidator, Field, StringConstraints

from db import catalog
from schema import define
from schema.arguments import fault
from schema.ids import CategoryId, ProductId
from schema.inputs import Count, Input, Line, MoneyInput, Sku, Slug, Title, Url

LONGEST_DESCRIPTION: Final = 20_000

Description: TypeAlias = Annotated[
    str, StringConstraints(max_length=LONGEST_DESCRIPTION, strip_whitespace=True)
]


@define.input
class AttributeInput(Input):
    name: Line
    value: Line


@define.input
class MediaInput(Input):
    url: Url
    alt: Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)] = ""
    kind: catalog.MediaKind = catalog.MediaKind.IMAGE

    def plain(self) -> dict[str, str]:
        """Return the medium as it is kept."""
        return {"url": self.url, "alt": self.alt, "kind": self.kind.value}


@define.input
class ProductInput(Input):
    title: Title | None = None
    slug: Annotated[Slug | None, strawberry.field(description="Default: made from the title.")] = (
        None
    )
    description: Description | None = None
    category_ids: (
        Annotated[list[CategoryId], Field(max_length=catalog.MOST_CATEGORIES_OF_A_PRODUCT)] | None
    ) = None
    media: Annotated[list[MediaInput], Field(max_length=catalog.MOST_MEDIA)] | None = None
    attributes: (
        Annotated[list[AttributeInput], Field(max_length=catalog.MOST_ATTRIBUTES)] | None
    ) = None


@define.input
class VariantInput(Input):
    sku: Sku | None = None
    title: Title | None = None
    options: Annotated[list[AttributeInput], Field(max_length=catalog.MOST_OPTIONS)] | None = None
    price: MoneyInput | None = None
    compare_at_price: MoneyInput | None = None
    tax_class: Line | None = None
    weight_grams: Count | None = None
    active: bool | None = None
    track_stock: Annotated[
        bool | None,
        strawberry.field(
            description="False: never runs out (downloads, services). Fixed once stock has moved."
        ),
    ] = None
    low_at: Count | None = None
    position: int | None = None
    initial_on_hand: Annotated[
        Count | None, strawberry.field(description="Only when creating: recorded as a movement.")
    ] = None


def _leaves_stock_alone(input: VariantInput) -> VariantInput:
    if input.initial_on_hand is not None:
        raise fault("INVALID", "Only when creating. Use stockAdjust.", "initialOnHand")
    return input


VariantEdit: TypeAlias = Annotated[VariantInput, AfterValidator(_leaves_stock_alone)]
"""A variant's fields, without the one that is only for new ones."""


@define.input
class CategoryInput(Input):
    title: Title | None = None
    slug: Slug | None = None
    parent_id: CategoryId | None = None
    position: int | None = None


@define.input
class ProductFilter(Input):
    category_id: Annotated[
        CategoryId | None, strawberry.field(description="This category and all below it.")
    ] = None
    price_min: MoneyInput | None = None
    price_max: MoneyInput | None = None
    in_stock: bool | None = None
    statuses: Annotated[
        list[catalog.ProductStatus] | None,
        strawberry.field(description="Staff only: for others it is always PUBLISHED."),
    ] = None

    def plain(self) -> catalog.ProductFilter:
        """Return what the list is narrowed to."""
        return catalog.ProductFilter(**self.given())


@define.one_of
class ProductBy(Input):
    id: ProductId | None = None
    slug: str | None = None
