"""Making an order: everything that happens before a gateway is called, in one transaction.

Locks are taken in the order buyer, cart, order, payment, discount, stock. The last two are what
everybody wants: they are held for as short a time as can be. The new rows need no lock, and nobody
reads them yet: they are put off, and written together when all the locks are held.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from db import carts, crash_points, discounts, events, ids, stock, users
from db.access import Caller
from db.base import catch_up, fetch
from db.carts import Quote
from db.crash_points import CrashPoint
from db.errors import Code, Refusal
from db.money import Money
from db.orders import actions, basket, copies, ending, fencing, payment, settlement, timeline
from db.orders.basket import Basket, CheckoutFields
from db.orders.models import CancelReason, Order, OrderEventKind, OrderStatus
from db.orders.payment import PaymentFields
from db.payments import Call, Gateways
from db.stock import Units
from db.users import Buyer

MOST_PENDING: Final = 3
"""Orders of one buyer that hold stock and are not paid yet: more would be hoarding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """How long stock is held for an unpaid order, and how long personal data are kept."""

    reservation: timedelta = timedelta(minutes=15)
    personal_data: timedelta = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An order that was made, whose it is, and the call that its payment needs."""

    order_id: UUID
    buyer: Buyer
    call: Call | None


async def make_order(
    fields: CheckoutFields,
    *,
    gateways: Gateways,
    periods: Periods,
    pays_now: bool,
    caller: Caller,
    action: str,
    now: datetime,
) -> Made:
    """Turn a cart, or lines, into an order that holds its stock, with its payment to be made.

    An order that costs nothing is placed at once. One that is not paid now waits for its payment.

    :raises Refusal: what stands between the basket and an order, with its place in the input;
        REQUIRED, where it is to be paid now and nothing says how.
    :raises Refusals: the same, where it is more than one thing.
    :raises PaymentIsOpen: an earlier order of the same cart may still be paid.
    """
    buyer = await users.lock_buyer(caller, now=now)
    ordered = await basket.read(fields, caller=caller, now=now)
    number = await _admit(buyer, ordered, caller=caller, action=action, now=now)
    quote = await carts.quote(lines=ordered.lines, details=ordered.details, caller=caller, now=now)
    basket.agree(quote, ordered, fields, caller)

    order_id = await _write(
        number, quote, ordered, buyer, periods, caller=caller, action=action, now=now
    )
    call = None
    if quote.totals.total == 0:
        await catch_up()  # it is locked and placed as any other: it has to be there
        order = await actions.lock(order_id, path=())
        await settlement.place(order, caller=caller, action=action, now=now)
    elif pays_now:
        call = await payment.begin(
            _chosen(fields),
            order_id=order_id,
            amount=Money(quote.totals.total, quote.currency),
            policy=quote.shop.capture_policy,
            gateways=gateways,
            path=("input", "payment"),
            caller=caller,
            action=action,
            now=now,
        )
    await _redeem(quote, ordered, buyer, order_id=order_id, now=now)
    await _reserve(quote, ordered, order_id=order_id, caller=caller, now=now)
    crash_points.reach(CrashPoint.IN_T1_AFTER_STOCK)
    return Made(order_id=order_id, buyer=buyer, call=call)


def _chosen(fields: CheckoutFields) -> PaymentFields:
    chosen = fields.get("payment")
    if not chosen:
        raise Refusal(Code.REQUIRED, "Say how you want to pay.", ("input", "payment"))
    return chosen


# The number is drawn here because the audit trail tells it, and the order itself is written only as
# the transaction ends. A cart has one pending order at most.
_PENDING: Final = """
SELECT nextval('order_number')::text AS number,
       (SELECT count(*) FROM orders
         WHERE status = 'PENDING' AND (user_id = $1 OR guest_id = $2 OR cart_id = $3)) AS pending,
       (SELECT id FROM orders WHERE status = 'PENDING' AND cart_id = $3) AS replaced
"""


async def _admit(
    buyer: Buyer, ordered: Basket, *, caller: Caller, action: str, now: datetime
) -> str:
    """Let one more order in, and return its number.

    The earlier unpaid order of the same cart is called off; too many others are in the way. Numbers
    rise and have gaps: one that was drawn for an order that failed is not drawn again.

    :raises Refusal: TOO_MANY.
    :raises PaymentIsOpen: the earlier order may still be paid.
    """
    ((number, pending, replaced),) = await fetch(
        _PENDING, buyer.user_id, buyer.guest_id, ordered.cart_id
    )
    if pending - bool(replaced) >= MOST_PENDING:
        message = f"{MOST_PENDING} orders wait for their payment already. Pay or cancel one first."
        raise Refusal(Code.TOO_MANY, message)
    if replaced:
        order = await actions.lock(replaced, path=())
        if order.status is OrderStatus.PENDING:
            await _replace(order, ordered, caller=caller, action=action, now=now)
    return str(number)


async def _replace(
    order: Order, ordered: Basket, *, caller: Caller, action: str, now: datetime
) -> None:
    await fencing.require_decided(order)
    # The new order may need just what this one gives back: all of it is locked in one go, in order.
    if order.discount_code or ordered.details.discount_code:
        await discounts.lock(order_id=order.id, code=ordered.details.discount_code)
    held = await fetch("SELECT variant_id FROM order_line WHERE order_id = $1", order.id)
    await stock.lock({variant for (variant,) in held} | {line.variant_id for line in ordered.lines})
    reason = CancelReason.CUSTOMER
    await ending.cancel(order, reason=reason, caller=caller, action=action, now=now)


async def _write(
    number: str,
    quote: Quote,
    ordered: Basket,
    buyer: Buyer,
    periods: Periods,
    *,
    caller: Caller,
    action: str,
    now: datetime,
) -> UUID:
    order_id = ids.new()
    await copies.add_order(
        order_id,
        number,
        quote,
        buyer=buyer,
        cart_id=ordered.cart_id,
        expires_at=now + periods.reservation,
        now=now,
    )
    await copies.add_lines(order_id, quote)
    erase_after = now + periods.personal_data
    await copies.add_private(order_id, ordered.details, erase_after=erase_after)
    entry = timeline.Entry(OrderEventKind.CREATED, "The order was made.")
    await timeline.add(order_id, entry, caller=caller, now=now)
    changes = {
        "status": [None, OrderStatus.PENDING],
        "number": [None, number],
        "total": [None, Money(quote.totals.total, quote.currency).text],
    }
    await events.audit(caller, action, ids.encode(Order.prefix, order_id), changes, now=now)
    return order_id


async def _redeem(
    quote: Quote, ordered: Basket, buyer: Buyer, *, order_id: UUID, now: datetime
) -> None:
    if quote.discount:
        await discounts.take(
            quote.discount,
            order_id=order_id,
            cart_id=ordered.cart_id,
            customer=discounts.customer_of(buyer.user_id, ordered.details.email),
            now=now,
            path=basket.DISCOUNT_PATH,
        )


async def _reserve(
    quote: Quote, ordered: Basket, *, order_id: UUID, caller: Caller, now: datetime
) -> None:
    tracked = [line for line in quote.lines if line.track_stock]
    await stock.reserve(
        [Units(line.variant_id, line.quantity) for line in tracked],
        order_id=order_id,
        caller=caller,
        now=now,
        labels={line.variant_id: line.title for line in tracked},
        paths={line.variant_id: ordered.place_of(line.variant_id, "quantity") for line in tracked},
    )
