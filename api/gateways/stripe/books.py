"""Stripe's books about our operations: each question and each order to it, in one place."""

from typing import Final

import stripe

from api.gateways.stripe.amounts import to_stripe
from api.gateways.stripe.connection import Connection, data_of, is_replayed
from api.gateways.stripe.reading import CAPTURE, OPERATION, Said
from db.payments import Op

_PAGE: Final = 100


class Books:
    """What is written to, and read from, one account. Errors are the library's own."""

    def __init__(self, connection: Connection) -> None:
        self._intents = connection.api.payment_intents
        self._refunds = connection.api.refunds

    async def make(self, op: Op) -> Said:
        """Make the payment of an operation, or get the one that was made under its key.

        Nothing in it depends on how it is paid: it is the same whoever makes it.
        """
        made = await self._intents.create_async(
            {
                "amount": to_stripe(op.amount, op.currency),
                "currency": op.currency.lower(),
                "allowed_payment_method_types": ["card"],
                "metadata": {OPERATION: op.key},
            },
            {"idempotency_key": op.key},
        )
        return await self._current(made)

    async def confirm(
        self, op: Op, intent: Said, *, token: str, capture: bool, return_url: str | None
    ) -> Said:
        """Pay: hold the money, or take it at once."""
        params: stripe.params.PaymentIntentConfirmParams = {
            "payment_method": token,
            "capture_method": "automatic" if capture else "manual",
        }
        if return_url:
            params["return_url"] = return_url
        else:
            params["use_stripe_sdk"] = True  # what the buyer has to do happens on our own page
        options: stripe.RequestOptions = {"idempotency_key": f"{op.key}_confirm"}
        return await self._current(await self._intents.confirm_async(intent["id"], params, options))

    async def capture(self, op: Op) -> Said:
        """Take what a payment holds, and write on it who did."""
        taken = await self._intents.capture_async(
            str(op.reference),
            {
                "amount_to_capture": to_stripe(op.amount, op.currency),
                "metadata": {CAPTURE: op.key},
            },
            {"idempotency_key": op.key},
        )
        return data_of(taken)

    async def cancel(self, reference: str) -> Said:
        """Cancel a payment, if that can still be done; return it as it then is.

        It needs no key of ours: to cancel twice is to cancel once.
        """
        try:
            return data_of(await self._intents.cancel_async(reference))
        except stripe.InvalidRequestError:
            return await self.read(reference)

    async def give_back(self, op: Op) -> Said:
        """Send money of a payment back."""
        refund = await self._refunds.create_async(
            {
                "payment_intent": str(op.reference),
                "amount": to_stripe(op.amount, op.currency),
                "metadata": {OPERATION: op.key},
            },
            {"idempotency_key": op.key},
        )
        if is_replayed(refund):
            refund = await self._refunds.retrieve_async(refund.id)
        return data_of(refund)

    async def read(self, reference: str) -> Said:
        """Read a payment as it is now."""
        return data_of(await self._intents.retrieve_async(reference))

    async def find(self, op: Op) -> Said | None:
        """Find the payment of an operation.

        By its metadata it is found a moment after it was made, and not before: see Stripe's word on
        how fresh a search is.
        """
        if op.reference:
            return await self.read(op.reference)
        query = f"metadata['{OPERATION}']:'{op.key}'"
        found = await self._intents.search_async({"query": query, "limit": 1})
        # What is found may be some seconds old, and its status with it.
        return await self.read(found.data[0].id) if found.data else None

    async def find_refund(self, op: Op) -> Said | None:
        """Find the refund of an operation among those of its payment."""
        page = await self._refunds.list_async({"payment_intent": str(op.reference), "limit": _PAGE})
        async for refund in page.auto_paging_iter():
            said = data_of(refund)
            if (said["metadata"] or {}).get(OPERATION) == op.key:
                return said
        return None

    async def _current(self, intent: stripe.PaymentIntent) -> Said:
        """Read a payment again where its answer is a repeated one."""
        return await self.read(intent.id) if is_replayed(intent) else data_of(intent)
