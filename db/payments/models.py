"""Money asked for, taken and given back, and every call made to a gateway about it."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from db.base import Row


class PaymentStatus(StrEnum):
    REQUIRES_ACTION = "REQUIRES_ACTION"
    PROCESSING = "PROCESSING"
    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    VOIDED = "VOIDED"
    FAILED = "FAILED"


LIVE = (
    PaymentStatus.PROCESSING,
    PaymentStatus.REQUIRES_ACTION,
    PaymentStatus.AUTHORIZED,
    PaymentStatus.CAPTURED,
)
"""At most one payment of an order is in one of these: the database sees to it."""


class OperationKind(StrEnum):
    AUTHORIZE = "AUTHORIZE"
    CAPTURE = "CAPTURE"
    VOID = "VOID"
    REFUND = "REFUND"


class OperationStatus(StrEnum):
    REQUESTED = "REQUESTED"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Payment(Row):
    """One attempt to pay an order through one gateway. Amounts are minor units of ``currency``."""

    prefix = "pay"

    order_id = fields.UUIDField()
    gateway = fields.TextField()
    status = fields.CharEnumField(PaymentStatus, max_length=15)
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField()
    captured = fields.BigIntField(default=0)
    refund_held = fields.BigIntField(default=0)
    capture_at_once = fields.BooleanField()
    next_action: Any = fields.JSONField(null=True)
    failure_code = fields.TextField(null=True)
    failure_message = fields.TextField(null=True)
    reference = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "payment"


class PaymentOperation(Row):
    """One call to a gateway. Its id is the gateway's idempotency key.

    ``sealed_token`` is what the buyer's client got from the gateway, encrypted, kept until the
    operation settles so that the very same call can be made again. ``asked`` counts how often the
    reconciler has asked about it, ``asked_at`` is when it did last, ``alerted_at`` when a person
    was told that it cannot find out.
    """

    prefix = "op"

    payment_id = fields.UUIDField()
    kind = fields.CharEnumField(OperationKind, max_length=9)
    amount = fields.BigIntField()
    status = fields.CharEnumField(OperationStatus, max_length=9, default=OperationStatus.REQUESTED)
    reference = fields.TextField(null=True)
    sealed_token = fields.BinaryField(null=True)
    return_url = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)
    asked = fields.IntField(default=0)
    asked_at = fields.DatetimeField(null=True)
    alerted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payment_operation"


class GatewayMessage(Row):
    """What a gateway told of its own accord.

    ``body`` is kept as it came until it is applied: it may be about an operation that is not ours
    yet. Until then ``asked`` counts how often that was looked for.
    """

    prefix = "gev"

    gateway = fields.TextField()
    event_id = fields.TextField()
    body = fields.BinaryField(null=True)
    received_at = fields.DatetimeField()
    applied_at = fields.DatetimeField(null=True)
    asked = fields.IntField(default=0)
    asked_at = fields.DatetimeField(null=True)
    alerted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "gateway_event"
