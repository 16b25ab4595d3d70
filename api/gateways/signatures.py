"""Signed messages: who wrote them, when, and that nothing of them was changed.

The header is ``t=<seconds>,v1=<hex>``: an HMAC-SHA256 of the time, a dot and the raw body.
"""

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from db.payments import Forged

TOLERANCE: Final = timedelta(minutes=5)
"""How old or how far ahead a message may be: later it is no use to whoever has overheard it."""
_HEADER: Final = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign(body: bytes, *, key: bytes, at: datetime) -> str:
    """Make the header that goes with a body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(body, key, seconds)}"


def verify(header: str | None, body: bytes, *, key: bytes, now: datetime) -> None:
    """Let only those bodies through that the holder of the key has signed just now.

    :raises Forged: they have not.
    """
    match = _HEADER.fullmatch(header or "")
    if match is None:
        raise Forged("There is no signature.")
    seconds = int(match[1])
    if not hmac.compare_digest(_mac(body, key, seconds), match[2]):
        raise Forged("The signature is not of this body.")
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > TOLERANCE:
        raise Forged("The signature is too old, or of a time to come.")


def _mac(body: bytes, key: bytes, seconds: int) -> str:
    return hmac.digest(key, b"%d.%b" % (seconds, body), "sha256").hex()
