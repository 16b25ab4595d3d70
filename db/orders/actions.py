"""What may be done to an order, when, and by whom: the tables that every verb asks.

``RULES`` says what people may ask for, the ``STEPS`` how orders and parcels go from one state to
the next. Whatever is not in them is refused, and nothing is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from db.access import Caller, Permission
from db.errors import Code, InvalidState, NotAllowed, NotSignedIn, Path, Refusal
from db.orders.models import Fulfillment, FulfillmentStatus, Order, OrderStatus
from db.orders.status import Standing
from db.payments import LIVE, PaymentStatus


class OrderAction(StrEnum):
    PAY = "PAY"
    CANCEL = "CANCEL"
    CAPTURE = "CAPTURE"
    VOID = "VOID"
    REFUND = "REFUND"
    FULFILL = "FULFILL"
    EDIT = "EDIT"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do a thing, and when.

    ``fits`` takes the order's standing, whether the caller acts by permission (those who only own
    the order may do less), and the instant.
    """

    permission: Permission
    owner_too: bool
    fits: Callable[[Standing, bool, datetime], bool]
    refusal: str


def _waits_for_a_payment(order: Standing, _by_permission: bool, now: datetime) -> bool:
    is_in_time = order.expires_at is None or now < order.expires_at
    return order.status is OrderStatus.PENDING and is_in_time and order.payment not in LIVE


def _can_be_called_off(order: Standing, by_permission: bool, _now: datetime) -> bool:
    if order.status is OrderStatus.PENDING:
        return True
    is_untouched = order.packed == 0 or (by_permission and order.shipped == 0)
    return order.status is OrderStatus.PLACED and is_untouched and not order.money_is_moving


def _holds_money_to_take(order: Standing, _by_permission: bool, _now: datetime) -> bool:
    is_held = order.payment is PaymentStatus.AUTHORIZED and not order.money_is_moving
    return order.status is OrderStatus.PLACED and is_held


def _can_give_back(order: Standing, *_: object) -> bool:
    """Money that was taken or, where only a part of it was, units that nobody paid for."""
    is_partly_taken = order.captured < order.total and order.to_pack > 0
    is_left = order.held < order.captured or is_partly_taken
    return order.payment is PaymentStatus.CAPTURED and is_left


