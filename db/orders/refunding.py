"""Giving goods and money back, as staff ask for it.

Units and shelves follow the goods, not the money: they are booked at once. The money follows when
the gateway has answered; until then the payment holds it, so that nobody gives it back twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Required, TypedDict
from uuid import UUID

from db import crash_points, events, payments, stock
from db.access import Caller, Permission, require
from db.base import execute
from db.crash_points import CrashPoint
from db.errors import Code, Refusal
from db.events import Claim, Outcome
from db.money import Money
from db.orders import actions, completion, parts, queries, refunds, returns
from db.orders.actions import OrderAction
from db.orders.models import Order, Refund, RefundReason
from db.orders.returns import Return, ReturnFields
from db.orders.settlement import see_through
from db.payments import Call, Gateways
from db.stock import Units

MOST_REFUNDS: Final = 100
"""Refunds of one order, failed ones too."""

_LINES: Final = ("input", "lines")
_EXTRA: Final = ("input", "extra_amount")


class RefundFields(TypedDict, total=False):
    """What is given back: units with their share of the price, an amount on top, or both."""

    order_id: Required[UUID]
    lines: Sequence[ReturnFields] | None
    extra_amount: Money | None
    reason: Required[RefundReason]
    note: str | None


async def create_refund(
    *,
    caller: Caller,
    now: datetime,
    fields: RefundFields,
    gateways: Gateways,
    claim: Claim | None = None,
) -> Outcome:
    """Give units back, with their exact share of what was paid, and an amount on top of them.

    Units that never left are released, those that left are put back on the shelf where asked. The
    outcome names the refund and its order.

    :raises Refusal: NOT_FOUND; REQUIRED, where nothing is given back; CURRENCY_MISMATCH;
        AMOUNT_TOO_LARGE, where it is more than is left of what was captured; TOO_MANY.
    :raises Refusals: units that are not there to be given back, each with its place.
    :raises InvalidState: nothing was captured, or nothing is left of it.
    """
    require(caller, Permission.REFUNDS_WRITE)
    action = "refundCreate"
    begun: Call | None = None

    async def work() -> Outcome:
        nonlocal begun
        order = await actions.lock(fields["order_id"], path=("input", "order_id"))
        standing = await queries.standing(order.id)
        actions.require(OrderAction.REFUND, standing, caller, is_owner=False, now=now)
        await _leave_room(order)
        (bought,) = await parts.lines_by_order([order.id])
        given = returns.chosen(
            fields.get("lines") or (), bought, reason=fields["reason"], path=_LINES
        )
        payment = await _captured_payment(order)
        amount = _amount(fields, given, payment)
        begun = await payments.refund(payment, amount, now=now) if amount else None
        refund = await refunds.add(
            order,
            payment,
            begun,
            reason=fields["reason"],
            note=fields.get("note"),
            caller=caller,
            action=action,
            now=now,
        )
        await _give_back(refund, given)
        await completion.touch(order, now=now)
        await completion.tell_of_change(order, now=now)
        await completion.complete_if_done(order, caller=caller, action=action, now=now)
        await _shelve(order, given, caller=caller, now=now)
        named = {"refund": refund.id, "order": order.id, "operation": refund.operation_id}
        crash_points.reach(CrashPoint.IN_T1_BEFORE_COMMIT)
        return Outcome({name: str(one) for name, one in named.items() if one})

    outcome = await events.once(claim, now, work)
    crash_points.reach(CrashPoint.AFTER_T1)
    await see_through(outcome, begun, gateways=gateways, caller=caller, action=action, now=now)
    return outcome


async def _leave_room(order: Order) -> None:
    if await Refund.filter(order_id=order.id).count() >= MOST_REFUNDS:
        raise Refusal(Code.TOO_MANY, f"An order has at most {MOST_REFUNDS} refunds.")


async def _captured_payment(order: Order) -> Call:
    payment = await payments.lock_live(order.id)
    assert payment is not None  # noqa: S101 - the order's standing said that one is captured
    return payment


def _amount(fields: RefundFields, given: Sequence[Return], payment: Call) -> int:
    """Add up what is given back: of a payment that was taken in part, what is left of that part.

    :raises Refusal: REQUIRED; CURRENCY_MISMATCH; AMOUNT_TOO_LARGE.
    """
    extra = fields.get("extra_amount") or Money(0, payment.currency)
    if extra.currency != payment.currency:
        message = f"This order was paid in {payment.currency}."
        raise Refusal(Code.CURRENCY_MISMATCH, message, (*_EXTRA, "currency_code"))
    if not given and not extra.amount:
        raise Refusal(Code.REQUIRED, "Say which units are given back, or how much.", ("input",))
    worth = sum(each.worth for each in given)
    left = Money(payment.captured - payment.refund_held, payment.currency)
    if payment.captured < payment.payment_amount:  # the rest was never taken: there is none of it
        worth = min(worth, max(left.amount - extra.amount, 0))
    amount = worth + extra.amount
    if amount > left.amount:
        asked = Money(amount, payment.currency).text
        message = f"{left.text} {left.currency} can be given back at most, and not {asked}."
        raise Refusal(Code.AMOUNT_TOO_LARGE, message, _EXTRA if extra.amount else _LINES)
    return amount


_GIVE_BACK: Final = """
WITH given AS (
    SELECT * FROM unnest($2::uuid[], $3::int[], $4::int[], $5::boolean[])
        AS g(order_line_id, quantity, unshipped, restocked)
), listed AS (
    INSERT INTO refund_line (refund_id, order_line_id, quantity, restocked)
    SELECT $1, order_line_id, quantity, restocked FROM given
)
UPDATE order_line
   SET refunded = refunded + given.quantity,
       refunded_unshipped = refunded_unshipped + given.unshipped
  FROM given WHERE order_line.id = given.order_line_id
"""


async def _give_back(refund: Refund, given: Sequence[Return]) -> None:
    await execute(
        _GIVE_BACK,
        refund.id,
        [each.line.id for each in given],
        [each.quantity for each in given],
        [each.unshipped for each in given],
        [each.restocked for each in given],
    )


async def _shelve(order: Order, given: Sequence[Return], *, caller: Caller, now: datetime) -> None:
    """Release the units that never left, and put back on the shelf what is to lie there again."""
    stocked = [(variant, each) for each in given if (variant := each.line.stocked)]
    released = [Units(variant, each.unshipped) for variant, each in stocked]
    restocked = [Units(variant, each.shipped) for variant, each in stocked if each.restocked]
    await stock.lock(variant for variant, _ in stocked)
    await stock.release(released, order_id=order.id, caller=caller, now=now)
    await stock.restock(restocked, order_id=order.id, caller=caller, now=now)
