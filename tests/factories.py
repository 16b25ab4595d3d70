"""Makes what a test needs, with defaults: a test names only what it is about."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from db import ids, stock
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import atomically, execute, fetch_value
from db.carts.totals import Line, Shipping, Tax, Totals, compute
from db.orders import (
    CancelReason,
    Fulfillment,
    FulfillmentStatus,
    Order,
    OrderEventKind,
    OrderLine,
    OrderPrivate,
    OrderStatus,
    Refund,
    RefundReason,
    RefundStatus,
    timeline,
)
from db.payments.models import (
    OperationKind,
    OperationStatus,
    Payment,
    PaymentOperation,
    PaymentStatus,
)
from db.stock import Units
from db.users import User, UserStatus, authentication, sessions
from db.users.passwords import hasher
from tests.conftest import NOW
from tests.goods import ADDRESS, make_variant

PASSWORD = "battery-staple-40"


async def user(
    *,
    role: Role = Role.CUSTOMER,
    email: str | None = None,
    password: str | None = None,
    status: UserStatus = UserStatus.ACTIVE,
    **fields: Any,
) -> User:
    """Add a user; with a password only where the test signs in by it."""
    user_id = fields.pop("id", None) or ids.new()
    return await User.create(
        id=user_id,
        email=email or f"{user_id.hex}@example.com",
        name=fields.pop("name", "Ada Lovelace"),
        role=role,
        status=status,
        password_hash=password and await hasher().hash(password),
        created_at=fields.pop("created_at", NOW),
        **fields,
    )


async def sign_in(user: User) -> str:
    """Open a session for a user and return its access token."""
    signed_in = await sessions.start(user, Caller.anonymous(), NOW)
    return signed_in.tokens.access_token


def caller(user: User) -> Caller:
    """Make the caller that a user is, without a session."""
    return authentication.signed_in(
        user_id=user.id, role=user.role, name=user.name, session_id=None
    )


def staff(role: Role) -> Caller:
    """Make a caller of the staff who has no account, where none is needed."""
    return Caller(
        kind=ActorKind.STAFF,
        label="Petra",
        user_id=UUID(int=1),
        role=role,
        permissions=PERMISSIONS[role],
    )


VAT: Final = {"standard": Tax(name="VAT", rate=190_000)}
_PAID_AS: Final = {
    OrderStatus.PENDING: None,
    OrderStatus.PLACED: PaymentStatus.CAPTURED,
    OrderStatus.COMPLETED: PaymentStatus.CAPTURED,
    OrderStatus.CANCELLED: PaymentStatus.VOIDED,
    OrderStatus.EXPIRED: None,
}


async def order(
    *,
    status: OrderStatus = OrderStatus.PLACED,
    units: Sequence[int] = (2,),
    variants: Sequence[UUID] | None = None,
    price: int = 1000,
    shipping: int = 490,
    track_stock: bool = True,
    payment: PaymentStatus | None = None,
    refunded: int = 0,
    owner: User | None = None,
    guest_id: UUID | None = None,
    email: str = "ada@example.com",
    number: str | None = None,
    at: datetime = NOW,
) -> Order:
    """Add an order that the oracle finds nothing wrong with, one line for each of ``units``.

    Its units are reserved, and where it is COMPLETED shipped; it is paid as its status wants it, or
    as ``payment`` says. ``refunded`` minor units have gone back.
    """
    totals = compute(
        [Line(price, quantity, "standard") for quantity in units],
        discount=None,
        shipping=Shipping(shipping, "standard"),
        rates=VAT,
        prices_include_tax=True,
        currency="EUR",
    )

    async def work() -> Order:
        made = await Order.create(
            number=number or str(await fetch_value("SELECT nextval('order_number')")),
            status=status,
            user_id=owner and owner.id,
            guest_id=guest_id,
            currency=totals.currency,
            prices_include_tax=True,
            subtotal=totals.subtotal,
            shipping=totals.shipping,
            shipping_tax=totals.shipping_line.tax,
            tax=totals.tax,
            total=totals.total,
            tax_lines=[asdict(line) for line in totals.tax_lines],
            shipping_method_name="Parcel",
            created_at=at,
            updated_at=at,
            **_times(status, at),
        )
        await OrderPrivate.create(order_id=made.id, email=email, shipping_address=ADDRESS)
        goods = variants or [await make_variant(track_stock=track_stock) for _ in units]
        held = [Units(*each) for each in zip(goods, units, strict=True)]
        await _add_lines(made, held, totals, price=price, track_stock=track_stock)
        if track_stock:
            await _hold(made, held)
        if status is OrderStatus.COMPLETED:
            await _arrive(made)
        paid_as = payment or _PAID_AS[status]
        if paid_as and totals.total:
            await pay(made, paid_as, refunded=refunded)
        created = timeline.Entry(OrderEventKind.CREATED, "The order was made.")
        await timeline.add(made.id, created, caller=Caller.system("tests"), now=at)
        return made

    return await atomically(work)


def _times(status: OrderStatus, at: datetime) -> dict[str, Any]:
    """Give an order what its status wants beside it."""
    match status:
        case OrderStatus.PENDING | OrderStatus.EXPIRED:
            return {"expires_at": at + timedelta(minutes=15)}
        case OrderStatus.PLACED:
            return {"placed_at": at}
        case OrderStatus.COMPLETED:
            return {"placed_at": at, "completed_at": at}
        case OrderStatus.CANCELLED:
            return {"cancelled_at": at, "cancel_reason": CancelReason.CUSTOMER}


async def _add_lines(
    order: Order, goods: Sequence[Units], totals: Totals, *, price: int, track_stock: bool
) -> None:
    for position, (each, line) in enumerate(zip(goods, totals.lines, strict=True)):
        await OrderLine.create(
            order_id=order.id,
            position=position,
            variant_id=each.variant_id,
            track_stock=track_stock,
            sku=await fetch_value("SELECT sku FROM variant WHERE id = $1", each.variant_id),
            title="Tea light",
            options=[{"name": "color", "value": "red"}],
            quantity=each.quantity,
            unit_price=price,
            **asdict(line),
        )


async def _hold(order: Order, units: Sequence[Units]) -> None:
    caller, at = Caller.system("tests"), order.created_at
    labels = {each.variant_id: "Tea light" for each in units}
    await stock.reserve(units, order_id=order.id, caller=caller, now=at, labels=labels)
    if order.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}:
        await stock.release(units, order_id=order.id, caller=caller, now=at)
    elif order.status is OrderStatus.COMPLETED:
        await stock.ship(units, order_id=order.id, caller=caller, now=at)


async def _arrive(order: Order) -> None:
    parcel = await Fulfillment.create(
        order_id=order.id,
        status=FulfillmentStatus.DELIVERED,
        created_at=order.created_at,
        shipped_at=order.created_at,
        delivered_at=order.created_at,
    )
    await execute(
        "INSERT INTO fulfillment_line (fulfillment_id, order_line_id, quantity)"
        " SELECT $1, id, quantity FROM order_line WHERE order_id = $2",
        parcel.id,
        order.id,
    )
    await execute(
        "UPDATE order_line SET fulfilled = quantity, shipped = quantity WHERE order_id = $1",
        order.id,
    )


_OPERATIONS: Final = {
    PaymentStatus.PROCESSING: {OperationKind.AUTHORIZE: OperationStatus.REQUESTED},
    PaymentStatus.REQUIRES_ACTION: {OperationKind.AUTHORIZE: OperationStatus.UNKNOWN},
    PaymentStatus.AUTHORIZED: {OperationKind.AUTHORIZE: OperationStatus.SUCCEEDED},
    PaymentStatus.CAPTURED: {OperationKind.AUTHORIZE: OperationStatus.SUCCEEDED},
    PaymentStatus.FAILED: {OperationKind.AUTHORIZE: OperationStatus.FAILED},
    PaymentStatus.VOIDED: {
        OperationKind.AUTHORIZE: OperationStatus.SUCCEEDED,
        OperationKind.VOID: OperationStatus.SUCCEEDED,
    },
}


async def pay(order: Order, status: PaymentStatus, *, refunded: int = 0) -> Payment:
    """Add an attempt to pay an order, with its calls to the gateway, at the order's time."""
    is_captured = status is PaymentStatus.CAPTURED
    payment = await Payment.create(
        order_id=order.id,
        gateway="fake",
        status=status,
        currency=order.currency,
        amount=order.total,
        captured=order.total if is_captured else 0,
        refund_held=refunded,
        capture_at_once=is_captured,
        reference="ch_1",
        created_at=order.created_at,
        updated_at=order.created_at,
    )
    for kind, answer in _OPERATIONS[status].items():
        await _operation(payment, kind, order.total, answer)
    if refunded:
        sent = await _operation(payment, OperationKind.REFUND, refunded, OperationStatus.SUCCEEDED)
        await Refund.create(
            order_id=order.id,
            payment_id=payment.id,
            operation_id=sent.id,
            amount=refunded,
            status=RefundStatus.SUCCEEDED,
            reason=RefundReason.GOODWILL,
            note="Sorry.",
            actor_kind=ActorKind.STAFF,
            actor_label="Fiona",
            created_at=order.created_at,
            settled_at=order.created_at,
        )
    return payment


async def _operation(
    payment: Payment, kind: OperationKind, amount: int, status: OperationStatus
) -> PaymentOperation:
    is_open = status in {OperationStatus.REQUESTED, OperationStatus.UNKNOWN}
    return await PaymentOperation.create(
        payment_id=payment.id,
        kind=kind,
        amount=amount,
        status=status,
        created_at=payment.created_at,
        settled_at=None if is_open else payment.created_at,
    )
