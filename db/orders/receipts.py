"""Reads of an order's money: attempts to pay, calls made to gateways, refunds.

Batches answer in the order of their keys, like those in ``parts``. Amounts are minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final
from uuid import UUID

import orjson

from db.access import ActorKind, Caller
from db.base import by_key, rows_in_order
from db.orders.models import RefundReason, RefundStatus
from db.orders.queries import visible_to
from db.payments import OperationKind, OperationStatus, PaymentStatus
from db.rows import EVERY, Columns, Record, Select, column


class PaymentActionKind(StrEnum):
    REDIRECT = "REDIRECT"
    CONFIRM_IN_CLIENT = "CONFIRM_IN_CLIENT"


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the buyer has to do next: go somewhere, or let the gateway's own script go on."""

    kind: PaymentActionKind
    url: str | None = None
    client_secret: str | None = None


_OF_ORDER: Final = "JOIN orders o ON o.id = p.order_id"


def _next_action(text: str) -> NextAction:
    kept = orjson.loads(text)
    return NextAction(**(kept | {"kind": PaymentActionKind(kept["kind"])}))


class PaymentRow(Record):
    """One attempt to pay. ``returned`` is what refunds have brought back to the buyer.

    ``user_id`` and ``guest_id`` are the order's owner.
    """

    id: UUID = column("p.id")
    order_id: UUID = column("p.order_id")
    gateway: str = column("p.gateway")
    status: PaymentStatus = column("p.status", PaymentStatus)
    currency: str = column("p.currency")
    amount: int = column("p.amount")
    captured: int = column("p.captured")
    next_action: NextAction | None = column("p.next_action", _next_action)
    failure_code: str | None = column("p.failure_code")
    failure_message: str | None = column("p.failure_message")
    reference: str | None = column("p.reference")
    created_at: datetime = column("p.created_at")
    updated_at: datetime = column("p.updated_at")
    returned: int = column(
        """CASE WHEN p.refund_held > 0 THEN (
               SELECT coalesce(sum(r.amount), 0)::bigint FROM refund r
                WHERE r.payment_id = p.id AND r.status = 'SUCCEEDED'
           ) ELSE 0 END"""
    )
    user_id: UUID | None = column("o.user_id", join=_OF_ORDER)
    guest_id: UUID | None = column("o.guest_id", join=_OF_ORDER)


_PAYMENTS_BY_ORDER: Final = Select(
    PaymentRow,
    "FROM payment p {joins} WHERE p.order_id = ANY($1) ORDER BY p.id",
    keys=("order_id",),
)


async def payments_by_order(
    order_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[PaymentRow]]:
    """Read all attempts to pay orders, oldest first."""
    return by_key(await _PAYMENTS_BY_ORDER.fetch(columns, order_ids), order_ids, "order_id")


_PAYMENTS_BY_ID: Final = Select(PaymentRow, "FROM payment p {joins} WHERE p.id = ANY($1)")


async def payments_by_id(ids: Sequence[UUID], *, columns: Columns = EVERY) -> list[PaymentRow]:
    """Read payments that the caller was already let see."""
    found = {row["id"]: row for row in await _PAYMENTS_BY_ID.fetch(columns, ids)}
    return [found[key] for key in ids]


@cache
def _seen_payments(seen: str) -> Select[PaymentRow]:
    return Select(PaymentRow, f"FROM payment p {_OF_ORDER} WHERE p.id = ANY($1) AND {seen}")


async def find_payments(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[PaymentRow | None]:
    """Read payments; None for those that the caller may not see."""
    seen = visible_to(caller)
    payments = _seen_payments(seen.numbered(2))
    return rows_in_order(await payments.fetch(columns, ids, *seen.parameters), ids)


class OperationRow(Record):
    """One call to a gateway. Amounts are minor units of ``currency``."""

    payment_id: UUID = column("m.payment_id")
    kind: OperationKind = column("m.kind", OperationKind)
    amount: int = column("m.amount")
    currency: str = column("p.currency", join="JOIN payment p ON p.id = m.payment_id")
    status: OperationStatus = column("m.status", OperationStatus)
    reference: str | None = column("m.reference")
    created_at: datetime = column("m.created_at")
    settled_at: datetime | None = column("m.settled_at")


MOST_OPERATIONS: Final = 50
_OPERATIONS: Final = Select(
    OperationRow,
    "FROM payment_operation m {joins} WHERE m.payment_id = ANY($1) AND m.id IN ("
    "SELECT id FROM payment_operation WHERE payment_id = m.payment_id"
    f" ORDER BY id DESC LIMIT {MOST_OPERATIONS}) ORDER BY m.id",
    keys=("payment_id",),
)


async def operations_by_payment(
    payment_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[OperationRow]]:
    """Read the latest calls made to gateways about payments, oldest first."""
    return by_key(await _OPERATIONS.fetch(columns, payment_ids), payment_ids, "payment_id")


_ORDER_OF_REFUND: Final = "JOIN orders o ON o.id = r.order_id"


class RefundRow(Record):
    """Money going back. ``amount`` is minor units of ``currency``."""

    id: UUID = column("r.id")
    order_id: UUID = column("r.order_id")
    payment_id: UUID = column("r.payment_id")
    amount: int = column("r.amount")
    currency: str = column("o.currency", join=_ORDER_OF_REFUND)
    status: RefundStatus = column("r.status", RefundStatus)
    reason: RefundReason = column("r.reason", RefundReason)
    note: str | None = column("r.note")
    actor_kind: ActorKind = column("r.actor_kind", ActorKind)
    actor_id: UUID | None = column("r.actor_id")
    actor_label: str = column("r.actor_label")
    created_at: datetime = column("r.created_at")
    settled_at: datetime | None = column("r.settled_at")


_REFUNDS_BY_ORDER: Final = Select(
    RefundRow,
    "FROM refund r {joins} WHERE r.order_id = ANY($1) ORDER BY r.id",
    keys=("order_id",),
)


async def refunds_by_order(
    order_ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[RefundRow]]:
    """Read the refunds of orders, oldest first."""
    return by_key(await _REFUNDS_BY_ORDER.fetch(columns, order_ids), order_ids, "order_id")


@cache
def _seen_refunds(seen: str) -> Select[RefundRow]:
    return Select(RefundRow, f"FROM refund r {_ORDER_OF_REFUND} WHERE r.id = ANY($1) AND {seen}")


async def find_refunds(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[RefundRow | None]:
    """Read refunds; None for those that the caller may not see."""
    seen = visible_to(caller)
    refunds = _seen_refunds(seen.numbered(2))
    return rows_in_order(await refunds.fetch(columns, ids, *seen.parameters), ids)


class RefundLineRow(Record):
    """So many units of an order line, given back with one refund."""

    refund_id: UUID = column("r.refund_id")
    order_line_id: UUID = column("r.order_line_id")
    quantity: int = column("r.quantity")
    restocked: bool = column("r.restocked")


_REFUND_LINES: Final = Select(
    RefundLineRow,
    """FROM refund_line r JOIN order_line l ON l.id = r.order_line_id
        WHERE r.refund_id = ANY($1) ORDER BY l.position, l.id""",
    keys=("refund_id",),
)


async def lines_by_refund(
    ids: Sequence[UUID], *, columns: Columns = EVERY
) -> list[list[RefundLineRow]]:
    """Read what was given back with refunds, in the order of the order's lines."""
    return by_key(await _REFUND_LINES.fetch(columns, ids), ids, "refund_id")
