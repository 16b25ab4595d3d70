"""Lists of products: filtered, searched, sorted, and read a page at a time by keyset.

A statement is put together from constants, so there are as many texts as there are combinations of
them, each prepared once per connection. What callers say arrives in parameters only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from db import shop
from db.access import Caller, Permission
from db.base import Condition, fetch_rows, fetch_value
from db.catalog.models import ProductStatus
from db.catalog.queries import published, visible_to
from db.catalog.rows import ProductRow
from db.catalog.words import LONGEST_QUERY, asked, is_exact, lexeme
from db.errors import BadRequest
from db.money import LARGEST_AMOUNT, Money
from db.rows import EVERY, Columns, listed

MOST_COUNTED: Final = 10_000


class ProductSort(StrEnum):
    RELEVANCE = "RELEVANCE"
    NEWEST = "NEWEST"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    TITLE = "TITLE"


class Match(StrEnum):
    """How a list was found. A cursor says it, so that the next page is found the same way."""

    ALL = "all"
    WORDS = "words"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilter:
    """What a list is narrowed to; None: not by that. Shoppers' ``statuses`` are not heard."""

    category_id: UUID | None = None
    price_min: Money | None = None
    price_max: Money | None = None
    in_stock: bool | None = None
    statuses: Sequence[ProductStatus] | None = None
    on_show: bool = False
    """Only what shoppers see, whoever asks."""


Key: TypeAlias = tuple[Match, Any, UUID]
"""A place in a list: how the list was found, the value it is sorted by, and the product."""


class Listing(NamedTuple):
    """Products of a list, in order, and how they were found."""

    products: list[ProductRow]
    match: Match

    def key(self, product: ProductRow) -> Key:
        """Tell the place of one of them in the list."""
        return (self.match, product["place"], product["id"])


@dataclass(frozen=True, slots=True)
class _Source:
    """Where products come from (what stands after FROM, to WHERE), and how well each fits."""

    match: Match
    found: Condition
    rank: str = ""


@dataclass(frozen=True, slots=True)
class _Order:
    """The value that a list is sorted by, and its direction: the product's id decides a tie."""

    value: str
    direction: str

    @property
    def sql(self) -> str:
        return f"{self.value} {self.direction}, product.id {self.direction}"

    def beyond(self, place: Key) -> Condition:
        """Make the condition that a product comes after a place in the list."""
        after = "<" if self.direction == "DESC" else ">"
        return Condition(f"({self.value}, product.id) {after} ({{0}}, {{1}})", place[1:])


_ORDERS: Final[Mapping[ProductSort, _Order]] = {
    ProductSort.NEWEST: _Order("product.published_at", "DESC"),
    ProductSort.PRICE_ASC: _Order("product.price_min", "ASC"),
    ProductSort.PRICE_DESC: _Order("product.price_max", "DESC"),
    ProductSort.TITLE: _Order("product.title", "ASC"),
}
_NEWEST_OF_ALL: Final = _Order("coalesce(product.published_at, product.created_at)", "DESC")
"""Staff also see what was never published."""


async def list_products(
    *,
    caller: Caller,
    now: datetime,
    query: str | None = None,
    filter: ProductFilter,
    sort: ProductSort,
    after: Key | None = None,
    limit: int,
    columns: Columns = EVERY,
) -> Listing:
    """Read a page of the products that the caller may see: at most ``limit``, after ``after``.

    A query is taken as words first. When no product matches, titles and SKUs like it are found.

    :raises BadRequest: the query is too long, a price is not in the shop's currency, or the cursor
        belongs to another query.
    """
    condition = await _condition(caller, now, filter)
    order = _order(sort, is_mixed=caller.may(Permission.CATALOG_WRITE) and not filter.on_show)
    for source in _sources(query, after):
        chosen = _Order(source.rank, "DESC") if _is_ranked(source, sort) else order
        found = await _page(source, condition, chosen, after, limit, columns)
        if found or after:
            break
    return Listing(found, source.match)


async def count_products(
    *,
    caller: Caller,
    now: datetime,
    query: str | None = None,
    filter: ProductFilter,
    match: Match | None = None,
) -> int | None:
    """Count the products of a whole list, found as its page was; None above ``MOST_COUNTED``."""
    condition = await _condition(caller, now, filter)
    count = 0
    for source in _sources(query):
        if match in {None, source.match}:
            found = source.found & condition
            count = await fetch_value(
                f"SELECT count(*) FROM (SELECT FROM {found.numbered(2)} LIMIT $1) AS found",
                MOST_COUNTED + 1,
                *found.parameters,
            )
        if count:
            break
    return count if count <= MOST_COUNTED else None


async def _page(  # noqa: PLR0917
    source: _Source,
    condition: Condition,
    order: _Order,
    after: Key | None,
    limit: int,
    columns: Columns,
) -> list[ProductRow]:
    found = source.found & condition
    if after is not None:
        found &= order.beyond(after)
    return await fetch_rows(
        ProductRow,
        f"SELECT {_placed(columns)}, {order.value} AS place"
        f" FROM {found.numbered(2)} ORDER BY {order.sql} LIMIT $1",
        limit,
        *found.parameters,
    )


@cache
def _placed(columns: Columns) -> str:
    """List the columns of a product in a list: the id is part of its place."""
    return listed(ProductRow, columns if columns is None else columns | {"id"})


