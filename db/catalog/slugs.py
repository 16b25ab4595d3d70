"""Names in URLs, made from titles where nobody chose one."""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import asyncpg
from tortoise.exceptions import IntegrityError

from db.base import execute, fetch_value, violated
from db.errors import Code, Path, Refusal

LONGEST_MADE_SLUG: Final = 80
_MOST_NAMESAKES: Final = 1_000
_RANDOM_BYTES: Final = 5
_PIECE: Final = re.compile(r"[a-z0-9]+")

Table = Literal["product", "category"]


def slug_of(title: str) -> str:
    """Make a slug; empty where the title has no letter or digit that a URL shows as it is.

    >>> slug_of("Crème brûlée, set of 6")
    'creme-brulee-set-of-6'
    """
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return "-".join(_PIECE.findall(plain))[:LONGEST_MADE_SLUG].rstrip("-")


async def free_slug(table: Table, title: str) -> str:
    """Make a slug that nobody has: ``mug``, ``mug-2``, ``mug-3``, …

    Those who want the same one go in turn, until their transactions end. A title without Latin
    letters, or one of very many namesakes, is told apart by a random end.
    """
    wanted = slug_of(title)
    if not wanted:
        return f"{table}-{secrets.token_hex(_RANDOM_BYTES)}"
    await execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"slug:{table}:{wanted}")
    found: str | None = await fetch_value(
        "SELECT slug FROM generate_series(1, $2::int) AS number,"
        " LATERAL (SELECT CASE number WHEN 1 THEN $1 ELSE $1 || '-' || number END AS slug) AS made"
        f" WHERE NOT EXISTS (SELECT FROM {table} WHERE {table}.slug = made.slug) LIMIT 1",
        wanted,
        _MOST_NAMESAKES,
    )
    return found or f"{wanted}-{secrets.token_hex(_RANDOM_BYTES)}"


@contextmanager
def refuse_taken(constraint: str, message: str, path: Path) -> Iterator[None]:
    """Turn a clash that only the database can see into a refusal.

    :raises Refusal: TAKEN.
    """
    try:
        yield
    except (IntegrityError, asyncpg.IntegrityConstraintViolationError) as error:
        if violated(error) != constraint:
            raise
        raise Refusal(Code.TAKEN, message, path) from error
