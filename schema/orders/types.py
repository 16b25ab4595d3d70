"""Orders and their timelines, as clients see them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from db import orders, users
from db.access import Caller, Permission
from schema import define
from schema.connections import DEFAULT_PAGE, After, Connection, First, Keyset
from schema.context import Context, Info
from schema.ids import Node, identity
from schema.money import Money, amount
from schema.orders.lines import OrderLine
from schema.orders.parcels import Fulfillment
from schema.orders.receipts import Payment, Refund
from schema.resolvers import resolver
from schema.scalars import JSON
from schema.totals import Totals
from schema.users.types import Actor, PostalAddress, User, acted
from schema.views import View, edge, part, shown, view

_OLDEST_FIRST = Keyset("timeline", UUID)


@view(orders.OrderEventRow)
class OrderEvent(Node, View[orders.OrderEventRow]):
    id: strawberry.ID = identity(orders.OrderEvent.prefix)
    kind: orders.OrderEventKind
    visibility: orders.Visibility
    message: str
    actor: Actor = acted()
    data: JSON | None = define.field("Ids and amounts, by kind.")
    created_at: datetime


def _payment_status(*facts: Any) -> orders.OrderPaymentStatus:
    return orders.payment_status(orders.standing_of(facts))


def _fulfillment_status(*facts: Any) -> orders.OrderFulfillmentStatus:
    return orders.fulfillment_status(orders.standing_of(facts))


def _kept(column: str, show: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Make what shows a column of an order's personal data, which is erased one day."""

    def read(_order: orders.OrderRow, kept: orders.OrderPrivateRow | None, _: Context) -> Any:
        value = None if kept is None else getattr(kept, column)
        return value if show is None or value is None else show(value)

    return read


def _private(
    column: str, show: Callable[..., Any] | None = None, description: str | None = None
) -> Any:
    return edge(
        orders.private_by_order,
        by="id",
        show=_kept(column, show),
        finds=(column,),
        description=description,
        requires=Permission.ORDERS_READ,
        owner=True,
    )


@view(orders.OrderRow, reads=("user_id", "guest_id"))
class Order(Node, View[orders.OrderRow]):
    """Made by checkout, never deleted. Lines, prices, tax and addresses are copies: later catalog
    changes do not touch them.
    """

    id: strawberry.ID = identity(orders.Order.prefix)
    number: str = define.field('For people: unique, rising, with gaps. "1042".')
    status: orders.OrderStatus
    payment_status: orders.OrderPaymentStatus = shown(
        _payment_status, *orders.FACTS, description="Derived from the payments."
    )
    fulfillment_status: orders.OrderFulfillmentStatus = shown(
        _fulfillment_status, *orders.FACTS, description="Derived from the fulfillments."
    )
    totals: Totals = part(Totals)
    paid: Money = amount("captured")
    refunded: Money = amount("returned")
    shipping_method_name: str | None
    discount_code: str | None
    expires_at: datetime | None = shown(
        None,
        "held_until",
        description="While PENDING: until when the stock is held. Moves on while a payment is "
        "PROCESSING.",
    )
    created_at: datetime
    placed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: orders.CancelReason | None
    updated_at: datetime
    version: int
    customer: User | None = edge(users.users_by_id, by="user_id")
    email: str | None = _private("email", description="Null after erasure.")
    lines: list[OrderLine] = edge(orders.lines_by_order, by="id", description="At most 100.")
    shipping_address: PostalAddress | None = _private("shipping_address", PostalAddress.of)
    billing_address: PostalAddress | None = _private("billing_address", PostalAddress.of)
    customer_note: str | None = edge(
        orders.private_by_order, by="id", show=_kept("note"), finds=("note",)
    )
    payments: list[Payment] = edge(
        orders.payments_by_order,
        by="id",
        description="All attempts, at most 20. At most one of them is live or captured.",
    )
    refunds: list[Refund] = edge(orders.refunds_by_order, by="id", description="At most 100.")
    fulfillments: list[Fulfillment] = edge(
        orders.fulfillments_by_order, by="id", description="At most 100."
    )

    def belongs_to(self, caller: Caller) -> bool:
        """Whether the caller bought it."""
        return caller.is_owner_of(user_id=self.row.user_id, guest_id=self.row.guest_id)

    @resolver(reads=("id",))
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

    @resolver(reads=orders.FACTS)
    def allowed_actions(self, info: Info) -> list[orders.OrderAction]:
        """What the caller may do right now."""
        caller, now = info.context.caller, info.context.now
        return orders.allowed(self.row.standing, caller, is_owner=self.belongs_to(caller), now=now)
