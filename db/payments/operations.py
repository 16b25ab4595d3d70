"""Payments, and the operations that move their money.

An operation is a row that is committed before its gateway is called, so that a charge always has a
row to come home to. Its id is the gateway's idempotency key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from db import ids, secrets
from db.base import execute, fetch_one, fetch_value, put_off
from db.payments.gateway import Op
from db.payments.models import (
    OperationKind,
    OperationStatus,
    Payment,
    PaymentOperation,
    PaymentStatus,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation together with its payment, as they stand. Amounts are minor units."""

    operation_id: UUID
    kind: OperationKind
    amount: int
    status: OperationStatus
    sealed_token: bytes | None
    return_url: str | None
    created_at: datetime
    payment_id: UUID
    order_id: UUID
    gateway: str
    currency: str
    payment_status: PaymentStatus
    payment_amount: int
    captured: int
    refund_held: int
    capture_at_once: bool
    reference: str | None
    failure_code: str | None = None
    failure_message: str | None = None
    next_action: Mapping[str, str] | None = None
    has_rival: bool = False
    """Another payment of the same order is live: this one must not be."""

    @property
    def op(self) -> Op:
        """What the gateway is asked."""
        return Op(
            key=ids.encode(PaymentOperation.prefix, self.operation_id),
            kind=self.kind,
            amount=self.amount,
            currency=self.currency,
            reference=self.reference,
        )

    @property
    def token(self) -> str | None:
        """What the buyer's client got from the gateway, kept until the operation settles."""
        if self.sealed_token is None:
            return None
        return secrets.keyring().open(self.sealed_token, _use(self.operation_id)).decode()

    @property
    def is_open(self) -> bool:
        return self.status in {OperationStatus.REQUESTED, OperationStatus.UNKNOWN}

    @property
    def payment_typeid(self) -> str:
        return ids.encode(Payment.prefix, self.payment_id)


def _use(operation_id: UUID) -> str:
    return f"token of {operation_id}"


_ADD_PAYMENT: Final = """
INSERT INTO payment (id, order_id, gateway, status, currency, amount, capture_at_once, created_at,
                     updated_at)
VALUES ($1, $2, $3, 'PROCESSING', $4, $5, $6, $7, $7)
"""
_ADD_OPERATION: Final = """
INSERT INTO payment_operation (id, payment_id, kind, amount, sealed_token, return_url, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def begin(
    *,
    order_id: UUID,
    gateway: str,
    currency: str,
    amount: int,
    capture: bool,
    token: str | None,
    return_url: str | None,
    now: datetime,
) -> Call:
    """Write down a payment and its first operation, as the transaction of its order ends."""
    call = Call(
        operation_id=ids.new(),
        kind=OperationKind.AUTHORIZE,
        amount=amount,
        status=OperationStatus.REQUESTED,
        sealed_token=None,
        return_url=return_url,
        created_at=now,
        payment_id=ids.new(),
        order_id=order_id,
        gateway=gateway,
        currency=currency,
        payment_status=PaymentStatus.PROCESSING,
        payment_amount=amount,
        captured=0,
        refund_held=0,
        capture_at_once=capture,
        reference=None,
    )
    if token is not None:
        sealed = secrets.keyring().seal(token.encode(), _use(call.operation_id))
        call = replace(call, sealed_token=sealed)
    await put_off(
        _ADD_PAYMENT, *(call.payment_id, order_id, gateway, currency, amount, capture, now)
    )
    await put_off(_ADD_OPERATION, *_operation(call, now))
    return call


def _operation(call: Call, now: datetime) -> tuple[Any, ...]:
    ids_and_amount = (call.operation_id, call.payment_id, call.kind.value, call.amount)
    return (*ids_and_amount, call.sealed_token, call.return_url, now)


_HOLD: Final = "UPDATE payment SET refund_held = $2, updated_at = $3 WHERE id = $1"


async def give_back(payment: Call, *, now: datetime) -> Call | None:
    """Ask for everything back that a payment holds or took; None where that is nothing.

    ``payment`` is its first operation, which says whether anything is held. The caller holds its
    lock, and calls the gateway after the commit.
    """
    if payment.captured:
        left = payment.captured - payment.refund_held
        return await refund(payment, left, now=now) if left else None
    if payment.status is not OperationStatus.SUCCEEDED:
        return None
    return await _ask(payment, OperationKind.VOID, payment.payment_amount, now)


async def refund(payment: Call, amount: int, *, now: datetime) -> Call:
    """Ask for a part of what a payment took. Until the gateway refuses, nobody else can have it.

    As with :func:`give_back`, the caller holds the payment's lock, and calls the gateway later.
    """
    held = payment.refund_held + amount
    call = await _ask(replace(payment, refund_held=held), OperationKind.REFUND, amount, now)
    await execute(_HOLD, call.payment_id, held, now)
    return call


async def take(payment: Call, amount: int, *, now: datetime) -> Call:
    """Ask for money that a payment holds, once; what is more than ``amount`` is let go.

    As with :func:`give_back`, the caller holds the payment's lock, and calls the gateway later.
    """
    return await _ask(payment, OperationKind.CAPTURE, amount, now)


async def _ask(payment: Call, kind: OperationKind, amount: int, now: datetime) -> Call:
    call = replace(
        payment,
        operation_id=ids.new(),
        kind=kind,
        amount=amount,
        status=OperationStatus.REQUESTED,
        sealed_token=None,
        return_url=None,
        created_at=now,
    )
    await execute(_ADD_OPERATION, *_operation(call, now))
    return call


_COLUMNS: Final = """
SELECT m.id AS operation_id, m.kind, m.amount, m.status, m.sealed_token, m.return_url,
       m.created_at,
       p.id AS payment_id, p.order_id, p.gateway, p.currency, p.status AS payment_status,
       p.amount AS payment_amount, p.captured, p.refund_held, p.capture_at_once, p.reference,
       p.failure_code, p.failure_message, p.next_action,
       EXISTS (
           SELECT FROM payment r WHERE r.order_id = p.order_id AND r.id <> p.id
              AND r.status IN ('PROCESSING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED')
       ) AS has_rival
  FROM payment p JOIN payment_operation m ON m.payment_id = p.id
