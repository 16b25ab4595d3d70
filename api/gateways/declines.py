"""What buyers are told of a decline, by the codes that all gateways here have in common."""

from collections.abc import Mapping
from typing import Final

MESSAGES: Final[Mapping[str | None, str]] = {
    "card_declined": "The card was declined.",
    "insufficient_funds": "There is not enough money for this.",
    "expired_card": "The card has run out.",
    "incorrect_cvc": "The code on the back of the card is wrong.",
    "authentication_failed": "The bank did not confirm the payment.",
    "processing_error": "Something went wrong at the bank. Try again, or pay in another way.",
    "not_possible": "The payment cannot be made like this.",
}
