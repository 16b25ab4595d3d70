"""What the fake gateway does about a payment: all of it is told by the payment's token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Final

from db.payments import OperationKind, Verdict

LATER_SECONDS: Final = 2.0
"""After so long the buyer has confirmed, the bank has decided, and lost money has turned up."""
HOUR_SECONDS: Final = 3600.0


class Trouble(StrEnum):
    """What goes wrong with a call; the first three go wrong once, and the same again goes well."""

    REQUEST_LOST = auto()
    REPLY_LOST = auto()
    SLOW = auto()
    ERROR = auto()
    TIMEOUT_BEFORE = auto()
    TIMEOUT_AFTER = auto()
    AWAY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How a payment goes: what is answered at first, what the own record says ``later``.

    ``refused`` are the later moves of money that are declined, ``returned`` says that refunds are
    sent back by the buyer's bank, ``troubles`` befall the line.
    """

    meaning: str
    verdict: Verdict = Verdict.SUCCEEDED
    code: str | None = None
    later: Verdict | None = None
    later_seconds: float = LATER_SECONDS
    action: str | None = None
    refused: frozenset[OperationKind] = frozenset()
    returned: bool = False
    can_fence: bool = True
    troubles: Mapping[OperationKind, Trouble] = field(default_factory=dict)


def _declined(code: str, meaning: str) -> Script:
    return Script(meaning=meaning, verdict=Verdict.DECLINED, code=code)


def _refuses(kind: OperationKind, meaning: str) -> Script:
    return Script(meaning=meaning, refused=frozenset({kind}))


def _troubled(kind: OperationKind, trouble: Trouble, meaning: str) -> Script:
    return Script(meaning=meaning, troubles={kind: trouble})


_PAY: Final = OperationKind.AUTHORIZE
SCRIPTS: Final[Mapping[str, Script]] = {
    "tok_ok": Script(meaning="pays"),
    "tok_slow": _troubled(_PAY, Trouble.SLOW, "pays, after 3 seconds"),
    "tok_declined": _declined("card_declined", "is declined"),
    "tok_insufficient_funds": _declined("insufficient_funds", "is declined: too little money"),
    "tok_expired_card": _declined("expired_card", "is declined: the card has run out"),
    "tok_incorrect_cvc": _declined("incorrect_cvc", "is declined: the code is wrong"),
    "tok_action": Script(
        meaning="sends the buyer to their bank, where they confirm within 2 seconds",
        verdict=Verdict.ACTION,
        later=Verdict.SUCCEEDED,
        action="REDIRECT",
    ),
    "tok_action_in_client": Script(
        meaning="the same, in the client's own script",
        verdict=Verdict.ACTION,
        later=Verdict.SUCCEEDED,
        action="CONFIRM_IN_CLIENT",
    ),
    "tok_action_declined": Script(
        meaning="sends the buyer to their bank, which declines",
        verdict=Verdict.ACTION,
        later=Verdict.DECLINED,
        code="authentication_failed",
        action="REDIRECT",
    ),
    "tok_action_abandoned": Script(
        meaning="sends the buyer to their bank, from where they never come back",
        verdict=Verdict.ACTION,
        action="REDIRECT",
    ),
    "tok_processing": Script(
        meaning="is decided 2 seconds later: paid",
        verdict=Verdict.PROCESSING,
        later=Verdict.SUCCEEDED,
    ),
    "tok_processing_declined": Script(
        meaning="is decided 2 seconds later: declined",
        verdict=Verdict.PROCESSING,
        later=Verdict.DECLINED,
        code="insufficient_funds",
    ),
    "tok_late_success": Script(
        meaning="is declined, and has been paid after all 2 seconds later",
        verdict=Verdict.DECLINED,
        code="card_declined",
        later=Verdict.SUCCEEDED,
    ),
    "tok_no_fence": Script(
        meaning="is decided an hour later: paid; until then it cannot be called off",
        verdict=Verdict.PROCESSING,
        later=Verdict.SUCCEEDED,
        later_seconds=HOUR_SECONDS,
        can_fence=False,
    ),
    "tok_request_lost": _troubled(
        _PAY, Trouble.REQUEST_LOST, "the first request is lost; the same again pays"
    ),
    "tok_reply_lost": _troubled(_PAY, Trouble.REPLY_LOST, "pays, and the first reply is lost"),
    "tok_error": _troubled(_PAY, Trouble.ERROR, "answers with an error 500, and never pays"),
    "tok_timeout": _troubled(_PAY, Trouble.TIMEOUT_AFTER, "pays, and answers after a minute"),
    "tok_timeout_before": _troubled(_PAY, Trouble.TIMEOUT_BEFORE, "waits a minute before it pays"),
    "tok_away": _troubled(
        _PAY, Trouble.AWAY, "pays, and can be asked nothing about it for an hour"
    ),
    "tok_capture_fails": _refuses(OperationKind.CAPTURE, "pays; captures are declined"),
    "tok_capture_lost": _troubled(
        OperationKind.CAPTURE, Trouble.REPLY_LOST, "pays; the first reply to a capture is lost"
    ),
    "tok_void_fails": _refuses(OperationKind.VOID, "pays; voids are declined"),
    "tok_void_lost": _troubled(
        OperationKind.VOID, Trouble.REPLY_LOST, "pays; the first reply to a void is lost"
    ),
    "tok_refund_fails": _refuses(OperationKind.REFUND, "pays; refunds are declined"),
    "tok_refund_lost": _troubled(
        OperationKind.REFUND, Trouble.REPLY_LOST, "pays; the first reply to a refund is lost"
    ),
    "tok_refund_unsent": _troubled(
        OperationKind.REFUND, Trouble.REQUEST_LOST, "pays; the first request for a refund is lost"
    ),
    "tok_refund_returned": Script(
        meaning="pays; refunds are sent back by the bank 2 seconds later", returned=True
    ),
}
"""What the gateway does, by token."""

MESSAGES: Final[Mapping[str | None, str]] = {
    "card_declined": "The card was declined.",
    "insufficient_funds": "There is not enough money for this.",
    "expired_card": "The card has run out.",
    "incorrect_cvc": "The code on the back of the card is wrong.",
    "authentication_failed": "The bank did not confirm the payment.",
    "token_missing": "A test payment needs a token, such as tok_ok.",
    "token_unknown": "This is no test token. tok_ok is one; the README lists them all.",
}
"""What buyers are told of a decline, by its code."""

_NO_TOKEN: Final = _declined("token_missing", "is declined")
_UNKNOWN_TOKEN: Final = _declined("token_unknown", "is declined")


def script_of(token: str | None) -> Script:
    """Return what the gateway does about a token."""
    return _NO_TOKEN if token is None else SCRIPTS.get(token, _UNKNOWN_TOKEN)
