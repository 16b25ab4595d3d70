"""A gateway to try things with: it charges nobody, and otherwise behaves like one that does.

It keeps its ledger in a PostgreSQL schema of its own, over its own connections and commits. So it
is one gateway for all processes, and killing ours never changes what it charged. How a payment goes
is told by its token alone (``fake_tokens``).
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from api.gateways import signatures
from api.gateways.fake_ledger import Ledger
from api.gateways.fake_tokens import MESSAGES, Script, Trouble, script_of
from db import crash_points, secrets
from db.crash_points import CrashPoint
from db.payments import Answer, Forged, GatewayEvent, GatewayUnknown, Op, OperationKind, Verdict
from db.secrets import Purpose

SLOW_SECONDS: Final = 3.0
TIMEOUT_SECONDS: Final = 60.0
SIGNATURE: Final = "fake-signature"
_CANCELLED: Final = Script(meaning="", verdict=Verdict.CANCELLED)


class FakeGateway:
    """Does as the token says."""

    name = "fake"
    label = "Test payment (charges nobody)"
    publishable_key: str | None = None
    takes_at_once = True
    holds_for: timedelta | None = timedelta(days=7)

    def __init__(self, database_url: str) -> None:
        self._ledger = Ledger(database_url)

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        """Hold or take the amount, as the token says."""
        script = script_of(token)
        await self._before(op, script)
        action = _action(script, op, return_url)
        answer = await self._ledger.decide(op, script, token=token, capture=capture, action=action)
        return await self._after(op, script, answer)

    async def capture(self, op: Op) -> Answer:
        """Take what is held, once."""
        return await self._move(op)

    async def void(self, op: Op) -> Answer:
        """Let go what is held."""
        return await self._move(op)

    async def refund(self, op: Op) -> Answer:
        """Send back what was taken, never more."""
        return await self._move(op)

    async def find(self, op: Op) -> Answer:
        """Look the key up."""
        await self._is_there(op)
        return await self._ledger.find(op.key)

    async def fence(self, op: Op) -> Answer:
        """Take the key's place in the ledger, unless it is taken; call off what is undecided."""
        await self._is_there(op)
        answer = await self._ledger.decide(op, _CANCELLED)
        if answer.verdict not in {Verdict.ACTION, Verdict.PROCESSING}:
            return answer
        if not script_of(await self._ledger.token_of(answer.reference)).can_fence:
            return Answer(verdict=Verdict.CANNOT, reference=answer.reference)
        return await self._ledger.call_off(op.key)

    def verify(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
        """Let only our own messages through."""
        signatures.verify(headers.get(SIGNATURE), body, key=_signing_key(), now=now)

    def read_event(self, body: bytes) -> GatewayEvent:
        """Read a message that was let through."""
        try:
            told = orjson.loads(body)
            verdict, code = Verdict(told["verdict"]), told["code"]
            answer = Answer(
                verdict=verdict,
                reference=told["reference"],
                captured=told["captured"],
                code=code,
                message=MESSAGES.get(code),
                action=told["action"],
            )
            kind = OperationKind(told["kind"])
            return GatewayEvent(id=told["id"], key=told["key"], kind=kind, answer=answer)
        except (KeyError, TypeError, ValueError) as error:
            raise Forged("This is no message of the fake gateway.") from error

    async def event(self, op: Op, *, at: datetime) -> tuple[dict[str, str], bytes]:
        """Write the message, headers and body, that tells what became of an operation."""
        answer = await self._ledger.find(op.key)
        return message(op, answer, at=at)

    async def close(self) -> None:
        """Give the connections back."""
        await self._ledger.close()

    async def _move(self, op: Op) -> Answer:
        token = await self._ledger.token_of(op.reference)
        script = script_of(token)
        await self._before(op, script)
        answer = await self._ledger.move(op, script)
        return await self._after(op, script, answer)

    async def _before(self, op: Op, script: Script) -> None:
        match script.troubles.get(op.kind):
            case Trouble.SLOW:
                await asyncio.sleep(SLOW_SECONDS)
            case Trouble.ERROR:
                raise GatewayUnknown("500 Internal Server Error")
            case Trouble.TIMEOUT_BEFORE:
                await asyncio.sleep(TIMEOUT_SECONDS)
            case Trouble.REQUEST_LOST if await self._ledger.is_first_mishap(op.key):
                raise GatewayUnknown("The request was lost.")
            case Trouble.AWAY:
                await self._is_there(op)

    async def _after(self, op: Op, script: Script, answer: Answer) -> Answer:
        crash_points.reach(CrashPoint.IN_CALL_AFTER_CHARGE)
        match script.troubles.get(op.kind):
            case Trouble.TIMEOUT_AFTER:
                await asyncio.sleep(TIMEOUT_SECONDS)
            case Trouble.REPLY_LOST if await self._ledger.is_first_mishap(op.key):
                raise GatewayUnknown("The reply was lost.")
            case Trouble.AWAY:
                await self._is_there(op)
        return answer

    async def _is_there(self, op: Op) -> None:
        if await self._ledger.is_away(op.key):
            raise GatewayUnknown("The gateway does not answer.")


def message(op: Op, answer: Answer, *, at: datetime) -> tuple[dict[str, str], bytes]:
    """Write a message that tells of an answer: its signed headers, and its body."""
    told: dict[str, Any] = {
        "id": f"{op.key}_{answer.verdict.lower()}{'_captured' if answer.captured else ''}",
        "key": op.key,
        "kind": op.kind,
        "verdict": answer.verdict,
        "reference": answer.reference,
        "captured": answer.captured,
        "code": answer.code,
        "action": answer.action,
    }
    body = orjson.dumps(told)
    return {SIGNATURE: signatures.sign(body, key=_signing_key(), at=at)}, body


def _signing_key() -> bytes:
    return secrets.keyring().sign(Purpose.FAKE_GATEWAY, b"webhooks")


def _action(script: Script, op: Op, return_url: str | None) -> str | None:
    match script.action:
        case None:
            return None
        case "REDIRECT":
            url = return_url or f"https://bank.example/confirm/{op.key}"
            return orjson.dumps({"kind": "REDIRECT", "url": url}).decode()
        case kind:
            return orjson.dumps({"kind": kind, "client_secret": f"secret_{op.key}"}).decode()
