"""The stand-in's books: PaymentIntents and refunds, and what may be done with them when."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from typing import Any, Final

from api.gateways.stripe_stand_in.cards import CARDS, NOT_AUTHENTICATED
from api.gateways.stripe_stand_in.errors import Refused, missing

LEAST_AMOUNT: Final = 50
_IN_THOUSANDTHS: Final = {"bhd", "jod", "kwd", "omr", "tnd"}
"""Their amounts must end in 0."""
_CONFIRMABLE: Final = {"requires_payment_method", "requires_confirmation"}
_CANCELABLE: Final = {*_CONFIRMABLE, "requires_action", "requires_capture"}

Thing = dict[str, Any]
Tell = Callable[[str, Thing], None]


class Books:
    """All that was paid and given back; each change is told."""

    def __init__(self, now: Callable[[], datetime], tell: Tell) -> None:
        self.intents: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.url = ""
        """Where the buyer's bank is."""
        self._now = now
        self._tell = tell

    def make(self, params: Thing) -> Thing:
        """Make a PaymentIntent that nobody has paid yet."""
        amount = _amount(params.get("amount"))
        if "payment_method_types" in params:  # until 2026-09-30.endive
            raise Refused(400, "payment_method_types_no_longer_supported")
        if amount < LEAST_AMOUNT:
            raise Refused(400, "amount_too_small", param="amount")
        if params["currency"] in _IN_THOUSANDTHS and amount % 10:
            raise Refused(400, None, param="amount")
        intent_id = f"pi_{len(self.intents) + 1:06}"
        self.intents[intent_id] = {
            "id": intent_id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": f"{intent_id}_secret",
            "created": int(self._now().timestamp()),
            "currency": params["currency"],
            "last_payment_error": None,
            "livemode": False,
            "metadata": params.get("metadata", {}),
            "next_action": None,
            "payment_method": None,
            "payment_method_types": list(params["allowed_payment_method_types"].values()),
            "status": "requires_payment_method",
        }
        return self._told("payment_intent.created", self.intents[intent_id])

    def confirm(self, id: str, params: Thing) -> Thing:
        """Pay with a card, or ask its buyer to confirm."""
        intent = self.intent(id)
        if intent["status"] not in _CONFIRMABLE:
            raise _unexpected(intent)
        name = str(params.get("payment_method"))
        if name not in CARDS:
            raise missing("payment_method")
        intent |= {
            "payment_method": name,
            "capture_method": params.get("capture_method", "automatic"),
            "last_payment_error": None,
        }
        card = CARDS[name]
        if card.asks:
            url = params.get("return_url")
            redirect = {"url": f"{self.url}/bank/{id}", "return_url": url}
            intent["status"] = "requires_action"
            intent["next_action"] = (
                {"type": "redirect_to_url", "redirect_to_url": redirect}
                if url
                else {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
            )
            return self._told("payment_intent.requires_action", intent)
        if card.error:
            self._decline(intent, dict(card.error))
            raise Refused(402, is_kept=True, **card.error, payment_intent=deepcopy(intent))
        return self._charge(intent)

    def answer_bank(self, id: str, *, confirms: bool) -> Thing:
        """Let the buyer confirm at their bank, or fail to."""
        intent = self.intent(id)
        if intent["status"] != "requires_action":
            return intent
        error = CARDS[intent["payment_method"]].error if confirms else NOT_AUTHENTICATED
        return self._decline(intent, dict(error)) if error else self._charge(intent)

    def capture(self, id: str, params: Thing) -> Thing:
        """Take what is held, or a part of it."""
        intent = self.intent(id)
        if intent["status"] != "requires_capture":
            raise _unexpected(intent)
        amount = _amount(params.get("amount_to_capture", intent["amount_capturable"]))
        if amount > intent["amount_capturable"]:
            raise Refused(400, "amount_too_large", param="amount_to_capture")
        intent["metadata"] |= params.get("metadata", {})
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        return self._told("payment_intent.succeeded", intent)

    def cancel(self, id: str) -> Thing:
        """Cancel what was not paid; what is held is let go."""
        intent = self.intent(id)
        if intent["status"] not in _CANCELABLE:
            raise _unexpected(intent)
        intent |= {"status": "canceled", "amount_capturable": 0, "next_action": None}
        return self._told("payment_intent.canceled", intent)

    def give_back(self, params: Thing) -> Thing:
        """Send money back, never more than was taken."""
        intent = self.intent(params.get("payment_intent", ""))
        amount = _amount(params.get("amount"))
        given = sum(
            refund["amount"]
            for refund in self.refunds_of(intent["id"])
            if refund["status"] not in {"failed", "canceled"}
        )
        if amount > intent["amount_received"] - given:
            raise Refused(400, "charge_already_refunded", param="amount")
        refund_id = f"re_{len(self.refunds) + 1:06}"
        self.refunds[refund_id] = {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "failure_reason": None,
            "metadata": params.get("metadata", {}),
            "payment_intent": intent["id"],
            "status": CARDS[intent["payment_method"]].refund,
        }
        return self._told("refund.created", self.refunds[refund_id])

    def decide_refund(self, id: str, status: str) -> Thing:
        """Have the buyer's bank take a refund, or send it back."""
        reason = "expired_or_canceled_card" if status == "failed" else None
        self.refunds[id] |= {"status": status, "failure_reason": reason}
        return self._told(f"refund.{'failed' if reason else 'updated'}", self.refunds[id])

    def intent(self, id: str) -> Thing:
        """Look a PaymentIntent up."""
        if id not in self.intents:
            raise missing("intent")
        return self.intents[id]

    def refunds_of(self, intent_id: str) -> list[Thing]:
        """List the refunds of a payment, the newest first, as Stripe does."""
        of_it = [each for each in self.refunds.values() if each["payment_intent"] == intent_id]
        return of_it[::-1]

    def _charge(self, intent: Thing) -> Thing:
        intent["next_action"] = None
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            return self._told("payment_intent.amount_capturable_updated", intent)
        intent |= {"status": "succeeded", "amount_received": intent["amount"]}
        return self._told("payment_intent.succeeded", intent)

    def _decline(self, intent: Thing, error: Thing) -> Thing:
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "next_action": None,
            "last_payment_error": error,
        }
        return self._told("payment_intent.payment_failed", intent)

    def _told(self, type: str, thing: Thing) -> Thing:
        self._tell(type, deepcopy(thing))
        return thing


def _amount(text: Any) -> int:
    try:
        return int(text)
    except (TypeError, ValueError):
        raise Refused(400, "parameter_invalid_integer", param="amount") from None


def _unexpected(intent: Thing) -> Refused:
    return Refused(400, "payment_intent_unexpected_state", payment_intent=deepcopy(intent))
