"""What a gateway is: all that a plug-in has to be.

A gateway moves money in a world that we cannot see into. It gives an answer, or it does not, and
then the outcome is open. Every call carries a key, and a gateway that is asked twice under one key
moves the money once and answers twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from db.payments.models import OperationKind


class Verdict(StrEnum):
    """What a gateway can say about an operation; UNKNOWN is ours, for one that said nothing."""

    SUCCEEDED = "SUCCEEDED"
    ACTION = "ACTION"
    PROCESSING = "PROCESSING"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    NOT_FOUND = "NOT_FOUND"
    CANNOT = "CANNOT"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """What is asked of a gateway. ``amount`` is minor units of ``currency``.

    ``key`` is the gateway's idempotency key: the id of a row that is committed before the call.
    ``reference`` is the gateway's own id of the payment, once it has told us.
    """

    key: str
    kind: OperationKind
    amount: int
    currency: str
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a gateway said.

    ``captured``: the money was taken, and not only held; ``taken`` is how much, in minor units,
    where somebody at the gateway took a part of what was held. ``code`` is why it was declined, and
    ``message`` says so to the buyer.
    ``action`` is what the buyer has to do next: ``{"kind", "url" or "client_secret"}``.
    """

    verdict: Verdict
    reference: str | None = None
    captured: bool = False
    taken: int | None = None
    code: str | None = None
    message: str | None = None
    action: Mapping[str, str] | None = None


class GatewayUnknown(Exception):
    """No answer came, or none that tells: the money may have moved, or may still."""


class Forged(Exception):
    """A message that its gateway has not written, or that is too old to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayEvent:
    """What a gateway tells of its own accord. Its ``id`` is the same whenever it is told again.

    It is about the operation with this ``key`` or, where it names none, about the latest one of
    this ``kind`` of the payment that the answer's reference names. Without an ``answer`` it is
    about nothing that we care for.
    """

    id: str
    kind: OperationKind = OperationKind.AUTHORIZE
    key: str | None = None
    answer: Answer | None = None


class Gateway(Protocol):
    """One way to be paid. Every method answers, or raises :class:`GatewayUnknown`."""

    name: str
    label: str
    publishable_key: str | None
    """For the client's own script, where the gateway has one."""
    takes_at_once: bool
    """Whether money can come in the moment it is asked for."""
    holds_for: timedelta | None
    """How long money that is only authorized stays so; None: for ever."""

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        """Hold the amount, or take it at once; ``token`` is what the buyer's client was given."""
        ...

    async def capture(self, op: Op) -> Answer:
        """Take what is held, or a part of it; the rest is let go."""
        ...

    async def void(self, op: Op) -> Answer:
        """Let go what is held."""
        ...

    async def refund(self, op: Op) -> Answer:
        """Send back what was taken, or a part of it."""
        ...

    async def find(self, op: Op) -> Answer:
        """Look up what became of an operation. NOT_FOUND proves nothing: it may still arrive."""
        ...

    async def fence(self, op: Op) -> Answer:
        """See to it that no charge under this key can happen from now on.

        CANCELLED: none did and none will. DECLINED: neither. SUCCEEDED: one did already.
        CANNOT: this gateway has no way to promise it.
        """
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Let a message through that the gateway itself has written just now, over its raw bytes.

        :raises Forged: anyone could have written it, or it is an old one.
        """
        ...

    def read_event(self, body: bytes) -> GatewayEvent:
        """Read a message that was let through.

        :raises Forged: it is none of this gateway's.
        """
        ...


Gateways = Mapping[str, Gateway]
"""The gateways that this shop takes, by name."""
