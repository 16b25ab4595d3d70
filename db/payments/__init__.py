"""Money asked for, taken and given back. It knows gateways and amounts, and no order line."""

from db.payments.answers import answered, apply
from db.payments.gateway import (
    Answer,
    Forged,
    Gateway,
    GatewayEvent,
    Gateways,
    GatewayUnknown,
    Op,
    Verdict,
)
from db.payments.models import (
    LIVE,
    OperationKind,
    OperationStatus,
    Payment,
    PaymentOperation,
    PaymentStatus,
)
from db.payments.operations import (
    Call,
    begin,
    count,
    find_call,
    give_back,
    lock_call,
    lock_first,
    lock_live,
    order_of,
    refund,
    take,
)
from db.payments.sending import ANSWER_SECONDS, fence, send, wait_for_answer

__all__ = [
    "ANSWER_SECONDS",
    "LIVE",
    "Answer",
    "Call",
    "Forged",
    "Gateway",
    "GatewayEvent",
    "GatewayUnknown",
    "Gateways",
    "Op",
    "OperationKind",
    "OperationStatus",
    "Payment",
    "PaymentOperation",
    "PaymentStatus",
    "Verdict",
    "answered",
    "apply",
    "begin",
    "count",
    "fence",
    "find_call",
    "give_back",
    "lock_call",
    "lock_first",
    "lock_live",
    "order_of",
    "refund",
    "send",
    "take",
    "wait_for_answer",
]
