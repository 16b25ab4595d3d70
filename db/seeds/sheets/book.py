"""What all sheets of a past are written from, and where an order's rows find their ids."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from db.access import ActorKind
from db.money import tax_included
from db.seeds.past import Customer, Past

Rows = Iterator[tuple[Any, ...]]

# The places of an order's rows in its ids. An order has at most 100 lines and 100 refunds.
PAYMENT: Final = 1
CHARGE: Final = 2
FULFILLMENT: Final = 3
EVENT: Final = 10
LINE: Final = 1_000
MOVEMENT: Final = 2_000
REFUND: Final = 3_000
REFUND_OPERATION: Final = 4_000
REFUND_EVENT: Final = 5_000

ACTOR: Final = (ActorKind.SYSTEM.value, None, "system.import")
UNKNOWN: Final = "not recorded"
_KEPT: Final = timedelta(days=3_653)
"""Names are kept for ten years from the day they were told to us."""


class Book:
    """A past, and what is needed of it again and again."""

    def __init__(
        self, past: Past, currency: str, *, known: Mapping[str, UUID], now: datetime
    ) -> None:
        """``known`` are the emails that have an account already, in lower case."""
        self.past = past
        self.currency = currency
        self.known = known
        self.erase_after = now + _KEPT
        self.orders = sorted(past.orders, key=lambda order: order.ids.first)
        self.options = {
            variant: json.dumps(pairs(variant.options))
            for product in past.products
            for variant in product.variants
        }
        self.taxed = {
            order: [tax_included(line.total, past.tax_rate) for line in order.lines]
            for order in self.orders
        }

    def new_customers(self) -> Iterator[Customer]:
        """Go through the customers who have no account yet."""
        return (one for one in self.past.customers if one.email.lower() not in self.known)

    def user_of(self, customer: Customer) -> UUID:
        """Name the account of a customer."""
        return self.known.get(customer.email.lower(), customer.id)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one table, made of a book."""

    table: str
    columns: list[str]
    rows: Callable[[Book], Rows]


def sheet(table: str, columns: str) -> Callable[[Callable[[Book], Rows]], Sheet]:
    """Say which table's rows a function makes, and in which order their columns come."""
    return lambda rows: Sheet(table, columns.split(), rows)


def pairs(options: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Name the parts of options and attributes, as they are kept."""
    return [{"name": name, "value": value} for name, value in options]
