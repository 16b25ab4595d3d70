"""What Stripe's objects say about our operations: pure functions of the JSON that it sent.

A PaymentIntent is the whole payment, so that what became of its capture or its release is read from
its status too. Our operations are named in ``metadata``, as Stripe keeps that for ever.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final

import stripe

from api.gateways.declines import MESSAGES
from api.gateways.stripe.amounts import from_stripe, to_stripe
from db.payments import Answer, Op, Verdict

logger = logging.getLogger(__name__)

OPERATION: Final = "tradepost_operation"
"""Names the operation that made a PaymentIntent, or a refund."""
CAPTURE: Final = "tradepost_capture"
"""Names the operation that took what a PaymentIntent held."""

Said = Mapping[str, Any]

_CODES: Final[Mapping[str | None, str]] = {
    "insufficient_funds": "insufficient_funds",
    "withdrawal_count_limit_exceeded": "insufficient_funds",
    "card_velocity_exceeded": "insufficient_funds",
    "expired_card": "expired_card",
    "incorrect_cvc": "incorrect_cvc",
    "invalid_cvc": "incorrect_cvc",
    "payment_intent_authentication_failure": "authentication_failed",
    "authentication_required": "authentication_failed",
    "processing_error": "processing_error",
    "issuer_not_available": "processing_error",
    "try_again_later": "processing_error",
}
"""Our word for Stripe's. Whatever is not here is a card_declined: that a card was reported stolen,
or its user taken for a fraud, is not for that user to know."""
_VERDICTS: Final[Mapping[str, Verdict]] = {
    "succeeded": Verdict.SUCCEEDED,
    "requires_capture": Verdict.SUCCEEDED,
    "requires_action": Verdict.ACTION,
    "processing": Verdict.PROCESSING,
    "canceled": Verdict.CANCELLED,
}
"""Every other one was made, and not confirmed: the request to do so may still arrive."""
_NOT_CONFIRMED: Final = {"requires_payment_method", "requires_confirmation"}


def paid(intent: Said) -> Answer:
    """Tell what became of a payment."""
    reference = str(intent["id"])
    status, error = str(intent["status"]), intent.get("last_payment_error")
    verdict = _VERDICTS.get(status, Verdict.NOT_FOUND)
    if error and verdict in {Verdict.CANCELLED, Verdict.NOT_FOUND}:
        return declined(error, reference)
    return Answer(
        verdict=verdict,
        reference=reference,
        captured=status == "succeeded",
        taken=_part_taken(intent) if status == "succeeded" else None,
        action=_action(intent) if verdict is Verdict.ACTION else None,
    )


def _part_taken(intent: Said) -> int | None:
    """Tell how much was taken where that is not all: it can be chosen on Stripe's own pages."""
    received: int = intent["amount_received"]
    if received == intent["amount"]:
        return None
    return from_stripe(received, str(intent["currency"]).upper())


def is_untouched(intent: Said) -> bool:
    """Tell whether nobody has tried to pay with it yet."""
    return intent["status"] in _NOT_CONFIRMED and not intent.get("last_payment_error")


def taken(op: Op, intent: Said) -> Answer | None:
    """Tell what became of a capture; None where it may still come, or is not what was asked for."""
    reference = str(intent["id"])
    match intent["status"]:
        case "succeeded":
            is_ours = intent["metadata"].get(CAPTURE) == op.key
            if is_ours or intent["amount_received"] == to_stripe(op.amount, op.currency):
                return Answer(verdict=Verdict.SUCCEEDED, reference=reference, captured=True)
            return None
        case "canceled":
            return not_possible(reference)
        case _:
            return None


def let_go(intent: Said) -> Answer | None:
    """Tell what became of a void; None where it may still come."""
    reference = str(intent["id"])
    match intent["status"]:
        case "canceled":
            return Answer(verdict=Verdict.SUCCEEDED, reference=reference)
        case "succeeded":
            return not_possible(reference)
        case _:
            return None


def given_back(refund: Said) -> Answer:
    """Tell what became of a refund: its bank may send it back after it had succeeded."""
    reference = str(refund["payment_intent"])
    match refund["status"]:
        case "succeeded":
            return Answer(verdict=Verdict.SUCCEEDED, reference=reference)
        case "failed" | "canceled":
            code = refund.get("failure_reason") or "refund_failed"
            return Answer(verdict=Verdict.DECLINED, reference=reference, code=code)
        case _:
            return Answer(verdict=Verdict.PROCESSING, reference=reference)


def declined(error: Said, reference: str | None = None) -> Answer:
    """Tell why a card was declined: in our words, and no more than the buyer may know."""
    reasons = (error.get("decline_code"), error.get("code"))
    code = next((_CODES[reason] for reason in reasons if reason in _CODES), "card_declined")
    message = MESSAGES[code]
    return Answer(verdict=Verdict.DECLINED, reference=reference, code=code, message=message)


def refused(error: stripe.InvalidRequestError | stripe.CardError) -> Answer:
    """Tell that Stripe has taken no notice of a request: it could not be done as it was asked."""
    if isinstance(error, stripe.CardError):
        why = error.error and error.error.decline_code
        return declined({"code": error.code, "decline_code": why})
    logger.warning("Stripe refused: %s %s %s", error.code, error.param, error.request_id)
    return not_possible(None)


def not_possible(reference: str | None) -> Answer:
    """Tell that Stripe does not do this, and why is not for the buyer to know."""
    code = "not_possible"
    message = MESSAGES[code]
    return Answer(verdict=Verdict.DECLINED, reference=reference, code=code, message=message)


def _action(intent: Said) -> Mapping[str, str]:
    following = intent["next_action"]
    if redirect := following.get("redirect_to_url"):
        return {"kind": "REDIRECT", "url": str(redirect["url"])}
    return {"kind": "CONFIRM_IN_CLIENT", "client_secret": str(intent["client_secret"])}
