"""The money of an order, as clients see it: attempts to pay, calls to gateways, refunds."""

from datetime import datetime

import strawberry

from db import ids, orders, payments
from db.access import Caller, Permission
from schema import define
from schema.context import Info
from schema.ids import Node
from schema.money import Money
from schema.orders.amounts import shown
from schema.orders.back import LazyOrder, order_of
from schema.orders.lines import OrderLine
from schema.permissions import guarded
from schema.resolvers import resolver
from schema.scalars import URL
from schema.users.types import Actor


@define.type
class PaymentAction:
    kind: orders.PaymentActionKind
    url: URL | None
    client_secret: str | None

    @classmethod
    def of(cls, action: orders.NextAction) -> "PaymentAction":
        """Show what the buyer has to do."""
        url = None if action.url is None else URL(action.url)
        return cls(kind=action.kind, url=url, client_secret=action.client_secret)


@define.type
class PaymentOperation:
    kind: payments.OperationKind
    amount: Money
    status: payments.OperationStatus
    reference: str | None
    created_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, row: orders.OperationRow) -> "PaymentOperation":
        """Show a call to a gateway."""
        return cls(
            kind=row.kind,
            amount=shown(row.amount, row.currency),
            status=row.status,
            reference=row.reference,
            created_at=row.created_at,
            settled_at=row.settled_at,
        )


@define.type
class Payment(Node):
    """One attempt to pay an order through one gateway."""

    gateway: str
    status: payments.PaymentStatus
    amount: Money
    captured: Money
    refunded: Money
    next_action: PaymentAction | None = guarded(
        "What the buyer has to do next, with status REQUIRES_ACTION.", owner=True
    )
    failure_code: str | None
    failure_message: str | None
    reference: str | None = guarded("The gateway's own id.", requires=Permission.ORDERS_READ)
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[orders.PaymentRow]

    @classmethod
    def of(cls, row: orders.PaymentRow) -> "Payment":
        """Show a payment."""
        return cls(
            id=strawberry.ID(ids.encode(payments.Payment.prefix, row.id)),
            gateway=row.gateway,
            status=row.status,
            amount=shown(row.amount, row.currency),
            captured=shown(row.captured, row.currency),
            refunded=shown(row.returned, row.currency),
            next_action=PaymentAction.of(row.next_action) if row.next_action else None,
            failure_code=row.failure_code,
            failure_message=row.failure_message,
            reference=row.reference,
            created_at=row.created_at,
            updated_at=row.updated_at,
            row=row,
        )

    def belongs_to(self, caller: Caller) -> bool:
        """Whether it pays for an order of the caller's."""
        return caller.is_owner_of(user_id=self.row.user_id, guest_id=self.row.guest_id)

    @resolver()
    async def order(self, info: Info) -> LazyOrder:
        return await order_of(info, self.row.order_id)

    @resolver(requires=Permission.ORDERS_READ)
    async def operations(self, info: Info) -> list[PaymentOperation] | None:
        """Every call made to the gateway, at most 50."""
        rows = await info.context.load(orders.operations_by_payment, self.row.id)
        return [PaymentOperation.of(row) for row in rows]


@define.type
class RefundLine:
    quantity: int
    restocked: bool
    row: strawberry.Private[orders.RefundLineRow]

    @resolver()
    async def order_line(self, info: Info) -> OrderLine:
        row = await info.context.load(orders.lines_by_id, self.row.order_line_id)
        return OrderLine.of(row)


@define.type
class Refund(Node):
    amount: Money
    status: orders.RefundStatus
    reason: orders.RefundReason
    note: str | None = guarded(requires=Permission.ORDERS_READ)
    actor: Actor
    created_at: datetime
    settled_at: datetime | None
    row: strawberry.Private[orders.RefundRow]

    @classmethod
    def of(cls, row: orders.RefundRow) -> "Refund":
        """Show a refund."""
        return cls(
            id=strawberry.ID(ids.encode(orders.Refund.prefix, row.id)),
            amount=shown(row.amount, row.currency),
            status=row.status,
            reason=row.reason,
            note=row.note,
            actor=Actor.of(row.actor_kind, row.actor_label, row.actor_id),
            created_at=row.created_at,
            settled_at=row.settled_at,
            row=row,
        )

    @resolver()
    async def order(self, info: Info) -> LazyOrder:
        return await order_of(info, self.row.order_id)

    @resolver()
    async def payment(self, info: Info) -> Payment:
        return Payment.of(await info.context.load(orders.payments_by_id, self.row.payment_id))

    @resolver()
    async def lines(self, info: Info) -> list[RefundLine]:
        rows = await info.context.load(orders.lines_by_refund, self.row.id)
        return [RefundLine(quantity=row.quantity, restocked=row.restocked, row=row) for row in rows]
