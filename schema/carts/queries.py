"""Finding carts."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from db import carts
from schema import define
from schema.carts.types import Cart
from schema.context import Context, Info
from schema.ids import CartId, Finder, Node
from schema.resolvers import resolver


@define.type
class CartsQuery:
    @resolver(owner=True)
    async def cart(self, info: Info, id: CartId) -> Cart | None:
        context = info.context
        row = await context.load(carts.carts_by_id, id, caller=context.caller, now=context.now)
        return Cart.of(row) if row else None


async def find_carts(ids: Sequence[UUID], context: Context) -> list[Node | None]:
    """Find carts of the caller's."""
    rows = await carts.carts_by_id(ids, caller=context.caller, now=context.now)
    return [Cart.of(row) if row else None for row in rows]


FINDERS: Final[Mapping[str, Finder]] = {carts.Cart.prefix: find_carts}
