"""Fill a shop with a past: all of it in one transaction, or nothing.

The rows are copied, not inserted, and bypass the verbs that made them once; the database's own
constraints check each of them. One import runs at a time. Whatever ends it midway (a fault, a kill,
a power cut) leaves the shop as it was, so running it again is always right.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import asyncpg

from db import catalog, connection_limits, ids
from db.seeds.garbage import collected_later
from db.seeds.past import Past
from db.seeds.setting_aside import set_aside
from db.seeds.sheets import SHEETS, Book, Sheet, size_of

_LOCK: Final = "tradepost.import"
_ROWS_PER_REPORT: Final = 2_000
_TURN: Final = "2s"
_PATIENCE: Final = "10s"
_RENEWED: Final = (
    "discount_redemption",
    "order_private",
    "order_event",
    "refund_line",
    "refund",
    "fulfillment_line",
    "fulfillment",
    "payment_operation",
    "payment",
    "order_line",
    "stock_movement",
    "orders",
    "cart_line",
    "cart",
    "stock",
    "product_category",
    "category",
    "variant",
    "product",
    "idempotency",
)
"""Emptied together by a replacing import. The audit trail and the feed of events stay."""
_LARGEST: Final = ("order_line", "fulfillment_line", "stock_movement")


class CannotFill(Exception):
    """The shop cannot take this past. Nothing has been changed."""


class Progress(Protocol):
    """Whoever shows how far the work is."""

    def stage(self, title: str, total: int) -> None:
        """Begin a stage of ``total`` steps."""

    def advance(self, steps: int) -> None:
        """Go on by so many steps."""


@dataclass(frozen=True, slots=True)
class Shipping:
    """A way to ship, everywhere; minor units, with tax."""

    name: str
    price: int
    free_from: int | None = None


@dataclass(frozen=True, slots=True)
class DiscountCode:
    """A code that takes a share of the goods off, in millionths, for whoever knows it."""

    code: str
    percent: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How a shop is set up that is not set up yet."""

    name: str
    currency: str
    time_zone: str
    home: str
    countries: tuple[str, ...]
    shipping: tuple[Shipping, ...]
    codes: tuple[DiscountCode, ...] = ()


async def fill(
    *, url: str, past: Past, opening: Opening, now: datetime, replace: bool, progress: Progress
) -> Counter[str]:
    """Write a past into a shop; return the number of rows by table.

    :raises CannotFill: the shop holds orders and ``replace`` is false, another import is running,
        or the shop's own rows contradict the past.
    """
    connection = await _connect(url)
    try:
        async with connection.transaction():
            await _take_turn(connection)
            await _make_room(connection, replace=replace)
            await _open_shop(connection, opening, past, now)
            async with set_aside(connection, _LARGEST):
                written = await _write(connection, past, opening.currency, now, progress)
            await _settle(connection, past, written, now)
        await connection.execute("ANALYZE")
    except asyncpg.LockNotAvailableError as error:
        raise CannotFill("The shop is busy: stop its servers, or try again.") from error
    except asyncpg.UniqueViolationError as error:
        raise CannotFill(f"The shop holds some of this already: {error.detail}") from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotFill(f"Only the owner of the tables can replace them: {error}.") from error
    finally:
        await connection.close()
    return written


async def is_empty(url: str) -> bool:
    """Tell whether a shop has neither products nor orders."""
    connection = await _connect(url)
    try:
        return not await connection.fetchval(
            "SELECT EXISTS (SELECT FROM product) OR EXISTS (SELECT FROM orders)"
        )
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    """Open a connection of our own: an import has no time limit, unlike a request."""
    settings = connection_limits.settings(statement_seconds=None)
    settings |= {"lock_timeout": _PATIENCE, "idle_in_transaction_session_timeout": "0"}
    connection = await asyncpg.connect(url, server_settings=settings)
    await connection_limits.complete(connection, endless=True)
    return connection


async def _take_turn(connection: asyncpg.Connection) -> None:
    """Be the only import; one that was killed a moment ago is given the time to be gone."""
    await connection.execute(f"SET LOCAL lock_timeout = '{_TURN}'")
    try:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", _LOCK)
    except asyncpg.LockNotAvailableError as error:
        raise CannotFill("Another import is running.") from error
    await connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")


async def _make_room(connection: asyncpg.Connection, *, replace: bool) -> None:
    if replace:
        await connection.execute(f"TRUNCATE {', '.join(_RENEWED)}")
        await connection.execute("UPDATE discount SET used_count = 0")
        # Whoever can sign in keeps the account.
        await connection.execute(
            "DELETE FROM users WHERE role = 'CUSTOMER' AND password_hash IS NULL"
        )
    elif orders := await connection.fetchval("SELECT count(*) FROM orders"):
        raise CannotFill(
            f"The shop holds {orders:,} orders already. With --replace, they and the whole catalog"
            " go, and the import takes their place."
        )


