"""What Stripe tells of its own accord: believed where it is signed, and read for what we asked.

It signs with each secret of an endpoint while one is being replaced, and we believe any of several.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import stripe
from pydantic import SecretStr

from api.gateways.signatures import TOLERANCE
from api.gateways.stripe.reading import CAPTURE, OPERATION, given_back, paid
from db.payments import Forged, GatewayEvent, OperationKind, Verdict

SIGNATURE: Final = "stripe-signature"
_SIGNED_AT: Final = re.compile(r"t=(\d{1,12}),", re.ASCII)


def verify(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[SecretStr], now: datetime
) -> None:
    """Let only those bodies through that Stripe has signed for us just now.

    :raises Forged: it has not.
    """
    header = headers.get(SIGNATURE, "")
    signed = _SIGNED_AT.match(header)
    if signed is None or not header.isascii():
        raise Forged("There is no signature.")
    if not any(_is_signed(header, body, secret) for secret in secrets):
        raise Forged("The signature is not of this body.")
    if abs(now - datetime.fromtimestamp(int(signed[1]), UTC)) > TOLERANCE:  # by the one clock
        raise Forged("The signature is too old, or of a time to come.")


def _is_signed(header: str, body: bytes, secret: SecretStr) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret.get_secret_value())
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def read(body: bytes) -> GatewayEvent:
    """Read a message that was let through; what we did not ask for is about nothing.

    :raises Forged: it is no message of Stripe's.
    """
    try:
        told = orjson.loads(body)
        return _read(str(told["id"]), str(told["type"]), told["data"]["object"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Forged("This is no message of Stripe's.") from error


def _read(id: str, type: str, said: Mapping[str, Any]) -> GatewayEvent:
    named = said.get("metadata") or {}
    match type.partition(".")[0], said.get("object"):
        case "payment_intent", "payment_intent" if OPERATION in named:
            answer = paid(said)
            if answer.verdict is Verdict.NOT_FOUND:  # it was made, and nothing was done with it
                return GatewayEvent(id=id)
            if answer.captured and CAPTURE in named:
                kind, key = OperationKind.CAPTURE, named[CAPTURE]
            else:
                kind, key = OperationKind.AUTHORIZE, named[OPERATION]
            return GatewayEvent(id=id, kind=kind, key=key, answer=answer)
        case "refund" | "charge", "refund" if OPERATION in named:
            kind, key = OperationKind.REFUND, named[OPERATION]
            return GatewayEvent(id=id, kind=kind, key=key, answer=given_back(said))
        case _:
            return GatewayEvent(id=id)