async def products_by_category(
    category_ids: Sequence[UUID],
    *,
    now: datetime,
    sort: ProductSort,
    after: Key | None = None,
    limit: int,
    columns: Columns = EVERY,
) -> list[Listing]:
    """Read a page of what shoppers see in each of these branches, in one statement for them all.

    :raises BadRequest: the cursor belongs to another list.
    """
    (source,) = _sources(None, after)
    order = _order(sort, is_mixed=False)
    found = source.found & published(now) & Condition(_IN_BRANCH.format("wanted.id"))
    if after is not None:
        found &= order.beyond(after)
    rows = await fetch_rows(
        ProductRow,
        f"""
        SELECT page.* FROM unnest($2::uuid[]) AS wanted(id), LATERAL (
            SELECT {_placed(columns)}, {order.value} AS place, wanted.id AS category_id
              FROM {found.numbered(3)} ORDER BY {order.sql} LIMIT $1
        ) AS page ORDER BY place {order.direction}, id {order.direction}
        """,
        limit,
        list(category_ids),
        *found.parameters,
    )
    pages = {category_id: Listing([], source.match) for category_id in category_ids}
    for row in rows:
        pages[row["category_id"]].products.append(row)
    return [pages[category_id] for category_id in category_ids]


def _order(sort: ProductSort, *, is_mixed: bool) -> _Order:
    """Choose how a list without a query is sorted; a mixed one holds what was never published."""
    if sort in {ProductSort.RELEVANCE, ProductSort.NEWEST}:
        return _NEWEST_OF_ALL if is_mixed else _ORDERS[ProductSort.NEWEST]
    return _ORDERS[sort]


def _is_ranked(source: _Source, sort: ProductSort) -> bool:
    return sort is ProductSort.RELEVANCE and source.match is not Match.ALL


# --- searching ------------------------------------------------------------------------------------

_WORDS: Final = """
    product, LATERAL (
        SELECT websearch_to_tsquery('english', {0}) || {1}::text::tsquery AS words
    ) AS asked WHERE product.search @@ asked.words
"""
_WORDS_RANK: Final = "(ts_rank_cd(product.search, asked.words, 32) * 1000000)::int"
_LIKENESS: Final = """
    product JOIN (
        SELECT id, max(likeness) AS likeness
          FROM (SELECT id, word_similarity({0}, title) AS likeness FROM product
                 WHERE (SELECT CASE WHEN set_config(
                            'pg_trgm.word_similarity_threshold', '0.4', true) <> '' THEN {0} END
                       ) <% title
                 UNION ALL
                SELECT product_id, similarity({0}, sku) FROM variant WHERE sku % {0}) AS each_one
         GROUP BY id
    ) AS alike USING (id) WHERE TRUE
"""
# With PostgreSQL's own threshold of 0.6 two letters that change places would be too much. It is set
# for this statement only, and before the index is read: the text that is looked up depends on it.
_LIKENESS_RANK: Final = "(alike.likeness * 1000000)::int"


def _sources(query: str | None, after: Key | None = None) -> list[_Source]:
    """Name the ways to find what was asked for, in the order in which they are tried.

    :raises BadRequest: the query is too long, or the cursor belongs to another.
    """
    text = (query or "").strip()
    if len(text) > LONGEST_QUERY:
        raise BadRequest(f"query: at most {LONGEST_QUERY} characters.")
    if not text:
        sources = [_Source(Match.ALL, Condition("product WHERE TRUE"))]
    else:
        words = Condition(_WORDS, (asked(text), lexeme(text)))
        sources = [_Source(Match.WORDS, words, _WORDS_RANK)]
        if not is_exact(text):
            alike = Condition(_LIKENESS, (text,))
            sources.append(_Source(Match.LIKENESS, alike, _LIKENESS_RANK))
    if after is None:
        return sources
    same = [source for source in sources if source.match is after[0]]
    if not same:
        raise BadRequest("after: this is not a cursor of this query.")
    return same


# --- filtering ------------------------------------------------------------------------------------

_IN_BRANCH: Final = """product.id IN (
    SELECT product_id FROM product_category WHERE category_id IN (
        WITH RECURSIVE branch AS (
            SELECT id FROM category WHERE id = {0}
            UNION ALL
            SELECT child.id FROM category child JOIN branch ON child.parent_id = branch.id
        ) SELECT id FROM branch))"""
_HAS_PRICE: Final = """EXISTS (
    SELECT FROM variant WHERE variant.product_id = product.id AND variant.active
       AND variant.price BETWEEN {0} AND {1})"""
# The table belongs to the context above. It is joined here all the same: a filter has to be part of
# the statement that pages, or a page would come back with holes in it.
_HAS_STOCK: Final = """EXISTS (
    SELECT FROM variant JOIN stock ON stock.variant_id = variant.id
     WHERE variant.product_id = product.id AND variant.active
       AND (NOT variant.track_stock OR stock.on_hand > stock.reserved))"""


async def _condition(caller: Caller, now: datetime, filter: ProductFilter) -> Condition:
    is_staff = caller.may(Permission.CATALOG_WRITE)
    condition = published(now) if filter.on_show else visible_to(caller, now)
    if filter.category_id is not None:
        condition &= Condition(_IN_BRANCH, (filter.category_id,))
    if filter.price_min is not None or filter.price_max is not None:
        condition &= Condition(_HAS_PRICE, await _price_range(filter))
    if filter.in_stock is not None:
        condition &= Condition(_HAS_STOCK if filter.in_stock else f"NOT {_HAS_STOCK}")
    if filter.statuses is not None and is_staff:
        condition &= Condition("product.status = ANY({0})", (list(filter.statuses),))
    return condition


async def _price_range(filter: ProductFilter) -> tuple[int, int]:
    currency = (await shop.settings()).currency
    for name, price in (("priceMin", filter.price_min), ("priceMax", filter.price_max)):
        if price is not None and price.currency != currency:
            raise BadRequest(f"filter.{name}: this shop's prices are in {currency}.")
    low, high = filter.price_min, filter.price_max
    return (0 if low is None else low.amount, LARGEST_AMOUNT if high is None else high.amount)
