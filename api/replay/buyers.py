"""Who buys: customers of the shop in sessions of their own, everybody else as a guest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from db import catalog, ids, users
from db.access import Caller
from db.base import fetch

_ADDRESSES: Final = 256**2


@dataclass(frozen=True, slots=True)
class Goods:
    """A variant as a buyer knows it: its id, and its price now in minor units."""

    variant_id: str
    price: int


async def open_sessions(customers: Iterable[str], now: datetime) -> dict[str, str]:
    """Open a session for each customer that has an account; return their access tokens.

    Imported customers have no password to sign in with, so this is done at the source.
    """
    emails = {email_of(customer): customer for customer in customers}
    found = await users.User.filter(email__in=list(emails))
    caller = Caller.system("replay")
    sessions = {
        emails[user.email]: await users.start_session(user, caller, now)
        for user in found
        if user.email
    }
    return {customer: session.tokens.access_token for customer, session in sessions.items()}


def email_of(customer: str) -> str:
    """Name the account of a customer of the data.

    >>> email_of("17850")
    'customer-17850@example.com'
    """
    return f"customer-{customer}@example.com"


def address_of(place: int) -> str:
    """Give each buyer an address in the network, of those kept for tests (RFC 2544).

    >>> address_of(0), address_of(300)
    ('198.18.0.1', '198.18.1.45')
    """
    high, low = divmod((place + 1) % _ADDRESSES, 256)
    return f"198.18.{high}.{low}"


async def goods_by_code(now: datetime) -> Mapping[str, Goods]:
    """Read what can be bought now, by code."""
    sold = catalog.for_sale(now)
    rows = await fetch(
        "SELECT variant.sku, variant.id, variant.price FROM variant"
        f" JOIN product ON product.id = variant.product_id WHERE {sold.numbered(1)}",
        *sold.parameters,
    )
    return {row[0]: Goods(_typeid(row[1]), row[2]) for row in rows}


async def total_of(order_ids: Iterable[UUID]) -> int:
    """Add up orders as the database holds them."""
    [row] = await fetch(
        "SELECT coalesce(sum(total), 0)::bigint FROM orders WHERE id = ANY($1)", list(order_ids)
    )
    total: int = row[0]
    return total


def _typeid(variant_id: UUID) -> str:
    return ids.encode(catalog.Variant.prefix, variant_id)
