"""Money that comes by other ways: a bank transfer, cash on collection. Staff say when it is there.

There is nobody to ask, so every answer follows from the question alone: it is the same whoever
asks and however often, and no answer can be lost.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from db.payments import Answer, Forged, GatewayEvent, Op, OperationKind, Verdict


class ManualGateway:
    """Takes every order at its word."""

    name = "manual"
    label = "Bank transfer or cash"
    publishable_key: str | None = None
    takes_at_once = False
    holds_for: timedelta | None = None

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        """Note a promise to pay, which is never money at once."""
        del token, capture, return_url
        return _done(op)

    async def capture(self, op: Op) -> Answer:
        """Note that the money has come."""
        return _done(op)

    async def void(self, op: Op) -> Answer:
        """Wait for the money no longer."""
        return _done(op)

    async def refund(self, op: Op) -> Answer:
        """Note that staff send the money back."""
        return _done(op)

    async def find(self, op: Op) -> Answer:
        """Answer as the operation itself was, or will be, answered."""
        return _done(op)

    async def fence(self, op: Op) -> Answer:
        """Answer as the operation itself was, or will be, answered."""
        return _done(op)

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Believe nobody: there is no one who could write."""
        del headers, body, now
        raise Forged("Nobody writes for this gateway.")

    def read_event(self, body: bytes) -> GatewayEvent:
        """Read nothing, for the same reason."""
        del body
        raise Forged("Nobody writes for this gateway.")


def _done(op: Op) -> Answer:
    return Answer(
        verdict=Verdict.SUCCEEDED,
        reference=op.reference or f"manual_{op.key}",
        captured=op.kind is OperationKind.CAPTURE,
    )
