"""A schema of its own, to try the foundation with: a few toys, kept in a list."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import strawberry
from pydantic import BeforeValidator, Field, ValidationInfo

from db import ids, money
from db.access import Caller, Permission
from db.base import fetch_value
from db.errors import (
    Code,
    InvalidState,
    Reason,
    Refusal,
    Refusals,
    RetryLater,
    TotalChanged,
    Unavailable,
    VersionConflict,
)
from db.events import Outcome
from schema import define
from schema.connections import After, Connection, First, Keyset
from schema.context import Context, Info
from schema.errors import Payload
from schema.ids import FINDERS, Node, ProductId, identity
from schema.inputs import (
    AddressInput,
    DateTime,
    Email,
    IdempotencyKey,
    Input,
    MoneyInput,
    PersonName,
    Sku,
    plain,
)
from schema.money import Money, amount
from schema.permissions import guarded
from schema.resolvers import mutation, resolver, subscription
from schema.root import build
from schema.views import View, view

OWNER: Final = UUID(int=7)
PRICE: Final = money.Money(1990, "EUR")
BY_NUMBER: Final = Keyset("number", int, UUID)
MOST: Final = 5
"""There are so many toys, numbered from 1."""


@dataclass(frozen=True, slots=True)
class ToyRow:
    number: int
    price: int = PRICE.amount
    currency: str = PRICE.currency
    secret: str = "secret"
    diary: str = "diary"
    letter: str = "letter"

    @property
    def id(self) -> UUID:
        return UUID(int=self.number)


@view(ToyRow)
class Toy(Node, View[ToyRow]):
    """Something to play with."""

    id: strawberry.ID = identity("toy")
    number: int
    price: Money = amount("price")
    secret: str | None = guarded("For staff.", requires=Permission.STOCK_READ)
    diary: str | None = guarded(
        "For staff and its owner.", requires=Permission.USERS_READ, owner=True
    )
    letter: str | None = guarded("For its owner.", owner=True)

    def belongs_to(self, caller: Caller) -> bool:
        return caller.is_owner_of(user_id=OWNER, guest_id=None)

    @resolver()
    async def double(self, info: Info) -> int:
        """Its number twice, worked out for all that are asked for at once."""
        return await info.context.load(doubles, self.number)

    @resolver()
    async def multiple(self, info: Info, by: Annotated[int, Field(ge=1, le=9)] = 1) -> int:
        """Its number so many times."""
        return await info.context.load(multiples, self.number, by=by)


def toy_id(number: int) -> str:
    return ids.encode("toy", UUID(int=number))


BATCHES: Final[list[list[int]]] = []
"""What each batch was asked for."""


async def doubles(numbers: Sequence[int]) -> list[int]:
    BATCHES.append(list(numbers))
    return [2 * number for number in numbers]


async def multiples(numbers: Sequence[int], *, by: int) -> list[int]:
    BATCHES.append([by, *numbers])
    return [by * number for number in numbers]


async def find_toys(uuids: Sequence[UUID], context: Context) -> list[Toy | None]:
    return [Toy.of(ToyRow(uuid.int)) if 0 < uuid.int <= MOST else None for uuid in uuids]


FINDERS["toy"] = find_toys  # no thing of the shop has this prefix


def _read_toy_id(value: object, info: ValidationInfo) -> UUID:
    uuid = ids.decode("toy", str(value))
    if uuid is None:
        raise ValueError("This is no toy.")
    return uuid


ToyId: TypeAlias = Annotated[UUID, BeforeValidator(_read_toy_id)]


@define.input
class PartInput(Input):
    sku: Sku
    quantity: Annotated[int, Field(ge=0, le=999), strawberry.field(description="0..999.")] = 1


@define.input
class ToyInput(Input):
    name: PersonName | None = None
    email: Email | None = None
    price: MoneyInput | None = None
    address: AddressInput | None = None
    parts: Annotated[list[PartInput], Field(min_length=1, max_length=2)] | None = None
    sold_at: DateTime | None = None
    product_ids: list[ProductId] | None = None


@define.one_of
class ToyBy(Input):
    id: ProductId | None = None
    number: Annotated[int, Field(ge=1)] | None = None


@define.type
class ToyPayload(Payload):
    toy: Toy | None = None
    said: str | None = None

    @classmethod
    async def of(cls, outcome: Outcome, _info: Info) -> "ToyPayload":
        return cls(said=repr(outcome.ids))


@define.type
class Query:
    @resolver()
    def toy(self, by: ToyBy) -> str | None:
        """Say what was asked for."""
        return repr((by.id, by.number))

    @resolver()
    async def toys(self, first: First = 20, after: After = None) -> Connection[Toy]:
        """By number."""
        key = BY_NUMBER.read(after)
        start = key[0] if key else 0
        rows = [ToyRow(number) for number in range(start + 1, MOST + 1)][: (first or 20) + 1]
        return Connection[Toy].of(
            rows,
            first,
            after,
            keyset=BY_NUMBER,
            key=lambda row: (row.number, row.id),
            node=Toy.of,
            count=_count,
        )

    @resolver(requires=Permission.STOCK_READ)
    def staff(self) -> str | None:
        return "staff"

    @resolver(requires=Permission.USERS_READ, owner=True)
    async def family(self) -> str | None:
        return "family"

    @resolver(owner=True)
    async def mine(self) -> str | None:
        return "mine"

    @resolver()
    async def broken(self) -> str | None:
        raise RuntimeError("the password of the database is hunter2")

    @resolver()
    async def closed(self) -> str | None:
        raise Unavailable(Reason.DATABASE) from OSError("no route")

    @resolver()
    async def refusing(self) -> str | None:
        raise Refusal(Code.INVALID, "No.")

    @resolver()
    async def slow(self, info: Info, seconds: float = 60.0) -> str | None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            info.context.mailer.events.append("cancelled")  # type: ignore[attr-defined]
            raise
        return "done"

    @resolver()
    async def slow_in_database(self, info: Info) -> bool:
        await fetch_value("SELECT pg_sleep(60)")
        return True

    @resolver()
    async def around(self, info: Info) -> str:
        context = info.context
        gateways = ",".join(context.gateways)
        caller = context.caller.label
        return f"{context.now.isoformat()} {caller} {gateways} {type(context.mailer).__name__}"


async def _count() -> int:
    BATCHES.append([])
    return MOST


@define.type
class Mutation:
    @mutation()
    async def toy_make(
        self, info: Info, input: ToyInput, quantity: Annotated[int, Field(le=9)] = 1
    ) -> ToyPayload:
        """Say what was given."""
        return ToyPayload(said=repr((input.given(), quantity)))

    @mutation()
    async def toys_make(
        self, info: Info, parts: Annotated[list[PartInput], Field(max_length=2)]
    ) -> ToyPayload:
        return ToyPayload(said=repr(plain(parts)))

    @mutation(payload=ToyPayload)
    async def toy_once(
        self,
        info: Info,
        input: ToyInput | None = None,
        idempotency_key: IdempotencyKey | None = None,
    ) -> Outcome:
        claim = info.context.claim
        seen = info.context.now if claim else None
        said = f"{claim.scope} {claim.mutation} {claim.args_hash.hex()}" if claim else "no claim"
        return Outcome(ids={"claim": said}, replayed=claim is not None, first_seen_at=seen)

    @mutation()
    async def toy_refuse(self, info: Info, how: str, id: str | None = None) -> ToyPayload:
        refusals = {
            "version": VersionConflict(3),
            "state": InvalidState("It is broken.", current="BROKEN", allowed=["NEW"]),
            "total": TotalChanged(expected=PRICE, total=money.Money(2000, "EUR")),
            "retry": RetryLater("Wait.", code=Code.IDEMPOTENCY_IN_PROGRESS, retry_after_seconds=2),
            "input": Refusal(Code.TAKEN, "Taken.", ("input", "parts", 0, "sku_text")),
        }
        if how == "all":
            raise Refusals(list(refusals.values()))
        raise refusals[how]

    @mutation(requires=Permission.CATALOG_WRITE)
    async def toy_staff(self, info: Info) -> ToyPayload:
        return ToyPayload(said="staff")

    @mutation()
    async def toy_break(self, info: Info) -> ToyPayload:
        raise RuntimeError("the password of the database is hunter2")

    @mutation()
    async def toy_slow(self, info: Info, seconds: float) -> ToyPayload:
        await asyncio.sleep(seconds)
        info.context.mailer.events.append("ended")  # type: ignore[attr-defined]
        return ToyPayload(said="done")

    @mutation()
    async def session_create(self, info: Info, email: str) -> ToyPayload:
        info.context.become(Caller.system("signed-in"))
        return ToyPayload(toy=Toy.of(ToyRow(1)))


@define.type
class Subscription:
    @subscription()
    async def counted(self, info: Info, to: int) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @subscription()
    async def following(self, info: Info, subject: str) -> AsyncGenerator[str, None]:
        """Say who follows, at first and whenever there is news."""
        context = info.context
        try:
            async with context.follow(subject):
                while await context.news():
                    yield context.caller.label
        finally:
            context.mailer.events.append("left")  # type: ignore[attr-defined]

    @subscription()
    async def failing(self, info: Info) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError("the password of the database is hunter2")

    @subscription(requires=Permission.STOCK_READ)
    async def secrets(self, info: Info) -> AsyncGenerator[int, None]:
        yield 1


SCHEMA: Final = build(Query, Mutation, subscription=Subscription)