async def _open_shop(
    connection: asyncpg.Connection, opening: Opening, past: Past, now: datetime
) -> None:
    """Set up what is not set up yet, and leave the rest as its owner wants it."""
    shop = await connection.fetchrow("SELECT currency, prices_include_tax FROM shop")
    if shop is None:
        await connection.execute(
            "INSERT INTO shop (id, name, currency, prices_include_tax, time_zone, countries)"
            " VALUES ($1, $2, $3, true, $4, $5)",
            ids.new(),
            opening.name,
            opening.currency,
            opening.time_zone,
            [opening.home, *sorted(set(opening.countries) - {opening.home})],
        )
    elif tuple(shop) != (opening.currency, True):
        raise CannotFill(
            f"The shop's prices are in {shop[0]}{'' if shop[1] else ', without tax'}; this past is"
            f" in {opening.currency} with tax. Neither can be changed once a shop is set up."
        )
    await connection.execute(
        "INSERT INTO tax_rate (id, name, country_code, tax_class, rate)"
        " VALUES ($1, $2, $3, 'standard', $4) ON CONFLICT DO NOTHING",
        ids.new(),
        past.tax_name,
        opening.home,
        past.tax_rate,
    )
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM shipping_method)"):
        await connection.executemany(
            "INSERT INTO shipping_method (id, name, price, free_from, countries)"
            " VALUES ($1, $2, $3, $4, '{}')",
            [(ids.new(), one.name, one.price, one.free_from) for one in opening.shipping],
        )
    await connection.executemany(
        "INSERT INTO discount (id, code, kind, percent, created_at)"
        " VALUES ($1, $2, 'PERCENT', $3, $4) ON CONFLICT DO NOTHING",
        [(ids.new(), one.code, one.percent, now) for one in opening.codes],
    )
    await connection.executemany(
        "INSERT INTO users (id, email, email_verified, password_hash, name, role, created_at)"
        " VALUES ($1, $2, true, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        [
            (ids.new(), one.email, one.password_hash, one.name, one.role.value, now)
            for one in past.staff
        ],
    )


async def _write(
    connection: asyncpg.Connection, past: Past, currency: str, now: datetime, progress: Progress
) -> Counter[str]:
    rows = await connection.fetch("SELECT lower(email), id FROM users WHERE email IS NOT NULL")
    book = Book(past, currency, known={row[0]: row[1] for row in rows}, now=now)
    written: Counter[str] = Counter()
    progress.stage("Writing", size_of(book))
    with collected_later():
        for sheet in SHEETS:
            await _copy(connection, sheet, book, written, progress)
    return written


async def _copy(
    connection: asyncpg.Connection,
    sheet: Sheet,
    book: Book,
    written: Counter[str],
    progress: Progress,
) -> None:
    def counted() -> Iterator[tuple[Any, ...]]:
        for row in sheet.rows(book):
            written[sheet.table] += 1
            if written[sheet.table] % _ROWS_PER_REPORT == 0:
                progress.advance(_ROWS_PER_REPORT)
            yield row

    await connection.copy_records_to_table(sheet.table, records=counted(), columns=sheet.columns)
    progress.advance(written[sheet.table] % _ROWS_PER_REPORT)


async def _settle(
    connection: asyncpg.Connection, past: Past, written: Mapping[str, int], now: datetime
) -> None:
    """Bring along what follows from the rows: stock, search, the next number, the audit trail."""
    await connection.execute(
        "UPDATE stock SET on_hand = moved.on_hand, reserved = moved.reserved, updated_at = moved.at"
        " FROM (SELECT variant_id, sum(on_hand_delta)::int AS on_hand,"
        " sum(reserved_delta)::int AS reserved, max(created_at) AS at"
        " FROM stock_movement GROUP BY variant_id) AS moved"
        " WHERE moved.variant_id = stock.variant_id"
    )
    await catalog.refresh(
        [product.id for product in past.products],
        fetch=connection.fetch,
        execute=connection.execute,
    )
    await connection.execute(
        "SELECT setval('order_number', greatest(nextval('order_number'), $1::bigint), false)",
        _highest_number(past) + 1,
    )
    await connection.execute(
        "INSERT INTO audit_event (id, at, actor_kind, actor_label, action, changes, request_id)"
        " VALUES ($1, $2, 'SYSTEM', 'system.import', 'system.import', $3, 'system.import')",
        ids.new(),
        now,
        json.dumps({table: [None, rows] for table, rows in written.items()}),
    )


def _highest_number(past: Past) -> int:
    numbers = (order.number.partition("-")[0] for order in past.orders)
    return max((int(number) for number in numbers if number.isdigit()), default=0)
