"""The gateway of a simulation: the fake one, with its books in memory and the seed on its line.

Requests are lost or late, replies are lost, and what it tells of its own accord comes late, twice
and in any order. Its books obey the simulation's clock.
"""

import asyncio
import contextvars
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from api.gateways.fake import FakeGateway, message
from api.gateways.fake_ledger import Ledger, _answer, _entry, _objection
from api.gateways.fake_tokens import Script
from db.payments import Answer, GatewayUnknown, Op, OperationKind, Verdict
from tests.simulation.scheduling import Scheduler, doing

_COLUMNS: Final = (
    *("key", "reference", "kind", "amount", "currency", "verdict", "captured", "code", "token"),
    *("action", "later", "later_captured", "later_seconds"),
)
TROUBLES: Final = ("request lost", "reply lost", "request late", "answer late")
LATE_SECONDS: Final = (2.0, 20.0, 45.0, 200.0, 1000.0)

Entry = dict[str, Any]


class Books(Ledger):
    """What was decided about each operation, by the clock of the simulation."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__("")
        self.now = now
        self.entries: dict[str, Entry] = {}
        self.news: list[tuple[Op, Answer]] = []
        """What the gateway will tell of its own accord."""
        self._mishaps: set[str] = set()

    async def decide(
        self,
        op: Op,
        script: Script,
        *,
        token: str | None = None,
        capture: bool = False,
        action: str | None = None,
    ) -> Answer:
        return self._decide(op, _entry(op, script, token, capture, action))

    def _decide(self, op: Op, values: tuple[Any, ...]) -> Answer:
        if op.key not in self.entries:
            entry = dict(zip(_COLUMNS, values, strict=True))
            entry["at"] = self.now()
            self.entries[op.key] = entry
            self._tell(entry)
        return _answer(self._turned(self.entries[op.key]))  # type: ignore[arg-type] # as good

    async def find(self, key: str) -> Answer:
        entry = self.entries.get(key)
        return _answer(self._turned(entry) if entry else None)  # type: ignore[arg-type]

    async def call_off(self, key: str) -> Answer:
        entry = self._turned(self.entries[key])
        if entry["verdict"] in {Verdict.ACTION, Verdict.PROCESSING}:
            entry |= {"verdict": Verdict.CANCELLED, "later": None}
            self._tell(entry)
        return _answer(entry)  # type: ignore[arg-type]

    async def move(self, op: Op, script: Script) -> Answer:
        history = [
            self._turned(each)
            for each in self.entries.values()
            if each["reference"] == op.reference
        ]
        objection = _objection(op, history)  # type: ignore[arg-type]
        if objection or op.kind in script.refused:
            refusal = objection or f"{op.kind.lower()}_refused"
            decided = Script(meaning="", verdict=Verdict.DECLINED, code=refusal)
        else:
            is_returned = script.returned and op.kind is OperationKind.REFUND
            code = "returned_by_bank" if is_returned else None
            decided = Script(meaning="", code=code, later=Verdict.DECLINED if is_returned else None)
        return self._decide(op, _entry(op, decided, None, op.kind is OperationKind.CAPTURE, None))

    async def token_of(self, reference: str | None) -> str | None:
        found = (
            each["token"]
            for each in self.entries.values()
            if each["reference"] == reference and each["kind"] == OperationKind.AUTHORIZE
        )
        return next(found, None)

    async def is_first_mishap(self, key: str) -> bool:
        is_first = key not in self._mishaps
        self._mishaps.add(key)
        return is_first

    async def is_away(self, key: str) -> bool:
        entry = self.entries.get(key)
        is_silent = bool(entry and entry["token"] == "tok_away")
        return is_silent and self.now() - self.entries[key]["at"] < timedelta(hours=1)

    def turn(self) -> None:
        """Let everything turn whose time has come."""
        for entry in self.entries.values():
            self._turned(entry)

    def _turned(self, entry: Entry) -> Entry:
        later = entry["later"]
        if later and self.now() >= entry["at"] + timedelta(seconds=entry["later_seconds"]):
            entry |= {"verdict": later, "captured": entry["later_captured"], "later": None}
            self._tell(entry)
        return entry

    def _tell(self, entry: Entry) -> None:
        op = Op(
            key=entry["key"],
            kind=OperationKind(entry["kind"]),
            amount=entry["amount"],
            currency=entry["currency"],
            reference=entry["reference"],
        )
        self.news.append((op, _answer(entry)))  # type: ignore[arg-type]


class SimulatedGateway(FakeGateway):
    """Is called over a line with troubles, each call held up before it and after it."""

    def __init__(
        self,
        now: Callable[[], datetime],
        scheduler: Scheduler,
        chance: random.Random,
        name: Callable[[str], str],
    ) -> None:
        super().__init__("")
        self.books = Books(now)
        self._ledger = self.books
        self._scheduler = scheduler
        self._chance = chance
        self._name = name
        self.troubled = chance.choice((0.0, 0.1, 0.3))
        """How many calls have trouble."""

    async def authorize(
        self, op: Op, *, token: str | None, capture: bool, return_url: str | None
    ) -> Answer:
        pay = super().authorize
        return await self._call(
            f"authorize {self._name(op.key)} with {token}",
            lambda: pay(op, token=token, capture=capture, return_url=return_url),
        )

    async def _move(self, op: Op) -> Answer:
        move = super()._move
        what = f"{op.kind.lower()} {op.amount} by {self._name(op.key)}"
        return await self._call(what, lambda: move(op))

    async def find(self, op: Op) -> Answer:
        find = super().find
        return await self._call(f"find {self._name(op.key)}", lambda: find(op))

    async def fence(self, op: Op) -> Answer:
        fence = super().fence
        return await self._call(f"fence {self._name(op.key)}", lambda: fence(op))

    async def _call(self, what: str, do: Callable[[], Awaitable[Answer]]) -> Answer:
        await self._scheduler.turn(f"gateway: {what}")
        trouble = self._chance.choice(TROUBLES) if self._is_troubled() else ""
        if trouble.startswith("request"):  # the others are told of with the answer
            self._scheduler.history.tell(doing.get(), f"{trouble}: {what}")
        if trouble == "request lost":
            raise GatewayUnknown(trouble)
        if trouble == "request late":
            self._do_later(do)
            raise GatewayUnknown(trouble)
        answer = await do()
        if trouble == "answer late":
            await asyncio.sleep(self._chance.choice(LATE_SECONDS))
        said = f"{answer.verdict}{', captured' if answer.captured else ''}"
        await self._scheduler.turn(f"gateway: {said} to {what}{trouble and ', ' + trouble}")
        if trouble == "reply lost":
            raise GatewayUnknown(trouble)
        return answer

    def _is_troubled(self) -> bool:
        return self._chance.random() < self.troubled

    def _do_later(self, do: Callable[[], Awaitable[Answer]]) -> None:
        """Let a request arrive when nobody waits for it any more, whoever sent it, even if dead."""
        loop = asyncio.get_running_loop()

        async def arrive() -> None:
            await asyncio.sleep(self._chance.choice(LATE_SECONDS))
            await do()

        self._arriving = loop.create_task(arrive(), context=contextvars.Context())

    def told(self, op: Op, answer: Answer, *, at: datetime) -> bytes:
        """Write a message about what was decided."""
        _, body = message(op, answer, at=at)
        return body
