"""Orders and their timelines, as clients see them."""

from datetime import datetime
from uuid import UUID

import strawberry

from db import ids, orders, users
from db.access import Caller, Permission
from schema import define
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.orders.amounts import shown
from schema.orders.lines import OrderLine
from schema.orders.parcels import Fulfillment
from schema.orders.receipts import Payment, Refund
from schema.resolvers import resolver
from schema.scalars import JSON
from schema.totals import Totals
from schema.users.types import Actor, PostalAddress, User

_OLDEST_FIRST = Keyset("timeline", UUID)


@define.type
class OrderEvent(Node):
    kind: orders.OrderEventKind
    visibility: orders.Visibility
    message: str
    actor: Actor
    data: JSON | None = define.field("Ids and amounts, by kind.")
    created_at: datetime

    @classmethod
    def of(cls, row: orders.OrderEventRow) -> "OrderEvent":
        """Show an entry of a timeline."""
        return cls(
            id=strawberry.ID(ids.encode(orders.OrderEvent.prefix, row.id)),
            kind=row.kind,
            visibility=row.visibility,
            message=row.message,
            actor=Actor.of(row.actor_kind, row.actor_label, row.actor_id),
            data=row.data,
            created_at=row.created_at,
        )


@define.type
class Order(Node):
    """Made by checkout, never deleted. Lines, prices, tax and addresses are copies: later catalog
    changes do not touch them.
    """

    number: str = define.field('For people: unique, rising, with gaps. "1042".')
    status: orders.OrderStatus
    payment_status: orders.OrderPaymentStatus = define.field("Derived from the payments.")
    fulfillment_status: orders.OrderFulfillmentStatus = define.field(
        "Derived from the fulfillments."
    )
    totals: Totals
    paid: Money
    refunded: Money
    shipping_method_name: str | None
    discount_code: str | None
    expires_at: datetime | None = define.field(
        "While PENDING: until when the stock is held. Moves on while a payment is PROCESSING."
    )
    created_at: datetime
    placed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: orders.CancelReason | None
    updated_at: datetime
    version: int
    row: strawberry.Private[orders.OrderRow]

    @classmethod
    def of(cls, row: orders.OrderRow) -> "Order":
        """Show an order."""
        is_held = row.status is orders.OrderStatus.PENDING
        return cls(
            id=strawberry.ID(ids.encode(orders.Order.prefix, row.id)),
            number=row.number,
            status=row.status,
            payment_status=orders.payment_status(row.standing),
            fulfillment_status=orders.fulfillment_status(row.standing),
            totals=Totals.of(row),
            paid=shown(row.standing.captured, row.currency),
            refunded=shown(row.standing.returned, row.currency),
            shipping_method_name=row.shipping_method_name,
            discount_code=row.discount_code,
            expires_at=row.expires_at if is_held else None,
            created_at=row.created_at,
            placed_at=row.placed_at,
            cancelled_at=row.cancelled_at,
            cancel_reason=row.cancel_reason,
            updated_at=row.updated_at,
            version=row.version,
            row=row,
        )

    def belongs_to(self, caller: Caller) -> bool:
        """Whether the caller bought it."""
        return caller.is_owner_of(user_id=self.row.user_id, guest_id=self.row.guest_id)

    @resolver()
    async def customer(self, info: Info) -> User | None:
        if self.row.user_id is None:
            return None
        row = await info.context.load(users.users_by_id, self.row.user_id)
        return User.of(row) if row else None

    @resolver(requires=Permission.ORDERS_READ, owner=True)
    async def email(self, info: Info) -> str | None:
        """Null after erasure."""
        private = await info.context.load(orders.private_by_order, self.row.id)
        return private.email if private else None

    @resolver()
    async def lines(self, info: Info) -> list[OrderLine]:
        """At most 100."""
        rows = await info.context.load(orders.lines_by_order, self.row.id)
        return [OrderLine.of(row) for row in rows]

    @resolver(requires=Permission.ORDERS_READ, owner=True)
    async def shipping_address(self, info: Info) -> PostalAddress | None:
        private = await info.context.load(orders.private_by_order, self.row.id)
        kept = private.shipping_address if private else None
        return PostalAddress.of(kept) if kept else None

    @resolver(requires=Permission.ORDERS_READ, owner=True)
    async def billing_address(self, info: Info) -> PostalAddress | None:
        private = await info.context.load(orders.private_by_order, self.row.id)
        kept = private.billing_address if private else None
        return PostalAddress.of(kept) if kept else None

    @resolver()
    async def customer_note(self, info: Info) -> str | None:
        private = await info.context.load(orders.private_by_order, self.row.id)
        return private.note if private else None

    @resolver()
    async def payments(self, info: Info) -> list[Payment]:
        """All attempts, at most 20. At most one of them is live or captured."""
        rows = await info.context.load(orders.payments_by_order, self.row.id)
        return [Payment.of(row) for row in rows]

    @resolver()
    async def refunds(self, info: Info) -> list[Refund]:
        """At most 100."""
        rows = await info.context.load(orders.refunds_by_order, self.row.id)
        return [Refund.of(row) for row in rows]

    @resolver()
    async def fulfillments(self, info: Info) -> list[Fulfillment]:
        """At most 100."""
        rows = await info.context.load(orders.fulfillments_by_order, self.row.id)
        return [Fulfillment.of(row) for row in rows]

    @resolver()
    async def events(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[OrderEvent]:
        """The timeline, oldest first. Customers see those with visibility CUSTOMER."""
        caller = info.context.caller
        (last,) = _OLDEST_FIRST.read(after) or (None,)
        page = orders.EventsPage(self.row.id, (first or DEFAULT_PAGE) + 1, last)
        return Connection[OrderEvent].of(
            await info.context.load(orders.pages_of_events, page, caller=caller),
            first,
            after,
            keyset=_OLDEST_FIRST,
            key=lambda row: (row.id,),
            node=OrderEvent.of,
            count=lambda: orders.count_events(self.row.id, caller=caller),
        )

    @resolver()
    def allowed_actions(self, info: Info) -> list[orders.OrderAction]:
        """What the caller may do right now."""
        caller, now = info.context.caller, info.context.now
        return orders.allowed(self.row.standing, caller, is_owner=self.belongs_to(caller), now=now)
