"""Orders and all that hangs on them: lines, timeline, fulfillments, refunds.

``fulfillment_line`` and ``refund_line`` have keys of two columns: statements reach them.
"""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from db.access import ActorKind
from db.base import Row


class OrderStatus(StrEnum):
    PENDING = "PENDING"
    PLACED = "PLACED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class CancelReason(StrEnum):
    CUSTOMER = "CUSTOMER"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    FRAUD = "FRAUD"
    PAYMENT = "PAYMENT"
    OTHER = "OTHER"


class OrderEventKind(StrEnum):
    CREATED = "CREATED"
    PLACED = "PLACED"
    EDITED = "EDITED"
    NOTE = "NOTE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    PAYMENT_REQUESTED = "PAYMENT_REQUESTED"
    PAYMENT_AUTHORIZED = "PAYMENT_AUTHORIZED"
    PAYMENT_CAPTURED = "PAYMENT_CAPTURED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    PAYMENT_VOIDED = "PAYMENT_VOIDED"
    REFUND_REQUESTED = "REFUND_REQUESTED"
    REFUND_SUCCEEDED = "REFUND_SUCCEEDED"
    REFUND_FAILED = "REFUND_FAILED"
    FULFILLMENT_CREATED = "FULFILLMENT_CREATED"
    FULFILLMENT_SHIPPED = "FULFILLMENT_SHIPPED"
    FULFILLMENT_DELIVERED = "FULFILLMENT_DELIVERED"
    FULFILLMENT_CANCELLED = "FULFILLMENT_CANCELLED"


class Visibility(StrEnum):
    CUSTOMER = "CUSTOMER"
    STAFF = "STAFF"


class FulfillmentStatus(StrEnum):
    PACKING = "PACKING"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


class RefundStatus(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RefundReason(StrEnum):
    RETURNED = "RETURNED"
    DAMAGED = "DAMAGED"
    NOT_DELIVERED = "NOT_DELIVERED"
    CANCELLED = "CANCELLED"
    GOODWILL = "GOODWILL"
    OTHER = "OTHER"


class Order(Row):
    """Made by checkout, never deleted. Amounts are minor units of ``currency``.

    ``tax_lines`` is a list of ``{name, rate, base, amount}``: rate in millionths, the others in
    minor units. ``cart_id`` is the cart that it came from, which is deleted when it is placed.
    ``left_until`` is how long the others leave it to the worker that ends it.
    """

    prefix = "order"

    number = fields.TextField()
    status = fields.CharEnumField(OrderStatus, max_length=9)
    user_id = fields.UUIDField(null=True)
    guest_id = fields.UUIDField(null=True)
    cart_id = fields.UUIDField(null=True)
    currency = fields.CharField(max_length=3)
    prices_include_tax = fields.BooleanField()
    subtotal = fields.BigIntField()
    discount = fields.BigIntField(default=0)
    shipping = fields.BigIntField(default=0)
    shipping_tax = fields.BigIntField(default=0)
    tax = fields.BigIntField(default=0)
    total = fields.BigIntField()
    tax_lines: Any = fields.JSONField(default=list)
    shipping_method_name = fields.TextField(null=True)
    discount_code = fields.TextField(null=True)
    expires_at = fields.DatetimeField(null=True)
    left_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    placed_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.CharEnumField(CancelReason, max_length=12, null=True)
    updated_at = fields.DatetimeField()
    version = fields.IntField(default=1)

    class Meta:
        table = "orders"


class OrderPrivate(Model):
    """The only personal data of an order."""

    order_id = fields.UUIDField(primary_key=True)
    email = fields.TextField(null=True)
    shipping_address: Any = fields.JSONField(null=True)
    billing_address: Any = fields.JSONField(null=True)
    note = fields.TextField(null=True)
    erase_after = fields.DatetimeField(null=True)

    class Meta:
        table = "order_private"


class OrderLine(Row):
    """A copy of what was bought, and how much of it was shipped and given back.

    ``fulfilled`` counts the units in fulfillments that are not cancelled, ``shipped`` those that
    left, ``refunded`` all units given back and ``refunded_unshipped`` those that never left.
    ``total`` is what the buyer pays for the line, tax included; ``tax_rate`` is in millionths.
    """

    prefix = "line"

    order_id = fields.UUIDField()
    position = fields.IntField()
    variant_id = fields.UUIDField(null=True)
    track_stock = fields.BooleanField(default=True)
    sku = fields.TextField()
    title = fields.TextField()
    options: Any = fields.JSONField(default=list)
    quantity = fields.IntField()
    fulfilled = fields.IntField(default=0)
    shipped = fields.IntField(default=0)
    refunded = fields.IntField(default=0)
    refunded_unshipped = fields.IntField(default=0)
    unit_price = fields.BigIntField()
    subtotal = fields.BigIntField()
    discount = fields.BigIntField(default=0)
    tax_name = fields.TextField(default="")
    tax_rate = fields.IntField(default=0)
    tax = fields.BigIntField(default=0)
    total = fields.BigIntField()

    class Meta:
        table = "order_line"


class OrderEvent(Row):
    """One entry of the timeline. Append-only."""

    prefix = "oev"

    order_id = fields.UUIDField()
    kind = fields.CharEnumField(OrderEventKind, max_length=21)
    visibility = fields.CharEnumField(Visibility, max_length=8)
    message = fields.TextField()
    actor_kind = fields.CharEnumField(ActorKind, max_length=10)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.TextField()
    data: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "order_event"


class Fulfillment(Row):
    """Some or all of an order's units, in one parcel."""

    prefix = "ful"

    order_id = fields.UUIDField()
    status = fields.CharEnumField(
        FulfillmentStatus, max_length=9, default=FulfillmentStatus.PACKING
    )
    tracking: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    shipped_at = fields.DatetimeField(null=True)
    delivered_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "fulfillment"


class Refund(Row):
    """Money going back through the payment that brought it."""

    prefix = "ref"

    order_id = fields.UUIDField()
    payment_id = fields.UUIDField()
    operation_id = fields.UUIDField(null=True)
    amount = fields.BigIntField()
    status = fields.CharEnumField(RefundStatus, max_length=9, default=RefundStatus.PENDING)
    reason = fields.CharEnumField(RefundReason, max_length=13)
    note = fields.TextField(null=True)
    actor_kind = fields.CharEnumField(ActorKind, max_length=10)
    actor_id = fields.UUIDField(null=True)
    actor_label = fields.TextField()
    created_at = fields.DatetimeField()
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "refund"
