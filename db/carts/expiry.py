"""Carts that nobody came back to."""

from datetime import datetime
from typing import Final
from uuid import UUID

from db.base import execute, put_off

MOST_AT_ONCE: Final = 500

_EXPIRE: Final = """
    DELETE FROM cart WHERE id IN (
        SELECT id FROM cart WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
           FOR UPDATE SKIP LOCKED
    )
"""


async def delete_expired(*, now: datetime, most: int = MOST_AT_ONCE) -> int:
    """Delete carts whose time is over, and return how many; call again while it is ``most``."""
    return await execute(_EXPIRE, now, most)


async def delete(cart_id: UUID) -> None:
    """Delete a cart that became an order, as the transaction that placed it ends."""
    await put_off("DELETE FROM cart WHERE id = $1", cart_id)
