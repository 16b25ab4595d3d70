"""What is asked of a payment that was made, by its buyer and by staff."""

from db import orders
from db.access import Permission
from db.events import Outcome
from schema import define
from schema.context import Info
from schema.ids import PaymentId
from schema.inputs import IdempotencyKey, MoneyInput, plain
from schema.orders.checkout import CheckoutPayload, OrderPayload
from schema.resolvers import mutation


@define.type
class PaymentMutation:
    @mutation(payload=CheckoutPayload, requires=Permission.ORDERS_READ, owner=True)
    async def payment_sync(self, info: Info, payment_id: PaymentId) -> Outcome:
        """Ask the gateway now, for instance when the buyer returns from a redirect. Never starts a
        charge.
        """
        return await orders.sync_payment(
            caller=info.context.caller,
            now=info.context.now,
            payment_id=payment_id,
            gateways=info.context.gateways,
        )

    @mutation(payload=OrderPayload, requires=Permission.PAYMENTS_WRITE)
    async def payment_capture(
        self,
        info: Info,
        payment_id: PaymentId,
        idempotency_key: IdempotencyKey,
        amount: MoneyInput | None = None,
    ) -> Outcome:
        """amount: default all. Once; the rest is released."""
        return await orders.capture_payment(
            caller=info.context.caller,
            now=info.context.now,
            payment_id=payment_id,
            amount=plain(amount),
            gateways=info.context.gateways,
            claim=info.context.claim,
        )

    @mutation(payload=OrderPayload, requires=Permission.PAYMENTS_WRITE)
    async def payment_void(
        self, info: Info, payment_id: PaymentId, idempotency_key: IdempotencyKey
    ) -> Outcome:
        """Only when nothing is captured."""
        return await orders.void_payment(
            caller=info.context.caller,
            now=info.context.now,
            payment_id=payment_id,
            gateways=info.context.gateways,
            claim=info.context.claim,
        )
