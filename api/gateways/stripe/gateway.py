"""A gateway that takes cards through Stripe.

A PaymentIntent is made first, under the operation's key and of nothing but its amount, and is
confirmed with the buyer's card in a second request. So the fence can make the very same one, with
no card at hand, and cancel it: from then on it can never be paid.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import stripe
from pydantic import SecretStr

from api.gateways.stripe import events, reading
from api.gateways.stripe.amounts import is_taken
from api.gateways.stripe.books import Books
from api.gateways.stripe.connection import Connection, answering
from db.payments import Answer, GatewayEvent, Op, OperationKind, Verdict

_NO: Final = (stripe.CardError, stripe.InvalidRequestError)
"""What was asked has not happened: the card's bank does not want it, or Stripe cannot do it."""
_OVER: Final = {Verdict.SUCCEEDED, Verdict.CANCELLED}


class StripeGateway:
    """Holds, takes and gives back money of cards."""

    name = "stripe"
    label = "Card"
    takes_at_once = True
    holds_for: timedelta | None = timedelta(days=6)
    """Stripe lets go of it after seven: an order is ended while something can still be done."""

    def __init__(
        self,
        connection: Connection,
        *,
        publishable_key: str | None = None,
        webhook_secrets: Sequence[SecretStr] = (),
    ) -> None:
        self.publishable_key = publishable_key
        self._connection = connection
        self._books = Books(connection)
        self._webhook_secrets = webhook_secrets

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        """Make the payment, and confirm it with the buyer's card."""
        if token is None or not is_taken(op.currency):
            return reading.not_possible(None)
        with answering():
            try:
                intent = await self._books.make(op)
            except stripe.InvalidRequestError as no:
                return reading.refused(no)
            if not reading.is_untouched(intent):
                return reading.paid(intent)
            try:
                confirmed = await self._books.confirm(
                    op, intent, token=token, capture=capture, return_url=return_url
                )
                return reading.paid(confirmed)
            except _NO as no:
                now = await self._books.read(intent["id"])
                return reading.refused(no) if reading.is_untouched(now) else reading.paid(now)

    async def capture(self, op: Op) -> Answer:
        """Take what is held, or a part of it; Stripe lets go of the rest."""
        with answering():
            try:
                intent = await self._books.capture(op)
            except _NO as no:
                intent = await self._books.read(_reference(op))
                return reading.taken(op, intent) or reading.refused(no)
            return reading.taken(op, intent) or Answer(verdict=Verdict.UNKNOWN)

    async def void(self, op: Op) -> Answer:
        """Cancel the payment, which lets go of what it holds."""
        with answering():
            intent = await self._books.cancel(_reference(op))
        return reading.let_go(intent) or reading.not_possible(op.reference)

    async def refund(self, op: Op) -> Answer:
        """Send back what was taken, or a part of it."""
        with answering():
            try:
                return reading.given_back(await self._books.give_back(op))
            except _NO as no:
                return reading.refused(no)

    async def find(self, op: Op) -> Answer:
        """Look at the payment: by its id where we know it, else by what its metadata say."""
        nothing = Answer(verdict=Verdict.NOT_FOUND, reference=op.reference)
        with answering():
            if op.kind is OperationKind.REFUND:
                refund = await self._books.find_refund(op)
                return reading.given_back(refund) if refund else nothing
            intent = await self._books.find(op)
        if intent is None:
            return nothing
        match op.kind:
            case OperationKind.CAPTURE:
                return reading.taken(op, intent) or nothing
            case OperationKind.VOID:
                return reading.let_go(intent) or nothing
            case _:
                return reading.paid(intent)

    async def fence(self, op: Op) -> Answer:
        """Make the payment, unless it was made, and cancel it, unless it was paid."""
        if not is_taken(op.currency):
            return reading.not_possible(None)
        with answering():
            try:
                intent = await self._books.find(op) or await self._books.make(op)
            except stripe.InvalidRequestError as no:
                return reading.refused(no)  # such a payment can never be made
            if reading.paid(intent).verdict not in _OVER:
                intent = await self._books.cancel(intent["id"])
        answer = reading.paid(intent)
        is_open = answer.verdict in {Verdict.ACTION, Verdict.PROCESSING, Verdict.NOT_FOUND}
        return Answer(verdict=Verdict.CANNOT, reference=answer.reference) if is_open else answer

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Let through what was signed with one of the endpoint's secrets."""
        events.verify(headers, body, secrets=self._webhook_secrets, now=now)

    def read_event(self, body: bytes) -> GatewayEvent:
        """Read a message that was let through."""
        return events.read(body)

    async def close(self) -> None:
        """Give the connections back."""
        await self._connection.close()


def _reference(op: Op) -> str:
    """Name the payment that is to be moved: there is none that was not authorized before."""
    if op.reference is None:
        raise LookupError(f"{op.key} names no payment of Stripe's.")
    return op.reference
