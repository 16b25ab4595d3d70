"""What a product and its variants are made of, and what is wrong with what was given."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypedDict
from uuid import UUID

from db import shop
from db.catalog.rows import Pairs
from db.errors import Code, Path, Refusal
from db.money import Money

MOST_VARIANTS: Final = 250
MOST_CATEGORIES_OF_A_PRODUCT: Final = 20
MOST_MEDIA: Final = 50
MOST_ATTRIBUTES: Final = 50
MOST_OPTIONS: Final = 5
STANDARD_TAX_CLASS: Final = "standard"


class ProductFields(TypedDict, total=False):
    """Absent: leave as it is. None: clear; a slug is then made from the title."""

    title: str
    slug: str | None
    description: str | None
    category_ids: list[UUID] | None
    media: list[dict[str, str]] | None
    attributes: Pairs | None


class VariantFields(TypedDict, total=False):
    """Absent: leave as it is, or the default. None: clear; its options are then its title."""

    sku: str
    title: str | None
    options: Pairs | None
    price: Money
    compare_at_price: Money | None
    tax_class: str | None
    weight_grams: int | None
    active: bool
    track_stock: bool
    low_at: int | None
    position: int


_CLEARED: Final[Mapping[str, Any]] = {
    "title": "",
    "description": "",
    "category_ids": [],
    "media": [],
    "attributes": [],
    "options": [],
    "tax_class": STANDARD_TAX_CLASS,
}
"""What a cleared field is kept as, where that is not NULL."""
_NEVER_EMPTY: Final = {"sku", "price", "active", "track_stock", "position"}
_PRICES: Final = ("price", "compare_at_price")


def cleared(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the nulls among the fields into what they are kept as."""
    return {name: _CLEARED.get(name) if value is None else value for name, value in fields.items()}


def missing(fields: Mapping[str, Any], names: tuple[str, ...], path: Path) -> Iterator[Refusal]:
    """Tell which of these fields are needed, and not given."""
    for name in names:
        if fields.get(name) is None:
            yield Refusal(Code.REQUIRED, "This is required.", (*path, name))


def variant_faults(fields: VariantFields, currency: str, path: Path) -> Iterator[Refusal]:
    """Tell what is wrong with the fields of a variant that were given."""
    given: Mapping[str, Any] = fields
    emptied = tuple(name for name in given if name in _NEVER_EMPTY)
    yield from missing(given, emptied, path)
    for name in _PRICES:
        price = given.get(name)
        if price is not None and (fault := shop.price_fault(price, currency, (*path, name))):
            yield fault


def variant_columns(fields: VariantFields) -> dict[str, Any]:
    """Turn the fields of a variant into its columns: prices into minor units."""
    columns = cleared(fields)
    for name in _PRICES:
        if columns.get(name) is not None:
            columns[name] = columns[name].amount
    return columns