def _holds_money_in_vain(order: Standing, _by_permission: bool, _now: datetime) -> bool:
    """A placed order is cancelled instead, which lets go of its money too."""
    if order.status is OrderStatus.PENDING:
        return order.payment in {PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION}
    is_over = order.status in {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
    return is_over and order.payment is PaymentStatus.AUTHORIZED and not order.money_is_moving


RULES: Final[Mapping[OrderAction, Rule]] = {
    OrderAction.PAY: Rule(
        permission=Permission.ORDERS_WRITE,
        owner_too=True,
        fits=_waits_for_a_payment,
        refusal="This order waits for no payment, or the time to pay it has run out.",
    ),
    OrderAction.CANCEL: Rule(
        permission=Permission.ORDERS_WRITE,
        owner_too=True,
        fits=_can_be_called_off,
        refusal="This order cannot be cancelled any more.",
    ),
    OrderAction.CAPTURE: Rule(
        permission=Permission.PAYMENTS_WRITE,
        owner_too=False,
        fits=_holds_money_to_take,
        refusal="There is no money to take for this order.",
    ),
    OrderAction.VOID: Rule(
        permission=Permission.PAYMENTS_WRITE,
        owner_too=False,
        fits=_holds_money_in_vain,
        refusal="No money is held in vain. To let go of that of a placed order, cancel the order.",
    ),
    OrderAction.REFUND: Rule(
        permission=Permission.REFUNDS_WRITE,
        owner_too=False,
        fits=_can_give_back,
        refusal="Nothing was paid for this order that could still be given back.",
    ),
    OrderAction.FULFILL: Rule(
        permission=Permission.FULFILLMENTS_WRITE,
        owner_too=False,
        fits=lambda order, *_: order.status is OrderStatus.PLACED and order.to_pack > 0,
        refusal="There is nothing to pack for this order.",
    ),
    OrderAction.EDIT: Rule(
        permission=Permission.ORDERS_WRITE,
        owner_too=False,
        fits=lambda order, *_: (
            order.status in {OrderStatus.PENDING, OrderStatus.PLACED} and order.shipped == 0
        ),
        refusal="This order cannot be changed any more.",
    ),
}


def allowed(order: Standing, caller: Caller, *, is_owner: bool, now: datetime) -> list[OrderAction]:
    """List what the caller may do to the order right now."""
    return [
        action
        for action, rule in RULES.items()
        if (caller.may(rule.permission) or (rule.owner_too and is_owner))
        and rule.fits(order, caller.may(rule.permission), now)
    ]


def require(
    action: OrderAction,
    order: Standing,
    caller: Caller,
    *,
    is_owner: bool,
    now: datetime,
    path: Path | None = None,
) -> None:
    """Let an action through that the caller may do to the order right now.

    :raises NotSignedIn: the caller has shown nothing.
    :raises NotAllowed: the caller may not do this to this order at any time.
    :raises InvalidState: the order is not in a state for it.
    """
    rule = RULES[action]
    if not (caller.may(rule.permission) or (rule.owner_too and is_owner)):
        raise NotAllowed(rule.permission) if caller.is_known else NotSignedIn
    if not rule.fits(order, caller.may(rule.permission), now):
        others = allowed(order, caller, is_owner=is_owner, now=now)
        raise InvalidState(rule.refusal, current=order.status, allowed=others, path=path)


class Step(StrEnum):
    """What an order or a parcel goes through."""

    PLACE = "PLACE"
    COMPLETE = "COMPLETE"
    CANCEL = "CANCEL"
    EXPIRE = "EXPIRE"
    SHIP = "SHIP"
    DELIVER = "DELIVER"


ORDER_STEPS: Final[Mapping[OrderStatus, Mapping[Step, OrderStatus]]] = {
    OrderStatus.PENDING: {
        Step.PLACE: OrderStatus.PLACED,
        Step.CANCEL: OrderStatus.CANCELLED,
        Step.EXPIRE: OrderStatus.EXPIRED,
    },
    OrderStatus.PLACED: {
        Step.COMPLETE: OrderStatus.COMPLETED,
        Step.CANCEL: OrderStatus.CANCELLED,
    },
    OrderStatus.COMPLETED: {},
    OrderStatus.CANCELLED: {},
    OrderStatus.EXPIRED: {Step.PLACE: OrderStatus.PLACED},
}
FULFILLMENT_STEPS: Final[Mapping[FulfillmentStatus, Mapping[Step, FulfillmentStatus]]] = {
    FulfillmentStatus.PACKING: {
        Step.SHIP: FulfillmentStatus.SHIPPED,
        Step.CANCEL: FulfillmentStatus.CANCELLED,
    },
    FulfillmentStatus.SHIPPED: {Step.DELIVER: FulfillmentStatus.DELIVERED},
    FulfillmentStatus.DELIVERED: {},
    FulfillmentStatus.CANCELLED: {},
}
_DONE: Final[Mapping[Step, str]] = {
    Step.PLACE: "placed",
    Step.COMPLETE: "completed",
    Step.CANCEL: "cancelled",
    Step.EXPIRE: "expired",
    Step.SHIP: "shipped",
    Step.DELIVER: "delivered",
}


def advance(thing: Order | Fulfillment, step: Step) -> None:
    """Take a locked order or parcel one step on; whoever calls saves it.

    :raises InvalidState: the step does not lead on from the state that it is in.
    """
    if isinstance(thing, Order):
        thing.status = _next("An order", ORDER_STEPS, thing.status, step)
    else:
        thing.status = _next("A fulfillment", FULFILLMENT_STEPS, thing.status, step)


S = TypeVar("S", bound=StrEnum)


def _next(what: str, steps: Mapping[S, Mapping[Step, S]], current: S, step: Step) -> S:
    onward = steps[current]
    if step not in onward:
        raise InvalidState(
            f"{what} that is {current} cannot be {_DONE[step]}.",
            current=current,
            allowed=list(onward),
        )
    return onward[step]


async def lock(order_id: UUID, *, path: Path) -> Order:
    """Lock an order until the transaction ends: the first lock of all that are about it.

    :raises Refusal: NOT_FOUND at ``path``.
    """
    order = await Order.filter(id=order_id).select_for_update(no_key=True).get_or_none()
    if order is None:
        raise Refusal(Code.NOT_FOUND, "There is no such order.", path)
    return order


async def lock_visible(order_id: UUID, *, caller: Caller, path: Path) -> Order:
    """Lock an order that the caller may know of.

    :raises Refusal: NOT_FOUND at ``path``.
    """
    order = await lock(order_id, path=path)
    if caller.may(Permission.ORDERS_READ) or caller.may(Permission.ORDERS_WRITE):
        return order
    if not caller.is_owner_of(user_id=order.user_id, guest_id=order.guest_id):
        raise Refusal(Code.NOT_FOUND, "There is no such order.", path)
    return order
