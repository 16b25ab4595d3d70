"""Reads of orders: who may see which, one of them, a page of them, many by id.

What hangs on an order (lines, payments, parcels, ...) is read by the batches in ``parts``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson

from db.access import Caller, Permission
from db.base import Condition, fetch_one, fetch_value, rows_in_order
from db.carts import TaxLine
from db.orders.models import CancelReason, OrderStatus
from db.orders.status import (
    FACTS,
    FULFILLMENT_STATUS,
    PAYMENT_STATUS,
    STANDING,
    STANDING_OF_ORDERS,
    OrderFulfillmentStatus,
    OrderPaymentStatus,
    Standing,
    standing_of,
)
from db.rows import EVERY, Columns, Record, Select, column

COUNTED: Final = 10_000
"""Orders are counted up to here; above, the count is unknown."""
_AT: Final = "coalesce(o.placed_at, o.created_at)"


def _tax_lines(text: str) -> tuple[TaxLine, ...]:
    return tuple(TaxLine(**line) for line in orjson.loads(text))


class OrderRow(Record):
    """An order without its personal data. Amounts are minor units of ``currency``."""

    id: UUID = column("o.id")
    number: str = column("o.number")
    status: OrderStatus = column("o.status", OrderStatus)
    user_id: UUID | None = column("o.user_id")
    guest_id: UUID | None = column("o.guest_id")
    currency: str = column("o.currency")
    prices_include_tax: bool = column("o.prices_include_tax")
    subtotal: int = column("o.subtotal")
    discount: int = column("o.discount")
    shipping: int = column("o.shipping")
    shipping_tax: int = column("o.shipping_tax")
    tax: int = column("o.tax")
    total: int = column("o.total")
    tax_lines: tuple[TaxLine, ...] = column("o.tax_lines", _tax_lines)
    shipping_method_name: str | None = column("o.shipping_method_name")
    discount_code: str | None = column("o.discount_code")
    expires_at: datetime | None = column("o.expires_at")
    held_until: datetime | None = column("CASE WHEN o.status = 'PENDING' THEN o.expires_at END")
    created_at: datetime = column("o.created_at")
    placed_at: datetime | None = column("o.placed_at")
    completed_at: datetime | None = column("o.completed_at")
    cancelled_at: datetime | None = column("o.cancelled_at")
    cancel_reason: CancelReason | None = column("o.cancel_reason", CancelReason)
    updated_at: datetime = column("o.updated_at")
    version: int = column("o.version")
    at: datetime = column(_AT)
    """When it was placed or, before that, made: what lists of orders are sorted by."""
    payment: str | None = column("s.payment", join=STANDING_OF_ORDERS)
    captured: int = column("s.captured", join=STANDING_OF_ORDERS)
    held: int = column("s.held", join=STANDING_OF_ORDERS)
    returned: int = column("s.returned", join=STANDING_OF_ORDERS)
    money_is_moving: bool = column("s.money_is_moving", join=STANDING_OF_ORDERS)
    packed: int = column("s.packed", join=STANDING_OF_ORDERS)
    shipped: int = column("s.shipped", join=STANDING_OF_ORDERS)
    to_pack: int = column("s.to_pack", join=STANDING_OF_ORDERS)
    to_ship: int = column("s.to_ship", join=STANDING_OF_ORDERS)
    under_way: bool = column("s.under_way", join=STANDING_OF_ORDERS)

    @property
    def standing(self) -> Standing:
        """How far it has come: this looks at :data:`FACTS`."""
        return standing_of(self[fact] for fact in FACTS)


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


@cache
def _orders(where: str) -> Select[OrderRow]:
    """Keep the statement of each of the few conditions that there are."""
    return Select(OrderRow, f"FROM orders o {{joins}} WHERE {where}", keys=("id", "at"))


def visible_to(caller: Caller) -> Condition:
    """Decide which orders ``o`` a caller may see: all with ORDERS_READ, else their own."""
    if caller.may(Permission.ORDERS_READ):
        return Condition("true")
    return Condition("(o.user_id = {0} OR o.guest_id = {1})", (caller.user_id, caller.guest_id))


async def find_order(*, caller: Caller, id: UUID, columns: Columns = EVERY) -> OrderRow | None:
    """Read an order by its id; None where there is none that the caller may see."""
    return (await find_orders(caller=caller, ids=[id], columns=columns))[0]


async def find_order_by_number(
    *, caller: Caller, number: str, columns: Columns = EVERY
) -> OrderRow | None:
    """Read an order by its number; None where there is none that the caller may see."""
    seen = visible_to(caller)
    select = _orders(f"o.number = $1 AND {seen.numbered(2)}")
    rows = await select.fetch(columns, number, *seen.parameters)
    return rows[0] if rows else None


async def find_order_by(
    *, caller: Caller, id: UUID | None = None, number: str | None = None, columns: Columns = EVERY
) -> OrderRow | None:
    """Read an order by one of the two; None where there is none that the caller may see."""
    if id is not None:
        return await find_order(caller=caller, id=id, columns=columns)
    return await find_order_by_number(caller=caller, number=number or "", columns=columns)


async def find_orders(
    *, caller: Caller, ids: Sequence[UUID], columns: Columns = EVERY
) -> list[OrderRow | None]:
    """Read orders in the order of their ids; None for those that the caller may not see."""
    seen = visible_to(caller)
    select = _orders(f"o.id = ANY($1) AND {seen.numbered(2)}")
    return rows_in_order(await select.fetch(columns, ids, *seen.parameters), ids)


async def orders_by_id(ids: Sequence[UUID], *, columns: Columns = EVERY) -> list[OrderRow]:
    """Read the orders of things that the caller was already let see."""
    found = {row["id"]: row for row in await _orders("o.id = ANY($1)").fetch(columns, ids)}
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
    columns: Columns = EVERY,
) -> list[OrderRow]:
    """Read the newest of the orders that the caller may see, after the place a cursor holds."""
    conditions = _conditions(caller, filter)
    if after is not None:
        conditions.append(Condition(f"({_AT}, o.id) < ({{0}}, {{1}})", after))
    where, parameters = _all_of(conditions)
    limited = f"{where} ORDER BY {_AT} DESC, o.id DESC LIMIT ${len(parameters) + 1}"
    return await _orders(limited).fetch(columns, *parameters, limit)


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
