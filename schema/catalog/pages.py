"""Pages of products, in any order, found in any way."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from db import catalog
from schema.connections import DEFAULT_PAGE, Connection, Keyset
from schema.context import Info

T = TypeVar("T")

_RANKED: Final = Keyset("rank", catalog.Match, int, UUID)
_NEWEST: Final = Keyset("newest", catalog.Match, datetime, UUID)
_KEYSETS: Final[Mapping[catalog.ProductSort, Keyset]] = {
    catalog.ProductSort.NEWEST: _NEWEST,
    catalog.ProductSort.PRICE_ASC: Keyset("price_asc", catalog.Match, int, UUID),
    catalog.ProductSort.PRICE_DESC: Keyset("price_desc", catalog.Match, int, UUID),
    catalog.ProductSort.TITLE: Keyset("title", catalog.Match, str, UUID),
}


async def page(
    info: Info,
    *,
    node: Callable[[catalog.ProductRow], T],
    query: str | None = None,
    filter: catalog.ProductFilter,
    sort: catalog.ProductSort,
    first: int | None,
    after: str | None,
) -> Connection[T]:
    """Make a page of the products that the caller may see."""
    context = info.context
    is_search = bool(query and query.strip())
    keyset = _KEYSETS.get(sort) or (_RANKED if is_search else _NEWEST)
    listing = await catalog.list_products(
        caller=context.caller,
        now=context.now,
        query=query,
        filter=filter,
        sort=sort,
        after=keyset.read(after),
        limit=(first or DEFAULT_PAGE) + 1,
        columns=context.needs(catalog.ProductRow),
    )

    async def count() -> int | None:
        return await catalog.count_products(
            caller=context.caller,
            now=context.now,
            query=query,
            filter=filter,
            match=listing.match if listing.products else None,
        )

    return _connection(listing, first, after, keyset=keyset, node=node, count=count)


async def page_of_category(
    info: Info,
    category_id: UUID,
    *,
    node: Callable[[catalog.ProductRow], T],
    sort: catalog.ProductSort,
    first: int | None,
    after: str | None,
) -> Connection[T]:
    """Make a page of what shoppers see in a category and below; many categories are one read."""
    context = info.context
    keyset = _KEYSETS.get(sort, _NEWEST)
    listing = await context.load(
        catalog.products_by_category,
        category_id,
        now=context.now,
        sort=sort,
        after=keyset.read(after),
        limit=(first or DEFAULT_PAGE) + 1,
    )

    async def count() -> int | None:
        here_and_below = catalog.ProductFilter(category_id=category_id, on_show=True)
        return await catalog.count_products(
            caller=context.caller, now=context.now, filter=here_and_below
        )

    return _connection(listing, first, after, keyset=keyset, node=node, count=count)


def _connection(
    listing: catalog.Listing,
    first: int | None,
    after: str | None,
    *,
    keyset: Keyset,
    node: Callable[[catalog.ProductRow], T],
    count: Callable[[], Awaitable[int | None]],
) -> Connection[T]:
    return Connection.of(
        listing.products,
        first,
        after,
        keyset=keyset,
        key=listing.key,
        node=node,
        count=count,
    )