"""
_ONE: Final = f"{_COLUMNS} WHERE m.id = $1 FOR NO KEY UPDATE OF p, m"
_LIVE: Final = f"""{_COLUMNS}
 WHERE p.order_id = $1 AND m.kind = 'AUTHORIZE'
   AND p.status IN ('PROCESSING', 'REQUIRES_ACTION', 'AUTHORIZED', 'CAPTURED')
   FOR NO KEY UPDATE OF p, m
"""


async def lock_call(operation_id: UUID) -> Call:
    """Read an operation of a locked order, with its payment, and lock them too."""
    row = await fetch_one(_ONE, operation_id)
    if row is None:
        raise LookupError(operation_id)
    return _call(row)


_FOUND: Final = f"{_COLUMNS} WHERE m.id = $1"


async def find_call(operation_id: UUID) -> Call | None:
    """Read an operation with its payment, as they are at this moment."""
    row = await fetch_one(_FOUND, operation_id)
    return _call(row) if row else None


async def lock_live(order_id: UUID) -> Call | None:
    """Read a locked order's live payment with its first operation, and lock it too."""
    row = await fetch_one(_LIVE, order_id)
    return _call(row) if row else None


_FIRST: Final = f"""{_COLUMNS}
 WHERE p.id = $1 AND m.kind = 'AUTHORIZE' FOR NO KEY UPDATE OF p, m
"""


async def lock_first(payment_id: UUID) -> Call:
    """Read a payment of a locked order with its first operation, and lock it too."""
    row = await fetch_one(_FIRST, payment_id)
    if row is None:
        raise LookupError(payment_id)
    return _call(row)


async def order_of(payment_id: UUID) -> UUID | None:
    """Find the order that a payment is for."""
    found: UUID | None = await fetch_value("SELECT order_id FROM payment WHERE id = $1", payment_id)
    return found


_HAS_ANSWER: Final = """
SELECT status <> 'REQUESTED' FROM payment_operation WHERE payment_id = $1 AND kind = 'AUTHORIZE'
"""


async def has_answer(payment_id: UUID) -> bool:
    """Tell whether the first call about a payment was answered, or given up waiting for."""
    return await fetch_value(_HAS_ANSWER, payment_id) is not False


async def count(order_id: UUID) -> int:
    """Count the attempts to pay an order."""
    attempts: int = await fetch_value("SELECT count(*) FROM payment WHERE order_id = $1", order_id)
    return attempts


def _call(row: asyncpg.Record) -> Call:
    values = dict(row)
    action = values["next_action"]
    return Call(
        **values
        | {
            "kind": OperationKind(values["kind"]),
            "status": OperationStatus(values["status"]),
            "payment_status": PaymentStatus(values["payment_status"]),
            "next_action": orjson.loads(action) if action else None,
        }
    )
