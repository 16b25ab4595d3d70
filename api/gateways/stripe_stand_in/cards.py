"""Stripe's test cards, by the names that Stripe gave them: how a payment with each one goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Card:
    """How a card behaves: why it is declined, and whether its buyer is asked to confirm.

    ``refund`` is what becomes of a refund at once.
    """

    decline: str | None = None
    asks: bool = False
    refund: str = "succeeded"

    @property
    def error(self) -> Mapping[str, str] | None:
        """What Stripe says of the decline."""
        if self.decline is None:
            return None
        own = {"expired_card", "incorrect_cvc", "processing_error"}
        code = self.decline if self.decline in own else "card_declined"
        return {"type": "card_error", "code": code, "decline_code": self.decline}


CARDS: Final[Mapping[str, Card]] = {
    "pm_card_visa": Card(),
    "pm_card_pendingRefund": Card(refund="pending"),
    "pm_card_visa_chargeDeclined": Card("generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("insufficient_funds"),
    "pm_card_visa_chargeDeclinedStolenCard": Card("stolen_card"),
    "pm_card_chargeDeclinedExpiredCard": Card("expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": Card("incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": Card("processing_error"),
    "pm_card_authenticationRequired": Card(asks=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "insufficient_funds", asks=True
    ),
}
NOT_AUTHENTICATED: Final[Mapping[str, str]] = {
    "type": "invalid_request_error",
    "code": "payment_intent_authentication_failure",
}
