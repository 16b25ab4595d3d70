"""What everybody stands on: one PostgreSQL with the bench's data, and those who ask.

It lives in a temporary folder and is gone afterwards. PostgreSQL runs with its own defaults, and
durable: what `Q4` writes is on the disk before it is answered.
"""

import fcntl
import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg

from api import opening
from api.settings import Settings
from bench.queries import Cart
from db import carts, ids, users
from db.access import Caller
from db.embedded import EmbeddedServer
from db.embedded.cluster import Postmaster
from db.money import Money

REGULARS: Final = 100
"""Customers who have 20 orders each: `db/seeds/bench.py`."""
FOUGHT_FOR: Final = "SKU-1-S"
_ROOT: Final = Path(__file__).parents[1]
_SESSIONS_LAST: Final = timedelta(days=1)
_SETTINGS: Final = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track": "none",  # only while statements are counted
}
_ADDRESS: Final = {
    "name": "Bench",
    "line1": "1 Bench Street",
    "city": "London",
    "country_code": "GB",
}
_NOT_COUNTED: Final = (
    "BEGIN",
    "COMMIT",
    "SELECT PG_ADVISORY_UNLOCK_ALL()",
    "CLOSE ALL",
    "UNLISTEN",
    "RESET ALL",
)
"""The borders of transactions, and what asyncpg's pool says when it takes a connection back."""
_COUNT: Final = """
    SELECT query, calls FROM pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query NOT LIKE '%fake_gateway.%' AND query NOT LIKE '%pg_stat_statements%'
"""
_FILL: Final = """
    WITH buyer AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS b(guest_id, cart_id, place)
    ), visitor AS (
        INSERT INTO guest (id, created_at) SELECT guest_id, $3 FROM buyer RETURNING id
    ), made AS (
        INSERT INTO cart (id, guest_id, email, shipping_address, shipping_method_id, created_at,
                          updated_at, expires_at)
        SELECT cart_id, guest_id, 'buyer-' || place || '@example.com', $4::text::jsonb,
               (SELECT id FROM shipping_method WHERE price = 0), $3, $3, $3::timestamptz + '1 day'
          FROM buyer JOIN visitor ON visitor.id = guest_id RETURNING id
    ), goods AS (
        SELECT id, price, row_number() OVER (ORDER BY sku) - 1 AS place, count(*) OVER () AS total
          FROM variant WHERE sku <> $5
    ), wanted AS (
        SELECT cart_id, goods.id AS variant_id, goods.price, line
          FROM buyer CROSS JOIN generate_series(0, 1) AS line
          JOIN goods ON goods.place = (buyer.place * 2 + line) % goods.total
         WHERE line > 0 OR NOT $6
        UNION ALL
        SELECT cart_id, id, price, 0 FROM buyer, variant WHERE sku = $5 AND $6
    ), filled AS (
        INSERT INTO cart_line (cart_id, variant_id, quantity, position)
        SELECT cart_id, variant_id, 1, line FROM wanted JOIN made ON made.id = cart_id
    )
    SELECT cart_id, sum(price)::bigint FROM wanted GROUP BY cart_id
"""


class NoGround(Exception):
    """The database could not be filled."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The database, and what there is to ask for."""

    settings: Settings
    url: str
    postmaster: int
    version: str
    slugs: Sequence[str]
    tokens: Sequence[str]

    async def carts(self, number: int, *, fight: bool) -> list[Cart]:
        """Fill carts of two lines for guests; where they fight, one line is the same in all."""
        owners = {ids.new(): ids.new() for _ in range(number)}
        guest_of = {cart: guest for guest, cart in owners.items()}
        rows = await _fetch(
            self.url,
            _FILL,
            *(list(owners), list(owners.values()), datetime.now(UTC), json.dumps(_ADDRESS)),
            *(FOUGHT_FOR, fight),
        )
        return [
            Cart(
                ids.encode(carts.Cart.prefix, cart_id),
                users.guest_token(guest_of[cart_id]),
                Money(total, "GBP").text,
                "GBP",
            )
            for cart_id, total in rows
        ]

    async def count_statements(self, *, on: bool) -> None:
        """Begin to count statements, or end it."""
        track = "top" if on else "none"
        await _fetch(self.url, f"ALTER SYSTEM SET pg_stat_statements.track = '{track}'")
        await _fetch(self.url, "SELECT pg_reload_conf()")
        await _fetch(self.url, "SELECT pg_sleep(0.2)")  # until everybody has heard it

    async def forget_statements(self) -> None:
        """Count from nothing."""
        await _fetch(self.url, "SELECT pg_stat_statements_reset()")

    async def statements(self) -> Counter[str]:
        """Return how often each statement was run, but for those that are not counted."""
        found: Counter[str] = Counter()
        for text, calls in await _fetch(self.url, _COUNT):
            if not text.upper().startswith(_NOT_COUNTED):
                found[text] += calls
        return found

    async def settle(self) -> None:
        """Have PostgreSQL do now what it would otherwise do while something is measured."""
        await _fetch(self.url, "VACUUM ANALYZE")
        await _fetch(self.url, "CHECKPOINT")


@contextmanager
def folder() -> Iterator[Path]:
    """Lend a folder for all that is left behind."""
    with TemporaryDirectory(prefix="tradepost-bench-", ignore_cleanup_errors=True) as path:
        yield Path(path)


@contextmanager
def server(data: Path) -> Iterator[EmbeddedServer]:
    """Lend a PostgreSQL."""
    running = EmbeddedServer(data / "postgres", server_settings=_SETTINGS)
    running.start()
    try:
        yield running
    finally:
        running.close()
        with (running.folder / "watch.lock").open("ab") as watched:
            fcntl.flock(watched, fcntl.LOCK_EX)  # the watcher has left: the folder can go


async def prepared(running: EmbeddedServer, data: Path) -> Ground:
    """Seed the database and let the regulars sign in."""
    url = running.url()
    key = secrets.token_urlsafe(48)
    _seed(url, data)
    await _fetch(url, "CREATE EXTENSION pg_stat_statements")
    settings = Settings(database_url=url, secret_key=key, data=data)
    async with opening.opened(settings):
        tokens = await _sign_in()
    await _fetch(
        url, "UPDATE session SET access_expires_at = access_expires_at + $1", _SESSIONS_LAST
    )
    rows = await _fetch(url, "SELECT slug FROM product ORDER BY slug")
    (version,) = await _fetch(url, "SHOW server_version")
    postmaster = Postmaster.of(running.folder)
    if postmaster is None:
        raise AssertionError("it was just asked")
    return Ground(settings, url, postmaster.pid, version[0], [row[0] for row in rows], tokens)


def _seed(url: str, data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api", "seed", "--size", "bench"],
        cwd=_ROOT,
        env={**os.environ, "DATABASE_URL": url, "TRADEPOST_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoGround(done.stderr)


async def _sign_in() -> list[str]:
    """Open a session for each regular: they have no password, so it is done at the source."""
    emails = [f"customer-{number}@example.com" for number in range(1, REGULARS + 1)]
    found = await users.User.filter(email__in=emails)
    caller, now = Caller.system("bench"), datetime.now(UTC)
    sessions = [await users.start_session(user, caller, now) for user in found]
    return [session.tokens.access_token for session in sessions]


async def _fetch(url: str, sql: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()
