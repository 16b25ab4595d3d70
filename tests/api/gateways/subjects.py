"""The gateways that the contract is held against: each with its world, and what it declares."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from api.gateways import FakeGateway, ManualGateway
from api.gateways.stripe_stand_in import StandIn, Trouble
from api.gateways.stripe_stand_in.books import Thing
from db import ids
from db.base import execute, fetch
from db.payments import Answer, Gateway, Op, OperationKind
from tests.api.gateways.stripe_served import stripe_served
from tests.conftest import NOW

Side: TypeAlias = Literal["before", "after"]
Message: TypeAlias = tuple[dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a gateway's own books say of a payment: minor units taken, and given back."""

    taken: int = 0
    given_back: int = 0


@dataclass(kw_only=True)
class Subject:
    """A gateway, and how its world is moved.

    ``tokens`` are named by what they do: what is missing is declared never to happen here. So it is
    with the rest: ``lose`` cuts the line of the next call of a kind, before it has an effect or
    after, and names the token to pay with; ``books`` are the gateway's own; ``decide`` lets the
    buyer's bank decide what is open; ``tell`` writes what it tells of its own accord.
    """

    gateway: Gateway
    tokens: Mapping[str, str | None]
    lose: Callable[[OperationKind, Side], str] | None = None
    books: Callable[[str | None], Awaitable[Moved]] | None = None
    decide: Callable[[], Awaitable[None]] | None = None
    tell: Callable[[Op], Awaitable[Message]] | None = None

    async def authorize(
        self, asked: Op, does: str = "pays", *, token: str | None = None, capture: bool = False
    ) -> Answer:
        """Pay with this token, or one that does this."""
        token = token or self.tokens[does]
        return await self.gateway.authorize(asked, token=token, capture=capture, return_url=BACK)

    async def moved(self, reference: str | None) -> Moved:
        """Look into the gateway's books."""
        assert self.books
        return await self.books(reference)


BACK: Final = "https://shop.example/back"


def op(
    kind: OperationKind = OperationKind.AUTHORIZE, reference: str | None = None, amount: int = 1000
) -> Op:
    """Make an operation of ten euros, unless it says otherwise."""
    key = ids.encode("op", ids.new())
    return Op(key=key, kind=kind, amount=amount, currency="EUR", reference=reference)


@asynccontextmanager
async def manual(database_url: str) -> AsyncIterator[Subject]:
    """Declares that whatever is asked of it is so: nothing is declined, open, lost or told."""
    del database_url
    yield Subject(gateway=ManualGateway(), tokens={"pays": None})


@asynccontextmanager
async def fake(database_url: str) -> AsyncIterator[Subject]:
    """Declares everything."""
    gateway = FakeGateway(database_url)
    tokens = {"pays": "tok_ok", "declines": "tok_insufficient_funds", "asks": "tok_action"}

    def lose(kind: OperationKind, side: Side) -> str:
        names = {
            (OperationKind.AUTHORIZE, "before"): "tok_request_lost",
            (OperationKind.AUTHORIZE, "after"): "tok_reply_lost",
            (OperationKind.CAPTURE, "after"): "tok_capture_lost",
            (OperationKind.VOID, "after"): "tok_void_lost",
            (OperationKind.REFUND, "before"): "tok_refund_unsent",
            (OperationKind.REFUND, "after"): "tok_refund_lost",
        }
        return names.get((kind, side), "")

    async def books(reference: str | None) -> Moved:
        rows = await fetch(
            "SELECT kind, captured, amount FROM fake_gateway.operation"
            " WHERE reference = $1 AND verdict = 'SUCCEEDED'",
            reference,
        )
        return Moved(
            sum(row["amount"] for row in rows if row["captured"]),
            sum(row["amount"] for row in rows if row["kind"] == OperationKind.REFUND),
        )

    async def decide() -> None:
        await execute(
            "UPDATE fake_gateway.operation SET later_at = later_at - interval '2 seconds'"
        )

    async def tell(asked: Op) -> Message:
        return await gateway.event(asked, at=NOW)

    yield Subject(gateway=gateway, tokens=tokens, lose=lose, books=books, decide=decide, tell=tell)
    await gateway.close()


@asynccontextmanager
async def stripe(database_url: str) -> AsyncIterator[Subject]:
    """Declares everything, over HTTP to the stand-in."""
    del database_url
    async with stripe_served(lambda: NOW) as (gateway, stand_in):
        yield _stripe(gateway, stand_in)


def _stripe(gateway: Gateway, stand_in: StandIn) -> Subject:
    tokens = {
        "pays": "pm_card_visa",
        "declines": "pm_card_visa_chargeDeclinedInsufficientFunds",
        "asks": "pm_card_authenticationRequired",
    }
    calls = {
        OperationKind.AUTHORIZE: "confirm",
        OperationKind.CAPTURE: "capture",
        OperationKind.VOID: "cancel",
        OperationKind.REFUND: "refund",
    }

    def lose(kind: OperationKind, side: Side) -> str:
        trouble = Trouble.CUT_BEFORE if side == "before" else Trouble.CUT_AFTER
        stand_in.faults.befall(calls[kind], trouble)
        return tokens["pays"]

    async def books(reference: str | None) -> Moved:
        if reference is None:
            return Moved()
        given = sum(each["amount"] for each in stand_in.books.refunds_of(reference))
        return Moved(stand_in.books.intent(reference)["amount_received"], given)

    async def decide() -> None:
        for intent_id in stand_in.books.intents:
            stand_in.books.answer_bank(intent_id, confirms=True)

    async def tell(asked: Op) -> Message:
        def names(thing: Thing) -> bool:
            return asked.key in thing["metadata"].values()

        events = [each for each in stand_in.webhooks.events if names(each["data"]["object"])]
        return stand_in.webhooks.signed(events[-1])

    return Subject(gateway=gateway, tokens=tokens, lose=lose, books=books, decide=decide, tell=tell)


SUBJECTS: Final = {"fake": fake, "manual": manual, "stripe": stripe}
