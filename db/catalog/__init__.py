"""The catalog: products, their variants, and the tree of categories.

What shoppers see is decided in every query: PUBLISHED, and its time has come. Every change goes
through a verb here, which counts the version, keeps the search words, and writes the record.
"""

from db.catalog.fields import (
    MOST_ATTRIBUTES,
    MOST_CATEGORIES_OF_A_PRODUCT,
    MOST_MEDIA,
    MOST_OPTIONS,
    MOST_VARIANTS,
    STANDARD_TAX_CLASS,
    ProductFields,
    VariantFields,
)
from db.catalog.index import refresh
from db.catalog.listing import (
    Key,
    Listing,
    Match,
    ProductFilter,
    ProductSort,
    count_products,
    list_products,
    products_by_category,
)
from db.catalog.models import Category, MediaKind, Product, ProductStatus, Variant
from db.catalog.products import add_product, create_product, update_product
from db.catalog.publishing import TRANSITIONS, set_product_status
from db.catalog.queries import (
    categories,
    categories_by_id,
    categories_by_parent,
    categories_by_product,
    category,
    for_sale,
    product,
    products_by_id,
    published,
    variants_by_id,
    variants_by_product,
    visible_products_by_id,
    visible_to,
    visible_variants_by_id,
)
from db.catalog.rows import CategoryRow, Pairs, ProductRow, VariantRow
from db.catalog.slugs import slug_of
from db.catalog.tree import (
    MOST_CATEGORIES,
    CategoryFields,
    create_category,
    delete_category,
    update_category,
)
from db.catalog.variants import add_variant, create_variant, update_variant
from db.catalog.words import LONGEST_QUERY

__all__ = [
    "LONGEST_QUERY",
    "MOST_ATTRIBUTES",
    "MOST_CATEGORIES",
    "MOST_CATEGORIES_OF_A_PRODUCT",
    "MOST_MEDIA",
    "MOST_OPTIONS",
    "MOST_VARIANTS",
    "STANDARD_TAX_CLASS",
    "TRANSITIONS",
    "Category",
    "CategoryFields",
    "CategoryRow",
    "Key",
    "Listing",
    "Match",
    "MediaKind",
    "Pairs",
    "Product",
    "ProductFields",
    "ProductFilter",
    "ProductRow",
    "ProductSort",
    "ProductStatus",
    "Variant",
    "VariantFields",
    "VariantRow",
    "add_product",
    "add_variant",
    "categories",
    "categories_by_id",
    "categories_by_parent",
    "categories_by_product",
    "category",
    "count_products",
    "create_category",
    "create_product",
    "create_variant",
    "delete_category",
    "for_sale",
    "list_products",
    "product",
    "products_by_category",
    "products_by_id",
    "published",
    "refresh",
    "set_product_status",
    "slug_of",
    "update_category",
    "update_product",
    "update_variant",
    "variants_by_id",
    "variants_by_product",
    "visible_products_by_id",
    "visible_to",
    "visible_variants_by_id",
]
