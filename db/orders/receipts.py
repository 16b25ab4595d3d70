"""Reads of an order's money: attempts to pay, calls made to gateways, refunds.

Batches answer in the order of their keys, like those in ``parts``. Amounts are minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from db.access import ActorKind, Caller
from db.base import by_key, fetch, in_order
from db.orders.models import RefundReason, RefundStatus
from db.orders.queries import visible_to
from db.payments import OperationKind, OperationStatus, PaymentStatus


class PaymentActionKind(StrEnum):
    REDIRECT = "REDIRECT"
    CONFIRM_IN_CLIENT = "CONFIRM_IN_CLIENT"


@dataclass(frozen=True, slots=True)
class NextAction:
    """What the buyer has to do next: go somewhere, or let the gateway's own script go on."""

    kind: PaymentActionKind
    url: str | None = None
    client_secret: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One attempt to pay. ``returned`` is what refunds have brought back to the buyer.

    ``user_id`` and ``guest_id`` are the order's owner.
    """

    id: UUID
    order_id: UUID
    gateway: str
    status: PaymentStatus
    currency: str
    amount: int
    captured: int
    refund_held: int
    next_action: NextAction | None
    failure_code: str | None
    failure_message: str | None
    reference: str | None
    created_at: datetime
    updated_at: datetime
    returned: int
    user_id: UUID | None
    guest_id: UUID | None


_STATUS, _NEXT_ACTION = 3, 8
_PAYMENTS: Final = """
SELECT p.id, p.order_id, p.gateway, p.status, p.currency, p.amount, p.captured, p.refund_held,
       p.next_action, p.failure_code, p.failure_message, p.reference, p.created_at, p.updated_at,
       CASE WHEN p.refund_held > 0 THEN (
           SELECT coalesce(sum(r.amount), 0)::bigint FROM refund r
            WHERE r.payment_id = p.id AND r.status = 'SUCCEEDED'
       ) ELSE 0 END, o.user_id, o.guest_id
  FROM payment p JOIN orders o ON o.id = p.order_id"""


def _payment(record: asyncpg.Record) -> PaymentRow:
    values = list(record)
    values[_STATUS] = PaymentStatus(values[_STATUS])
    values[_NEXT_ACTION] = _next_action(values[_NEXT_ACTION])
    return PaymentRow(*values)


def _next_action(text: str | None) -> NextAction | None:
    if text is None:
        return None
    kept = orjson.loads(text)
    return NextAction(**(kept | {"kind": PaymentActionKind(kept["kind"])}))


async def payments_by_order(order_ids: Sequence[UUID]) -> list[list[PaymentRow]]:
    """Read all attempts to pay orders, oldest first."""
    keys = list(order_ids)
    records = await fetch(f"{_PAYMENTS} WHERE p.order_id = ANY($1) ORDER BY p.id", keys)
    return [[_payment(record) for record in group] for group in by_key(records, keys, column=1)]


async def payments_by_id(ids: Sequence[UUID]) -> list[PaymentRow]:
    """Read payments that the caller was already let see."""
    records = await fetch(f"{_PAYMENTS} WHERE p.id = ANY($1)", list(ids))
    found = {record[0]: _payment(record) for record in records}
    return [found[key] for key in ids]


async def find_payments(*, caller: Caller, ids: Sequence[UUID]) -> list[PaymentRow | None]:
    """Read payments; None for those that the caller may not see."""
    seen = visible_to(caller)
    records = await fetch(
        f"{_PAYMENTS} WHERE p.id = ANY($1) AND {seen.numbered(2)}", list(ids), *seen.parameters
    )
    return in_order(records, ids, _payment)


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One call to a gateway. Amounts are minor units of ``currency``."""

    payment_id: UUID
    kind: OperationKind
    amount: int
    currency: str
    status: OperationStatus
    reference: str | None
    created_at: datetime
    settled_at: datetime | None


_OPERATIONS: Final = """
SELECT m.payment_id, m.kind, m.amount, p.currency, m.status, m.reference, m.created_at, m.settled_at
  FROM payment_operation m JOIN payment p ON p.id = m.payment_id
 WHERE m.payment_id = ANY($1) ORDER BY m.id"""


def _operation(record: asyncpg.Record) -> OperationRow:
    payment_id, kind, amount, currency, status, *rest = record
    return OperationRow(
        payment_id, OperationKind(kind), amount, currency, OperationStatus(status), *rest
    )


async def operations_by_payment(payment_ids: Sequence[UUID]) -> list[list[OperationRow]]:
    """Read the calls made to gateways about payments, oldest first."""
    keys = list(payment_ids)
    records = await fetch(_OPERATIONS, keys)
    return [[_operation(record) for record in group] for group in by_key(records, keys)]


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money going back. ``amount`` is minor units of ``currency``."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    amount: int
    currency: str
    status: RefundStatus
    reason: RefundReason
    note: str | None
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_label: str
    created_at: datetime
    settled_at: datetime | None


_REFUNDS: Final = """
SELECT r.id, r.order_id, r.payment_id, r.amount, o.currency, r.status, r.reason, r.note,
       r.actor_kind, r.actor_id, r.actor_label, r.created_at, r.settled_at
  FROM refund r JOIN orders o ON o.id = r.order_id"""


def _refund(record: asyncpg.Record) -> RefundRow:
    key, order_id, payment_id, amount, currency, status, reason, note, kind, *rest = record
    return RefundRow(
        key,
        order_id,
        payment_id,
        amount,
        currency,
        RefundStatus(status),
        RefundReason(reason),
        note,
        ActorKind(kind),
        *rest,
    )


async def refunds_by_order(order_ids: Sequence[UUID]) -> list[list[RefundRow]]:
    """Read the refunds of orders, oldest first."""
    keys = list(order_ids)
    records = await fetch(f"{_REFUNDS} WHERE r.order_id = ANY($1) ORDER BY r.id", keys)
    return [[_refund(record) for record in group] for group in by_key(records, keys, column=1)]


async def find_refunds(*, caller: Caller, ids: Sequence[UUID]) -> list[RefundRow | None]:
    """Read refunds; None for those that the caller may not see."""
    seen = visible_to(caller)
    records = await fetch(
        f"{_REFUNDS} WHERE r.id = ANY($1) AND {seen.numbered(2)}", list(ids), *seen.parameters
    )
    return in_order(records, ids, _refund)


@dataclass(frozen=True, slots=True)
class RefundLineRow:
    """So many units of an order line, given back with one refund."""

    refund_id: UUID
    order_line_id: UUID
    quantity: int
    restocked: bool


_REFUND_LINES: Final = """
SELECT r.refund_id, r.order_line_id, r.quantity, r.restocked
  FROM refund_line r JOIN order_line l ON l.id = r.order_line_id
 WHERE r.refund_id = ANY($1) ORDER BY l.position, l.id"""


async def lines_by_refund(ids: Sequence[UUID]) -> list[list[RefundLineRow]]:
    """Read what was given back with refunds, in the order of the order's lines."""
    keys = list(ids)
    records = await fetch(_REFUND_LINES, keys)
    return [[RefundLineRow(*record) for record in group] for group in by_key(records, keys)]
