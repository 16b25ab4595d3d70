"""What the database lets a role do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from db.config import Database


@asynccontextmanager
async def acting_as(role: str, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """Connect to the test's database as a role that its owner may take on; NONE is the owner."""
    connection = await asyncpg.connect(database.url)
    try:
        await connection.execute(f"SET ROLE {role}")
        yield connection
    finally:
        await connection.close()
