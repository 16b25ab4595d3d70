"""Gateways that do not behave: a line that can be disturbed, and promises that are not kept."""

import asyncio
from typing import Literal, TypeAlias

from api.gateways import FakeGateway
from db.base import execute
from db.payments import Answer, GatewayUnknown, Op, Verdict

Side: TypeAlias = Literal["before", "after"]


class FaultyGateway(FakeGateway):
    """The fake gateway; ``loses_requests`` and ``loses_replies`` cut its line on one side.

    ``loses_refunds`` cuts it before, or after, it has moved money back.
    While ``paused`` is set, requests wait before they are sent, until it is cleared again.
    """

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url)
        self.loses_requests = False
        self.loses_replies = False
        self.loses_refunds: Side | None = None
        self.cannot_fence = False
        self.asked = 0
        self.arrived = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    def pause(self) -> None:
        """Hold all calls that authorize back."""
        self.arrived.clear()
        self.goes_on.clear()

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        self.asked += 1
        self.arrived.set()
        await self.goes_on.wait()
        if self.loses_requests:
            raise GatewayUnknown("The request was lost.")
        answer = await super().authorize(op, token=token, capture=capture, return_url=return_url)
        if self.loses_replies:
            raise GatewayUnknown("The reply was lost.")
        return answer

    async def refund(self, op: Op) -> Answer:
        if self.loses_refunds == "before":
            raise GatewayUnknown("The request was lost.")
        answer = await super().refund(op)
        if self.loses_refunds == "after":
            raise GatewayUnknown("The reply was lost.")
        return answer

    async def fence(self, op: Op) -> Answer:
        if self.cannot_fence:
            raise GatewayUnknown("The gateway does not answer.")
        return await super().fence(op)


class ForgetfulGateway(FaultyGateway):
    """Forgets what it promised, as none should: a charge may come after the fence."""

    async def fence(self, op: Op) -> Answer:
        answer = await super().fence(op)
        await execute("DELETE FROM fake_gateway.operation WHERE key = $1", op.key)
        return answer


class HastyGateway(FaultyGateway):
    """Lets go of what it holds when it is asked for a promise, as Stripe does.

    What it decides reaches us once it ``speaks``.
    """

    def __init__(self, database_url: str) -> None:
        super().__init__(database_url)
        self.decided = asyncio.Event()
        self.speaks = asyncio.Event()

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        answer = await super().authorize(op, token=token, capture=capture, return_url=return_url)
        self.decided.set()
        await self.speaks.wait()
        return answer

    async def fence(self, op: Op) -> Answer:
        await execute(_LET_GO, op.key)
        return await super().fence(op)

    async def void(self, op: Op) -> Answer:
        if await execute(_IS_LET_GO, op.reference):
            return Answer(verdict=Verdict.SUCCEEDED, reference=op.reference)
        return await super().void(op)


_LET_GO = "UPDATE fake_gateway.operation SET verdict = 'CANCELLED' WHERE key = $1 AND NOT captured"
_IS_LET_GO = "SELECT FROM fake_gateway.operation WHERE reference = $1 AND verdict = 'CANCELLED'"
