"""Checking out, paying again after a decline, and calling an order off, as clients ask for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, cast
from uuid import UUID

import strawberry
from pydantic import Field

from db import carts, orders, payments, users
from db.access import Permission
from db.errors import Code
from db.events import Outcome
from db.payments import Call, OperationKind, OperationStatus, PaymentStatus
from schema import define
from schema.carts.inputs import CartInput, CartLineInput
from schema.context import Context, Info
from schema.errors import Payload, UserError
from schema.ids import CartId, OrderId, find
from schema.inputs import IdempotencyKey, Input, Line, MoneyInput, Note, Token, Url
from schema.orders.receipts import Payment
from schema.orders.types import Order
from schema.resolvers import mutation

DAYS_OF_A_YEAR: Final = 366


@define.one_of
class CheckoutSource(Input):
    cart_id: CartId | None = None
    lines: (
        Annotated[list[CartLineInput], Field(min_length=1, max_length=carts.MOST_LINES)] | None
    ) = None


@define.input
class CheckoutPaymentInput(Input):
    gateway: Annotated[Line, strawberry.field(description="One of Shop.paymentGateways.")]
    token: Annotated[
        Token | None,
        strawberry.field(
            description="What the gateway's own script gave the client. "
            "Card numbers never come here."
        ),
    ] = None
    return_url: Annotated[
        Url | None, strawberry.field(description="Where a redirect should lead back to.")
    ] = None


@define.input
class CheckoutBeginInput(Input):
    source: CheckoutSource
    details: CartInput | None = None
    expected_total: MoneyInput


@define.input
class CheckoutInput(Input):
    source: CheckoutSource
    details: Annotated[
        CartInput | None,
        strawberry.field(
            description="Overrides what the cart says, and supplies it for bare lines."
        ),
    ] = None
    expected_total: Annotated[
        MoneyInput,
        strawberry.field(
            description="The total the buyer agreed to, from Cart.totals: if it is no longer that, "
            "nothing happens."
        ),
    ]
    payment: Annotated[
        CheckoutPaymentInput | None,
        strawberry.field(description="Null only when the total is zero."),
    ] = None


@define.type
class PaymentError(UserError):
    payment: Payment | None = None
    decline_code: str | None = define.field(
        "The gateway's reason, when it may be shown.", default=None
    )


@define.type
class CheckoutPayload(Payload):
    """order PLACED: done. order PENDING with payment.nextAction: the buyer's turn. order PENDING
    with payment PROCESSING: follow orderUpdated. userErrors with an order: that payment failed, the
    stock is still held, pay again with paymentCreate.
    """

    order: Order | None = None
    payment: Payment | None = None
    guest_token: str | None = define.field(
        "For a guest who had none: opens the order.", default=None
    )

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "CheckoutPayload":
        """Show an order and its payment as they are now, to the guest who was made for them."""
        token = None
        if guest := outcome.ids.get("guest"):
            token = users.guest_token(UUID(guest))
            info.context.become(replace(info.context.caller, guest_id=UUID(guest)))
        order = await _order(outcome, info.context)
        payment = await _payment(outcome, info.context)
        return cls(
            order=order,
            payment=payment,
            guest_token=token,
            user_errors=[_failure(payment)] if payment and _has_failed(payment, order) else [],
        )


async def _order(outcome: Outcome, context: Context) -> Order | None:
    ids = [UUID(outcome.ids["order"])]
    (row,) = await orders.find_orders(caller=context.caller, ids=ids)
    return Order.of(row) if row else None


async def _payment(outcome: Outcome, context: Context) -> Payment | None:
    if "payment" not in outcome.ids:
        return None
    ids = [UUID(outcome.ids["payment"])]
    (row,) = await orders.find_payments(caller=context.caller, ids=ids)
    return Payment.of(row) if row else None


def _has_failed(payment: Payment, order: Order | None) -> bool:
    """Tell a payment that never came from one that was given back after it had come."""
    was_called_off = payment.status is PaymentStatus.VOIDED and order and not order.placed_at
    return payment.status is PaymentStatus.FAILED or bool(was_called_off)


def _failure(payment: Payment) -> PaymentError:
    is_declined = payment.status is PaymentStatus.FAILED
    return PaymentError(
        code=Code.PAYMENT_DECLINED if is_declined else Code.PAYMENT_FAILED,
        message=payment.failure_message
        or ("The payment was declined." if is_declined else "The payment was called off."),
        payment=payment,
        decline_code=payment.failure_code,
    )


@define.type
class OrderPayload(Payload):
    order: Order | None = None

    @classmethod
    async def of(cls, outcome: Outcome, info: Info) -> "OrderPayload":
        """Show an order as it is now, and what became of a call about its money."""
        order = await _order(outcome, info.context)
        asked_for = outcome.ids.get("operation") if "payment" in outcome.ids else None
        call = await payments.find_call(UUID(asked_for)) if asked_for else None
        if call is None or call.status is OperationStatus.SUCCEEDED or _is_called_off(call):
            return cls(order=order)
        payment = await _payment(outcome, info.context)
        return cls(order=order, user_errors=[_not_moved(call, payment)])

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> "OrderPayload":
        """Show what a refused call was about: the order, also where only its payment is named."""
        payload = await super().unchanged(given, info)
        payment = (await find([str(given.get("payment_id"))], info.context))[0]
        if isinstance(payment, Payment):
            outcome = Outcome({"order": str(payment.row.order_id)})
            payload.order = await _order(outcome, info.context)
        return payload


def _is_called_off(call: Call) -> bool:
    """Whether a payment that was undecided is fenced, as was asked for."""
    return call.kind is OperationKind.AUTHORIZE and not call.is_open


def _not_moved(call: Call, payment: Payment | None) -> PaymentError:
    if call.is_open:
        message = "The gateway has not answered yet. It is asked until it does."
        return PaymentError(code=Code.PAYMENT_UNKNOWN, message=message, payment=payment)
    return PaymentError(
        code=Code.PAYMENT_FAILED,
        message=call.failure_message or "The gateway has refused.",
        payment=payment,
        decline_code=call.failure_code,
    )


@define.type
class CheckoutMutation:
    @mutation(payload=CheckoutPayload)
    async def checkout_complete(
        self, info: Info, input: CheckoutInput, idempotency_key: IdempotencyKey
    ) -> Outcome:
        """One call from cart (or bare lines) to order: checks, reserves, pays, places. All retries
        with the key give the same order and at most one charge.
        """
        context = info.context
        await context.buckets.take_checkout(context.caller, context.now)
        return await orders.complete_checkout(
            caller=context.caller,
            now=context.now,
            fields=cast("orders.CheckoutFields", input.given()),
            gateways=context.gateways,
            periods=_periods(context.settings),
            claim=context.claim,
        )

    @mutation(payload=CheckoutPayload)
    async def checkout_begin(
        self, info: Info, input: CheckoutBeginInput, idempotency_key: IdempotencyKey
    ) -> Outcome:
        """Step-wise, 1 of 2: reserve the stock and make a PENDING order, to be paid within 15
        minutes.
        """
        context = info.context
        await context.buckets.take_checkout(context.caller, context.now)
        return await orders.begin_checkout(
            caller=context.caller,
            now=context.now,
            fields=cast("orders.CheckoutFields", input.given()),
            gateways=context.gateways,
            periods=_periods(context.settings),
            claim=context.claim,
        )

    @mutation(payload=CheckoutPayload, requires=Permission.ORDERS_WRITE, owner=True)
    async def payment_create(
        self,
        info: Info,
        order_id: OrderId,
        input: CheckoutPaymentInput,
        idempotency_key: IdempotencyKey,
    ) -> Outcome:
        """Step-wise, 2 of 2; also: another try after a declined payment."""
        context = info.context
        await context.buckets.take_checkout(context.caller, context.now)
        return await orders.create_payment(
            caller=context.caller,
            now=context.now,
            order_id=order_id,
            fields=cast("orders.PaymentFields", input.given()),
            gateways=context.gateways,
            claim=context.claim,
        )

    @mutation(payload=OrderPayload, requires=Permission.ORDERS_WRITE, owner=True)
    async def order_cancel(
        self,
        info: Info,
        id: OrderId,
        reason: orders.CancelReason,
        idempotency_key: IdempotencyKey,
        note: Note | None = None,
    ) -> Outcome:
        """Releases stock; voids what is authorized, refunds what is captured. Customers: until a
        fulfillment exists.
        """
        context = info.context
        return await orders.cancel_order(
            caller=context.caller,
            now=context.now,
            id=id,
            reason=reason,
            note=note,
            gateways=context.gateways,
            claim=context.claim,
        )


def _periods(settings: Any) -> orders.Periods:
    return orders.Periods(
        reservation=timedelta(minutes=settings.reservation_minutes),
        personal_data=timedelta(days=settings.personal_data_years * DAYS_OF_A_YEAR),
    )
