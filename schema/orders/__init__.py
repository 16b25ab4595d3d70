"""Orders, their money and their parcels, as clients see them.

The enums come first: whatever is imported from here may name them.
"""

from db import orders, payments
from schema import define

define.expose(
    orders.OrderStatus,
    PENDING="Stock is held, payment is not settled.",
    PLACED="Paid or authorized: to be fulfilled.",
    COMPLETED="Everything fulfilled (or refunded), nothing owed.",
    EXPIRED="Not paid in time. Stock is released.",
)
define.expose(orders.OrderPaymentStatus)
define.expose(orders.OrderFulfillmentStatus)
define.expose(orders.OrderAction)
define.expose(orders.CancelReason)
define.expose(orders.OrderEventKind)
define.expose(orders.Visibility)
define.expose(
    payments.PaymentStatus,
    REQUIRES_ACTION="The buyer must confirm (3-D Secure, a redirect, ...).",
    PROCESSING="Asked, no final answer yet. Also: the answer was lost and is being looked up.",
)
define.expose(payments.OperationKind, name="PaymentOperationKind")
define.expose(
    payments.OperationStatus,
    name="PaymentOperationStatus",
    UNKNOWN="No answer in time. Asked again with the same gateway key until there is one.",
)
define.expose(orders.PaymentActionKind)
define.expose(orders.RefundStatus)
define.expose(orders.RefundReason)
define.expose(orders.FulfillmentStatus)
