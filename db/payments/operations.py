"""Payments, and the operations that move their money.

An operation is a row that is committed before its gateway is called, so that a charge always has a
row to come home to. Its id is the gateway's idempotency key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from db import ids, secrets
from db.base import execute, fetch, fetch_one
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


_BEGIN: Final = """
WITH begun AS (
    INSERT INTO payment (id, order_id, gateway, status, currency, amount, capture_at_once,
                         created_at, updated_at)
    VALUES ($1, $2, $3, 'PROCESSING', $4, $5, $6, $10, $10)
)
INSERT INTO payment_operation (id, payment_id, kind, amount, sealed_token, return_url, created_at)
VALUES ($7, $1, 'AUTHORIZE', $5, $8, $9, $10)
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
    """Write down a payment and its first operation, in the transaction of its order."""
    call = Call(
        operation_id=ids.new(),
        kind=OperationKind.AUTHORIZE,
        amount=amount,
        status=OperationStatus.REQUESTED,
        sealed_token=None,
        return_url=return_url,
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
    await execute(
        _BEGIN,
        *(call.payment_id, order_id, gateway, currency, amount, capture),
        *(call.operation_id, call.sealed_token, return_url, now),
    )
    return call


_GIVE_BACK: Final = """
WITH held AS (
    UPDATE payment SET refund_held = refund_held + $5, updated_at = $6 WHERE id = $2
)
INSERT INTO payment_operation (id, payment_id, kind, amount, created_at)
VALUES ($1, $2, $3, $4, $6)
"""


async def give_back(payment: Call, *, now: datetime) -> Call | None:
    """Ask for everything back that a payment holds or took; None where that is nothing.

    The caller holds the payment's lock, and calls the gateway after its commit.
    """
    kind, amount = _all_of(payment)
    if not amount:
        return None
    call = replace(
        payment,
        operation_id=ids.new(),
        kind=kind,
        amount=amount,
        status=OperationStatus.REQUESTED,
        sealed_token=None,
        return_url=None,
        refund_held=payment.refund_held + (amount if kind is OperationKind.REFUND else 0),
    )
    await execute(
        _GIVE_BACK,
        *(call.operation_id, call.payment_id, kind.value, amount),
        *(call.refund_held - payment.refund_held, now),
    )
    return call


def _all_of(payment: Call) -> tuple[OperationKind, int]:
    if payment.captured:
        return OperationKind.REFUND, payment.captured - payment.refund_held
    is_held = payment.payment_status is PaymentStatus.AUTHORIZED
    return OperationKind.VOID, payment.payment_amount if is_held else 0


_COLUMNS: Final = """
SELECT m.id AS operation_id, m.kind, m.amount, m.status, m.sealed_token, m.return_url,
       p.id AS payment_id, p.order_id, p.gateway, p.currency, p.status AS payment_status,
       p.amount AS payment_amount, p.captured, p.refund_held, p.capture_at_once, p.reference,
       p.failure_code, p.next_action,
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
    """Read an operation and its payment, and keep others from changing them."""
    row = await fetch_one(_ONE, operation_id)
    if row is None:
        raise LookupError(operation_id)
    return _call(row)


async def lock_live(order_id: UUID) -> Call | None:
    """Read an order's live payment with its first operation, and keep others from changing it."""
    row = await fetch_one(_LIVE, order_id)
    return _call(row) if row else None


async def count(order_id: UUID) -> int:
    """Count the attempts to pay an order."""
    rows = await fetch("SELECT count(*) FROM payment WHERE order_id = $1", order_id)
    return int(rows[0][0])


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
