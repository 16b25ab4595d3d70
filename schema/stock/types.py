"""Stock and its ledger, as clients see them."""

from datetime import datetime
from typing import Final
from uuid import UUID

import strawberry

from db import catalog, orders, stock
from db.access import Permission
from schema import define
from schema.catalog.types import Variant
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Info
from schema.ids import Node, identity
from schema.resolvers import resolver
from schema.stock.ahead import LazyOrder
from schema.users.types import Actor, acted
from schema.views import View, edge, view

define.expose(stock.StockMovementKind)
define.expose(stock.StockReason)

_NEWEST: Final = Keyset("movements", UUID)


@view(stock.MovementRow)
class StockMovement(Node, View[stock.MovementRow]):
    """Append-only. Summed up, the movements of a variant are its stock."""

    id: strawberry.ID = identity(stock.StockMovement.prefix)
    variant: Variant = edge(catalog.variants_by_id, by="variant_id")
    kind: stock.StockMovementKind
    reason: stock.StockReason | None
    on_hand_delta: int
    reserved_delta: int
    on_hand: int = define.field("After this movement.")
    reserved: int
    order: LazyOrder | None = edge(
        orders.orders_by_id, by="order_id", requires=Permission.ORDERS_READ
    )
    note: str | None
    actor: Actor = acted()
    created_at: datetime


@view(stock.StockRow)
class Stock(View[stock.StockRow]):
    """onHand >= reserved >= 0 always: the database refuses anything else."""

    on_hand: int
    reserved: int = define.field(
        "Held for orders that are not shipped yet, and for checkouts in progress."
    )
    available: int = define.field("onHand - reserved.")
    low_at: int | None
    updated_at: datetime

    @resolver(reads=("variant_id",))
    async def movements(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[StockMovement]:
        (last,) = _NEWEST.read(after) or (None,)
        rows = await info.context.load(
            stock.movements_by_variant,
            self.row.variant_id,
            after=last,
            limit=(first or DEFAULT_PAGE) + 1,
        )

        async def count() -> int | None:
            return await info.context.load(stock.count_movements_by_variant, self.row.variant_id)

        return Connection[StockMovement].of(
            rows,
            first,
            after,
            keyset=_NEWEST,
            key=lambda row: (row.id,),
            node=StockMovement.of,
            count=count,
        )
