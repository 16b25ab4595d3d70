"""Every state that an order can be in, as far as it matters for what may be done to it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from db import ids, orders
from db.access import ActorKind, Caller, Permission, Role
from db.base import execute
from db.orders import LineUnits, Order, OrderStatus
from db.payments.models import PaymentStatus
from tests import factories
from tests.conftest import NOW

MAKER: Final = Caller.system("tests")
BUYER_ID: Final = UUID(int=11)
GUEST_ID: Final = UUID(int=12)

Make: TypeAlias = Callable[..., Awaitable[Order]]


def _is(status: OrderStatus, payment: PaymentStatus | None = None, **more: Any) -> Make:
    async def make(**owner: Any) -> Order:
        return await factories.order(
            status=status, units=(2, 1), payment=payment, **{**more, **owner}
        )

    return make


async def _packing(**owner: Any) -> Order:
    order = await factories.order(units=(2, 1), **owner)
    await _pack_one(order)
    return order


async def _shipped_in_part(**owner: Any) -> Order:
    order = await factories.order(units=(2, 1), **owner)
    await orders.ship_fulfillment(caller=MAKER, now=NOW, id=await _pack_one(order))
    return order


async def _unpacked(**owner: Any) -> Order:
    order = await factories.order(units=(2, 1), **owner)
    await orders.cancel_fulfillment(caller=MAKER, now=NOW, id=await _pack_one(order))
    return order


async def _packed_whole(**owner: Any) -> Order:
    order = await factories.order(units=(2, 1), **owner)
    await orders.create_fulfillment(caller=MAKER, now=NOW, order_id=order.id)
    return order


async def _pack_one(order: Order) -> UUID:
    ((first, *_),) = await orders.lines_by_order([order.id])
    made = await orders.create_fulfillment(
        caller=MAKER,
        now=NOW,
        order_id=order.id,
        lines=[LineUnits(order_line_id=first.id, quantity=1)],
    )
    return UUID(made.ids["fulfillment"])


async def _capturing(**owner: Any) -> Order:
    order = await factories.order(units=(2, 1), payment=PaymentStatus.AUTHORIZED, **owner)
    await _ask(order, "CAPTURE", "REQUESTED")
    return order


async def _held_in_vain(**owner: Any) -> Order:
    order = await factories.order(
        status=OrderStatus.CANCELLED, units=(2, 1), payment=PaymentStatus.AUTHORIZED, **owner
    )
    await _ask(order, "VOID", "FAILED")
    return order


async def _ask(order: Order, kind: str, status: str) -> None:
    await execute(
        "INSERT INTO payment_operation (id, payment_id, kind, amount, status, created_at)"
        " SELECT $1, id, $4, amount, $5, $2 FROM payment WHERE order_id = $3",
        *(ids.new(), NOW, order.id, kind, status),
    )


async def _unreturned(**owner: Any) -> Order:
    order = await factories.order(
        status=OrderStatus.CANCELLED,
        units=(2, 1),
        payment=PaymentStatus.CAPTURED,
        refunded=3490,
        **owner,
    )
    await execute(
        "WITH failed AS (UPDATE refund SET status = 'FAILED' WHERE order_id = $1"
        "  RETURNING operation_id), answered AS (UPDATE payment_operation SET status = 'FAILED'"
        "  FROM failed WHERE id = failed.operation_id)"
        " UPDATE payment SET refund_held = 0 WHERE order_id = $1",
        order.id,
    )
    return order


STATES: Final[Mapping[str, tuple[Make, str, str]]] = {
    # state: (how to make it, what staff with all permissions may do, what its buyer may do)
    "pending, unpaid": (_is(OrderStatus.PENDING), "PAY CANCEL EDIT", "PAY CANCEL"),
    "pending, declined": (
        _is(OrderStatus.PENDING, PaymentStatus.FAILED),
        "PAY CANCEL EDIT",
        "PAY CANCEL",
    ),
    "pending, being paid": (
        _is(OrderStatus.PENDING, PaymentStatus.PROCESSING),
        "CANCEL VOID EDIT",
        "CANCEL",
    ),
    "pending, to be confirmed": (
        _is(OrderStatus.PENDING, PaymentStatus.REQUIRES_ACTION),
        "CANCEL VOID EDIT",
        "CANCEL",
    ),
    "pending, out of time": (
        _is(OrderStatus.PENDING, at=NOW - timedelta(minutes=15)),
        "CANCEL EDIT",
        "CANCEL",
    ),
    "placed, authorized": (
        _is(OrderStatus.PLACED, PaymentStatus.AUTHORIZED),
        "CANCEL CAPTURE FULFILL EDIT",
        "CANCEL",
    ),
    "placed, being captured": (_capturing, "FULFILL EDIT", ""),
    "placed, paid": (_is(OrderStatus.PLACED), "CANCEL REFUND FULFILL EDIT", "CANCEL"),
    "placed, free": (
        _is(OrderStatus.PLACED, price=0, shipping=0),
        "CANCEL FULFILL EDIT",
        "CANCEL",
    ),
    "placed, packing": (_packing, "CANCEL REFUND FULFILL EDIT", ""),
    "placed, packed whole": (_packed_whole, "CANCEL REFUND EDIT", ""),
    "placed, unpacked again": (_unpacked, "CANCEL REFUND FULFILL EDIT", "CANCEL"),
    "placed, shipped in part": (_shipped_in_part, "REFUND FULFILL", ""),
    "completed": (_is(OrderStatus.COMPLETED), "REFUND", ""),
    "completed, refunded": (_is(OrderStatus.COMPLETED, refunded=3490), "", ""),
    "cancelled, refund failed": (_unreturned, "REFUND", ""),
    "cancelled, still held": (_held_in_vain, "VOID", ""),
    "cancelled": (_is(OrderStatus.CANCELLED), "", ""),
    "expired": (_is(OrderStatus.EXPIRED), "", ""),
}


def _key(*permissions: Permission) -> Caller:
    return Caller(
        kind=ActorKind.API_KEY,
        label="key",
        api_key_id=UUID(int=14),
        permissions=frozenset(permissions),
    )


CALLERS: Final[Mapping[str, Caller]] = {
    "the buyer": Caller(kind=ActorKind.CUSTOMER, label="Ada", user_id=BUYER_ID, role=Role.CUSTOMER),
    "the guest who bought": Caller(kind=ActorKind.GUEST, label="Guest", guest_id=GUEST_ID),
    "another customer": Caller(
        kind=ActorKind.CUSTOMER, label="Eve", user_id=UUID(int=15), role=Role.CUSTOMER
    ),
    "another guest": Caller(kind=ActorKind.GUEST, label="Guest", guest_id=UUID(int=16)),
    "nobody": Caller.anonymous(),
    **{f"{role} staff": factories.staff(role) for role in Role if role is not Role.CUSTOMER},
    "a key that reads": _key(Permission.ORDERS_READ),
    "a key that writes": _key(Permission.ORDERS_READ, Permission.ORDERS_WRITE),
    "a key that fulfills": _key(Permission.FULFILLMENTS_WRITE),
    "a key that refunds": _key(Permission.REFUNDS_WRITE),
}
BUYERS: Final = {"the buyer", "the guest who bought"}
