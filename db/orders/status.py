"""How far an order has come: its life is stored, payment and fulfillment are derived, each here.

A derived status cannot disagree with the rows that it is derived from. Each is told twice, side by
side: as a function of an order's standing, and as SQL to filter by; a property test compares them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from db.orders.models import OrderStatus
from db.payments import PaymentStatus


class OrderPaymentStatus(StrEnum):
    UNPAID = "UNPAID"
    PROCESSING = "PROCESSING"
    AUTHORIZED = "AUTHORIZED"
    PAID = "PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"


class OrderFulfillmentStatus(StrEnum):
    UNFULFILLED = "UNFULFILLED"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    FULFILLED = "FULFILLED"
    DELIVERED = "DELIVERED"


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that statuses and allowed actions are derived from. Amounts are minor units.

    ``payment`` is the status of the live payment, or of the latest attempt where none is live, and
    the amounts are that payment's: ``held`` is given back or on its way back, ``returned`` has
    arrived. ``money_is_moving`` while a gateway still owes an answer about it, refunds aside.
    Units are ``packed`` when a parcel holds them and ``shipped`` when it left; ``to_pack`` and
    ``to_ship`` are what is left of those not given back. ``under_way``: the last parcel has not
    arrived yet.
    """

    status: OrderStatus
    total: int
    payment: PaymentStatus | None = None
    captured: int = 0
    held: int = 0
    returned: int = 0
    money_is_moving: bool = False
    packed: int = 0
    shipped: int = 0
    to_pack: int = 0
    to_ship: int = 0
    under_way: bool = False
    expires_at: datetime | None = None


def standing_of(values: Iterable[Any]) -> Standing:
    """Read a standing from the values of :data:`STANDING`, in their order."""
    status, total, payment, *rest = values
    return Standing(OrderStatus(status), total, payment and PaymentStatus(payment), *rest)


STANDING: Final = """
    o.status, o.total, s.payment, s.captured, s.held, s.returned, s.money_is_moving,
    s.packed, s.shipped, s.to_pack, s.to_ship, s.under_way, o.expires_at"""

FACTS: Final = (
    "status",
    "total",
    "payment",
    "captured",
    "held",
    "returned",
    "money_is_moving",
    "packed",
    "shipped",
    "to_pack",
    "to_ship",
    "under_way",
    "expires_at",
)
"""The same as columns of an ``OrderRow``, in the same order."""

STANDING_OF_ORDERS: Final = """
    CROSS JOIN LATERAL (
        SELECT p.status AS payment, coalesce(p.captured, 0) AS captured,
               coalesce(p.refund_held, 0) AS held,
               CASE WHEN p.refund_held > 0 THEN (
                   SELECT coalesce(sum(r.amount), 0)::bigint FROM refund r
                    WHERE r.payment_id = p.id AND r.status = 'SUCCEEDED'
               ) ELSE 0 END AS returned,
               p.id IS NOT NULL AND EXISTS (
                   SELECT FROM payment_operation m WHERE m.payment_id = p.id
                      AND m.status IN ('REQUESTED', 'UNKNOWN') AND m.kind <> 'REFUND'
               ) AS money_is_moving,
               u.packed, u.shipped, u.to_pack, u.to_ship,
               u.shipped > 0 AND u.to_ship = 0 AND EXISTS (
                   SELECT FROM fulfillment f WHERE f.order_id = o.id AND f.status = 'SHIPPED'
               ) AS under_way
          FROM (
              SELECT coalesce(sum(l.fulfilled), 0) AS packed,
                     coalesce(sum(l.shipped), 0) AS shipped,
                     coalesce(sum(l.quantity - l.refunded_unshipped - l.fulfilled), 0) AS to_pack,
                     coalesce(sum(l.quantity - l.refunded_unshipped - l.shipped), 0) AS to_ship
                FROM order_line l WHERE l.order_id = o.id
          ) u
          LEFT JOIN LATERAL (
              SELECT a.id, a.status, a.captured, a.refund_held FROM payment a
               WHERE a.order_id = o.id
               ORDER BY a.status NOT IN ('FAILED', 'VOIDED') DESC, a.id DESC
               LIMIT 1
          ) p ON true
    ) s"""
"""Joins the standing, as ``s``, to ``orders o``."""


def payment_status(order: Standing) -> OrderPaymentStatus:
    """Derive the payment status: from the live payment and the refunds that arrived."""
    if order.total == 0:
        return OrderPaymentStatus.PAID
    if order.payment is PaymentStatus.CAPTURED:
        return _captured_status(order)
    return _BEFORE_CAPTURE.get(order.payment, OrderPaymentStatus.UNPAID)


def _captured_status(order: Standing) -> OrderPaymentStatus:
    if order.returned == 0:
        return OrderPaymentStatus.PAID
    if order.returned < order.captured:
        return OrderPaymentStatus.PARTIALLY_REFUNDED
    return OrderPaymentStatus.REFUNDED


_BEFORE_CAPTURE: Final[dict[PaymentStatus | None, OrderPaymentStatus]] = {
    PaymentStatus.PROCESSING: OrderPaymentStatus.PROCESSING,
    PaymentStatus.REQUIRES_ACTION: OrderPaymentStatus.PROCESSING,
    PaymentStatus.AUTHORIZED: OrderPaymentStatus.AUTHORIZED,
    PaymentStatus.VOIDED: OrderPaymentStatus.VOIDED,
}

PAYMENT_STATUS: Final = """
    CASE WHEN o.total = 0 THEN 'PAID' ELSE coalesce((
        SELECT CASE WHEN a.status = 'CAPTURED' THEN
                        CASE WHEN a.refund_held = 0 THEN 'PAID' ELSE (
                            SELECT CASE WHEN coalesce(sum(r.amount), 0) = 0 THEN 'PAID'
                                        WHEN sum(r.amount) < a.captured THEN 'PARTIALLY_REFUNDED'
                                        ELSE 'REFUNDED' END
                              FROM refund r WHERE r.payment_id = a.id AND r.status = 'SUCCEEDED'
                        ) END
                    WHEN a.status IN ('PROCESSING', 'REQUIRES_ACTION') THEN 'PROCESSING'
                    WHEN a.status IN ('AUTHORIZED', 'VOIDED') THEN a.status END
          FROM payment a WHERE a.order_id = o.id
         ORDER BY a.status NOT IN ('FAILED', 'VOIDED') DESC, a.id DESC LIMIT 1
    ), 'UNPAID') END"""


def fulfillment_status(order: Standing) -> OrderFulfillmentStatus:
    """Derive the fulfillment status: from the units that left, of those that were not given back.

    A parcel that is only being packed promises nothing yet.
    """
    if order.shipped == 0:
        return OrderFulfillmentStatus.UNFULFILLED
    if order.to_ship > 0:
        return OrderFulfillmentStatus.PARTIALLY_FULFILLED
    return OrderFulfillmentStatus.FULFILLED if order.under_way else OrderFulfillmentStatus.DELIVERED


FULFILLMENT_STATUS: Final = """
    (SELECT CASE WHEN coalesce(sum(l.shipped), 0) = 0 THEN 'UNFULFILLED'
                 WHEN sum(l.quantity - l.refunded_unshipped - l.shipped) > 0
                     THEN 'PARTIALLY_FULFILLED'
                 WHEN EXISTS (SELECT FROM fulfillment f
                               WHERE f.order_id = o.id AND f.status = 'SHIPPED') THEN 'FULFILLED'
                 ELSE 'DELIVERED' END
       FROM order_line l WHERE l.order_id = o.id)"""
