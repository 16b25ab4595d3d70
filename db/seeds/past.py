"""A shop with a past, in plain words: what was sold, to whom, and what came back.

Whoever knows another shop's records (an importer, the demo, the bench data) tells them with these;
:mod:`db.seeds.copying` writes them down. Money is in minor units, with tax; times are UTC. Ids are
derived from what a thing is called, so the same past gives the same ids each time it is told.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from db.access import Role

_LOW_BITS: Final = 62
_VERSION_AND_VARIANT: Final = (0x7 << 76) | (0b10 << 62)


class Ids:
    """UUIDv7s of one instant, derived from a name: ``ids[0]``, ``ids[1]``, … in rising order.

    >>> from datetime import UTC
    >>> ids, same = (Ids("order", "1", datetime(2011, 12, 5, tzinfo=UTC)) for _ in "ab")
    >>> ids[0] == same[0] < ids[1], ids[1].version
    (True, 7)
    """

    __slots__ = ("first",)

    def __init__(self, kind: str, name: str, at: datetime) -> None:
        digest = blake2b(f"{kind}:{name}".encode(), digest_size=9).digest()
        random = int.from_bytes(digest, "big")
        # The highest of the low bits stays free, so that counting up never runs over.
        low = random & ((1 << (_LOW_BITS - 1)) - 1)
        high = (random >> (_LOW_BITS - 1)) & 0xFFF
        time = round(at.timestamp() * 1000)
        self.first = (time << 80) | (high << 64) | _VERSION_AND_VARIANT | low

    def __getitem__(self, place: int) -> UUID:
        return UUID(int=self.first + place)


@dataclass(slots=True)
class Category:
    """A place in the category tree; ``parent`` is the slug of one told before."""

    slug: str
    title: str
    parent: str | None
    position: int


@dataclass(slots=True, eq=False)
class Variant:
    """What was sold. ``surplus`` is what the shop has left after all of its past."""

    sku: str
    title: str
    price: int
    since: datetime
    options: tuple[tuple[str, str], ...] = ()
    surplus: int = 0
    id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.id = Ids("variant", self.sku, self.since)[0]


@dataclass(slots=True, eq=False)
class Product:
    """A product, on sale since ``since``; ``categories`` are slugs."""

    slug: str
    title: str
    since: datetime
    variants: list[Variant]
    categories: tuple[str, ...] = ()
    description: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> UUID:
        return Ids("product", self.slug, self.since)[0]


@dataclass(slots=True, eq=False)
class Customer:
    """Someone with an account. Without ``password_hash`` there is no way to sign in."""

    email: str
    name: str
    since: datetime
    country: str | None = None
    place: str = ""
    password_hash: str | None = None

    @property
    def id(self) -> UUID:
        return Ids("user", self.email, self.since)[0]


@dataclass(slots=True, eq=False)
class Staff:
    """Someone who works in the shop."""

    email: str
    name: str
    role: Role
    password_hash: str


@dataclass(slots=True, eq=False)
class Line:
    """So many units of one variant, at the price of the day."""

    variant: Variant
    quantity: int
    unit_price: int
    refunded: int = 0

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


@dataclass(slots=True, eq=False)
class Refund:
    """Money that went back for units of one order that came back."""

    name: str
    at: datetime
    amount: int = 0
    units: Counter[Line] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class Order:
    """A sale that is over: paid, shipped, completed. ``customer`` is None for a guest."""

    number: str
    at: datetime
    customer: Customer | None
    country: str | None
    place: str = ""
    lines: list[Line] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    ids: Ids = field(init=False)

    def __post_init__(self) -> None:
        self.ids = Ids("order", self.number, self.at)

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)


@dataclass(slots=True)
class Past:
    """Everything there is to tell. ``tax_rate`` is in millionths."""

    categories: list[Category]
    products: list[Product]
    customers: list[Customer]
    orders: list[Order]
    tax_rate: int
    tax_name: str
    staff: list[Staff] = field(default_factory=list)
