"""What the whole database holds, in a few numbers: to see that a refusal changed nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from db.base import fetch

_TABLES: Final = """
SELECT relname FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
   AND relpersistence = 'p' ORDER BY relname"""
_HASH: Final = """
SELECT '{0}', md5(coalesce(string_agg({0}::text, chr(10) ORDER BY {0}::text), '')) FROM {0}"""


async def snapshot() -> dict[str, str]:
    """Hash the rows of every table, by its name; but what a crash may forget is not kept."""
    tables = [name for (name,) in await fetch(_TABLES)]
    rows = await fetch(" UNION ALL ".join(map(_HASH.format, tables)))
    return {name: hashed for name, hashed in rows}  # noqa: C416 - records are no tuples to mypy


@asynccontextmanager
async def unchanged() -> AsyncIterator[None]:
    """Assert that no table differs after the block from what it was before."""
    before = await snapshot()
    yield
    after = await snapshot()
    assert [name for name in before if before[name] != after[name]] == []


@asynccontextmanager
async def changed() -> AsyncIterator[None]:
    """Assert that some table differs after the block from what it was before."""
    before = await snapshot()
    yield
    assert await snapshot() != before
