"""Stock and its ledger, as clients see them."""

from datetime import datetime
from typing import Final
from uuid import UUID

import strawberry

from db import catalog, ids, stock
from db.access import Permission
from schema import define
from schema.catalog.types import Variant
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Info
from schema.ids import Node
from schema.resolvers import resolver
from schema.stock.ahead import LazyOrder, order_of
from schema.users.types import Actor

define.expose(stock.StockMovementKind)
define.expose(stock.StockReason)

_NEWEST: Final = Keyset("movements", UUID)


@define.type
class StockMovement(Node):
    """Append-only. Summed up, the movements of a variant are its stock."""

    kind: stock.StockMovementKind
    reason: stock.StockReason | None
    on_hand_delta: int
    reserved_delta: int
    on_hand: int = define.field("After this movement.")
    reserved: int
    note: str | None
    actor: Actor
    created_at: datetime
    row: strawberry.Private[stock.MovementRow]

    @classmethod
    def of(cls, row: stock.MovementRow) -> "StockMovement":
        """Show a movement."""
        return cls(
            id=strawberry.ID(ids.encode(stock.StockMovement.prefix, row.id)),
            kind=row.kind,
            reason=row.reason,
            on_hand_delta=row.on_hand_delta,
            reserved_delta=row.reserved_delta,
            on_hand=row.on_hand,
            reserved=row.reserved,
            note=row.note,
            actor=Actor.of(row.actor_kind, row.actor_label, row.actor_id),
            created_at=row.created_at,
            row=row,
        )

    @resolver()
    async def variant(self, info: Info) -> Variant:
        return await variant_of(self.row.variant_id, info)

    @resolver(requires=Permission.ORDERS_READ)
    async def order(self, info: Info) -> LazyOrder | None:
        return await order_of(info, self.row.order_id) if self.row.order_id else None


@define.type
class Stock:
    """onHand >= reserved >= 0 always: the database refuses anything else."""

    on_hand: int
    reserved: int = define.field(
        "Held for orders that are not shipped yet, and for checkouts in progress."
    )
    available: int = define.field("onHand - reserved.")
    low_at: int | None
    updated_at: datetime
    variant_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: stock.StockRow) -> "Stock":
        """Show a stock."""
        return cls(
            on_hand=row.on_hand,
            reserved=row.reserved,
            available=row.available,
            low_at=row.low_at,
            updated_at=row.updated_at,
            variant_id=row.variant_id,
        )

    @resolver()
    async def movements(
        self, info: Info, first: First = DEFAULT_PAGE, after: After = None
    ) -> Connection[StockMovement]:
        (last,) = _NEWEST.read(after) or (None,)
        rows = await info.context.load(
            stock.movements_by_variant,
            self.variant_id,
            after=last,
            limit=(first or DEFAULT_PAGE) + 1,
        )

        async def count() -> int | None:
            return await info.context.load(stock.count_movements_by_variant, self.variant_id)

        return Connection[StockMovement].of(
            rows,
            first,
            after,
            keyset=_NEWEST,
            key=lambda row: (row.id,),
            node=StockMovement.of,
            count=count,
        )


async def variant_of(variant_id: UUID, info: Info) -> Variant:
    """Show the variant that a stock is of."""
    row = await info.context.load(catalog.variants_by_id, variant_id)
    if row is None:
        raise LookupError(f"there is no variant {variant_id}")
    return Variant.of(row)
