"""The money of an order, as clients see it: attempts to pay, calls to gateways, refunds."""

from datetime import datetime

import strawberry

from db import orders, payments
from db.access import Caller, Permission
from schema.ids import Node, identity
from schema.money import Money
from schema.money import amount as minor_units
from schema.orders.back import LazyOrder
from schema.orders.lines import OrderLine
from schema.scalars import URL
from schema.users.types import Actor, acted
from schema.views import View, edge, shown, view


@view(orders.NextAction)
class PaymentAction(View[orders.NextAction]):
    kind: orders.PaymentActionKind
    url: URL | None
    client_secret: str | None


@view(orders.OperationRow)
class PaymentOperation(View[orders.OperationRow]):
    kind: payments.OperationKind
    amount: Money = minor_units("amount")
    status: payments.OperationStatus
    reference: str | None
    created_at: datetime
    settled_at: datetime | None


@view(orders.PaymentRow, reads=("user_id", "guest_id"))
class Payment(Node, View[orders.PaymentRow]):
    """One attempt to pay an order through one gateway."""

    id: strawberry.ID = identity(payments.Payment.prefix)
    order: LazyOrder = edge(orders.orders_by_id, by="order_id")
    gateway: str
    status: payments.PaymentStatus
    amount: Money = minor_units("amount")
    captured: Money = minor_units("captured")
    refunded: Money = minor_units("returned")
    next_action: PaymentAction | None = shown(
        PaymentAction.of,
        "next_action",
        description="What the buyer has to do next, with status REQUIRES_ACTION.",
        owner=True,
    )
    failure_code: str | None
    failure_message: str | None
    reference: str | None = shown(
        None, "reference", description="The gateway's own id.", requires=Permission.ORDERS_READ
    )
    operations: list[PaymentOperation] | None = edge(
        orders.operations_by_payment,
        by="id",
        description="Every call made to the gateway, at most 50.",
        requires=Permission.ORDERS_READ,
    )
    created_at: datetime
    updated_at: datetime

    def belongs_to(self, caller: Caller) -> bool:
        """Whether it pays for an order of the caller's."""
        return caller.is_owner_of(user_id=self.row.user_id, guest_id=self.row.guest_id)


@view(orders.RefundLineRow)
class RefundLine(View[orders.RefundLineRow]):
    order_line: OrderLine = edge(orders.lines_by_id, by="order_line_id")
    quantity: int
    restocked: bool


@view(orders.RefundRow)
class Refund(Node, View[orders.RefundRow]):
    id: strawberry.ID = identity(orders.Refund.prefix)
    order: LazyOrder = edge(orders.orders_by_id, by="order_id")
    payment: Payment = edge(orders.payments_by_id, by="payment_id")
    amount: Money = minor_units("amount")
    status: orders.RefundStatus
    reason: orders.RefundReason
    note: str | None = shown(None, "note", requires=Permission.ORDERS_READ)
    lines: list[RefundLine] = edge(orders.lines_by_refund, by="id")
    actor: Actor = acted()
    created_at: datetime
    settled_at: datetime | None
