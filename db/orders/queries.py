"""Reads of orders: who may see which, one of them, a page of them, many by id.

What hangs on an order (lines, payments, parcels, ...) is read by the batches in ``parts``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from db.access import Caller, Permission
from db.base import Condition, fetch, fetch_one, fetch_value, in_order
from db.carts import TaxLine
from db.orders.models import CancelReason, OrderStatus
from db.orders.status import (
    FULFILLMENT_STATUS,
    PAYMENT_STATUS,
    STANDING,
    STANDING_OF_ORDERS,
    OrderFulfillmentStatus,
    OrderPaymentStatus,
    Standing,
    standing_of,
)

COUNTED: Final = 10_000
"""Orders are counted up to here; above, the count is unknown."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order without its personal data. Amounts are minor units of ``currency``."""

    id: UUID
    number: str
    user_id: UUID | None
    guest_id: UUID | None
    currency: str
    prices_include_tax: bool
    subtotal: int
    discount: int
    shipping: int
    shipping_tax: int
    tax: int
    total: int
    tax_lines: tuple[TaxLine, ...]
    shipping_method_name: str | None
    discount_code: str | None
    expires_at: datetime | None
    created_at: datetime
    placed_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: CancelReason | None
    updated_at: datetime
    version: int
    standing: Standing

    @property
    def status(self) -> OrderStatus:
        return self.standing.status

    @property
    def at(self) -> datetime:
        """When it was placed or, before that, made: what lists of orders are sorted by."""
        return self.placed_at or self.created_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Which orders to list: all that is given must hold."""

    query: str | None = None
    statuses: Sequence[OrderStatus] | None = None
    payment_statuses: Sequence[OrderPaymentStatus] | None = None
    fulfillment_statuses: Sequence[OrderFulfillmentStatus] | None = None
    customer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_ORDER: Final = OrderFilter()

_COLUMNS: Final = f"""
    o.id, o.number, o.user_id, o.guest_id, o.currency, o.prices_include_tax, o.subtotal, o.discount,
    o.shipping, o.shipping_tax, o.tax, o.total, o.tax_lines, o.shipping_method_name,
    o.discount_code, o.expires_at, o.created_at, o.placed_at, o.completed_at, o.cancelled_at,
    o.cancel_reason, o.updated_at, o.version, {STANDING}"""
_TAX_LINES, _CANCEL_REASON, _STANDING = 12, 20, 23
_SELECT: Final = f"SELECT {_COLUMNS} FROM orders o {STANDING_OF_ORDERS}"
_AT: Final = "coalesce(o.placed_at, o.created_at)"


def _order(record: asyncpg.Record) -> OrderRow:
    values: list[Any] = [*record[:_STANDING], standing_of(record[_STANDING:])]
    values[_TAX_LINES] = tuple(TaxLine(**line) for line in orjson.loads(values[_TAX_LINES]))
    if values[_CANCEL_REASON]:
        values[_CANCEL_REASON] = CancelReason(values[_CANCEL_REASON])
    return OrderRow(*values)


def visible_to(caller: Caller) -> Condition:
    """Decide which orders ``o`` a caller may see: all with ORDERS_READ, else their own."""
    if caller.may(Permission.ORDERS_READ):
        return Condition("true")
    return Condition("(o.user_id = {0} OR o.guest_id = {1})", (caller.user_id, caller.guest_id))


async def find_order(*, caller: Caller, id: UUID) -> OrderRow | None:
    """Read an order by its id; None where there is none that the caller may see."""
    return (await find_orders(caller=caller, ids=[id]))[0]


async def find_order_by_number(*, caller: Caller, number: str) -> OrderRow | None:
    """Read an order by its number; None where there is none that the caller may see."""
    seen = visible_to(caller)
    record = await fetch_one(
        f"{_SELECT} WHERE o.number = $1 AND {seen.numbered(2)}", number, *seen.parameters
    )
    return _order(record) if record else None


async def find_order_by(
    *, caller: Caller, id: UUID | None = None, number: str | None = None
) -> OrderRow | None:
    """Read an order by one of the two; None where there is none that the caller may see."""
    if id is not None:
        return await find_order(caller=caller, id=id)
    return await find_order_by_number(caller=caller, number=number or "")


async def find_orders(*, caller: Caller, ids: Sequence[UUID]) -> list[OrderRow | None]:
    """Read orders in the order of their ids; None for those that the caller may not see."""
    seen = visible_to(caller)
    records = await fetch(
        f"{_SELECT} WHERE o.id = ANY($1) AND {seen.numbered(2)}", list(ids), *seen.parameters
    )
    return in_order(records, ids, _order)


async def orders_by_id(ids: Sequence[UUID]) -> list[OrderRow]:
    """Read the orders of things that the caller was already let see."""
    records = await fetch(f"{_SELECT} WHERE o.id = ANY($1)", list(ids))
    found = {record[0]: _order(record) for record in records}
    return [found[key] for key in ids]


async def standing(order_id: UUID) -> Standing:
    """Read how far an order has come; under its lock, that is how far it stays."""
    record = await fetch_one(
        f"SELECT {STANDING} FROM orders o {STANDING_OF_ORDERS} WHERE o.id = $1", order_id
    )
    assert record is not None  # noqa: S101 - whoever asks has locked it
    return standing_of(record)


async def list_orders(
    *,
    caller: Caller,
    filter: OrderFilter = EVERY_ORDER,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[OrderRow]:
    """Read the newest of the orders that the caller may see, after the place a cursor holds."""
    conditions = _conditions(caller, filter)
    if after is not None:
        conditions.append(Condition(f"({_AT}, o.id) < ({{0}}, {{1}})", after))
    where, parameters = _all_of(conditions)
    records = await fetch(
        f"{_SELECT} WHERE {where} ORDER BY {_AT} DESC, o.id DESC LIMIT ${len(parameters) + 1}",
        *parameters,
        limit,
    )
    return [_order(record) for record in records]


async def count_orders(*, caller: Caller, filter: OrderFilter = EVERY_ORDER) -> int | None:
    """Count the orders that the caller may see; None where there are more than :data:`COUNTED`."""
    where, parameters = _all_of(_conditions(caller, filter))
    count: int = await fetch_value(
        f"SELECT count(*) FROM (SELECT FROM orders o WHERE {where} LIMIT {COUNTED + 1}) counted",
        *parameters,
    )
    return count if count <= COUNTED else None


def _conditions(caller: Caller, filter: OrderFilter) -> list[Condition]:
    named = {
        "o.status = ANY({0})": filter.statuses,
        f"({PAYMENT_STATUS}) = ANY({{0}})": filter.payment_statuses,
        f"({FULFILLMENT_STATUS}) = ANY({{0}})": filter.fulfillment_statuses,
        "o.user_id = {0}": filter.customer_id,
        f"{_AT} >= {{0}}": filter.since,
        f"{_AT} < {{0}}": filter.until,
    }
    given = [Condition(sql, (value,)) for sql, value in named.items() if value is not None]
    return [visible_to(caller), *given, *_matching(filter.query)]


_MATCHING: Final = """o.id IN (
    SELECT n.id FROM orders n WHERE n.number = {0}
    UNION
    SELECT p.order_id FROM order_private p
     WHERE p.email ILIKE {1} OR p.shipping_address ->> 'name' ILIKE {1}
    UNION
    SELECT k.order_id FROM order_line k WHERE k.sku = ANY({2})
    UNION
    SELECT b.id FROM users u JOIN orders b ON b.user_id = u.id
     WHERE u.email ILIKE {1} OR u.name ILIKE {1}
)"""
_LIKE: Final = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def _matching(query: str | None) -> list[Condition]:
    """Match a number or SKU as a whole, an email or a name by any part of it."""
    words = (query or "").strip()
    if not words:
        return []
    part = f"%{words.translate(_LIKE)}%"
    return [Condition(_MATCHING, (words.removeprefix("#"), part, [words, words.upper()]))]


def _all_of(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    """Join conditions into one, and their parameters into one list."""
    parameters: list[Any] = []
    texts = []
    for condition in conditions:
        texts.append(condition.numbered(len(parameters) + 1))
        parameters.extend(condition.parameters)
    return " AND ".join(texts), parameters
