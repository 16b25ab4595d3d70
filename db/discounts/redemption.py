"""Using a code: an order holds one use of it from the moment it is made until it ends unfulfilled.

Everything here joins the transaction of the order. A discount is locked before any stock.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from db.base import execute, fetch, fetch_value, put_off
from db.discounts.offers import normal, used_up
from db.discounts.rows import DiscountRow
from db.errors import Code, Path, Refusal
from db.rows import EVERY, Select

_IS_FREE: Final = """
    (usage_limit IS NULL OR used_count < usage_limit)
    AND (usage_limit_per_customer IS NULL OR usage_limit_per_customer > (
            SELECT count(*) FROM discount_redemption
             WHERE discount_id = discount.id AND customer = $2
        ))
"""
_LOCK: Final = "SELECT version FROM discount WHERE id = $1 FOR NO KEY UPDATE"
# A statement of its own, so that it sees what those wrote who held the lock before.
_TAKE: Final = f"""
UPDATE discount SET used_count = used_count + 1, first_used_at = coalesce(first_used_at, $3)
 WHERE id = $1 AND {_IS_FREE}
"""
_HOLD: Final = """
INSERT INTO discount_redemption (order_id, discount_id, cart_id, customer) VALUES ($1, $2, $3, $4)
"""
_GIVE_BACK: Final = """
WITH given AS (DELETE FROM discount_redemption WHERE order_id = $1 RETURNING discount_id)
UPDATE discount SET used_count = used_count - 1 FROM given WHERE discount.id = given.discount_id
"""


async def take(
    discount: DiscountRow,
    *,
    order_id: UUID,
    cart_id: UUID | None,
    customer: str | None,
    now: datetime,
    path: Path,
) -> None:
    """Let a new order hold one use of a discount, as it was read for its quote.

    :raises Refusal: DISCOUNT_USED_UP; DISCOUNT_NOT_VALID, where it was changed since it was read.
    """
    if await fetch_value(_LOCK, discount.id) != discount.version:
        message = f"The discount code {discount.code} has just been changed. Look at the total."
        raise Refusal(Code.DISCOUNT_NOT_VALID, message, path)
    if not await execute(_TAKE, discount.id, customer, now):
        refusal = used_up(discount.code)
        raise Refusal(refusal.code, refusal.message, path)
    await put_off(_HOLD, order_id, discount.id, cart_id, customer)


_LOCK_CODE: Final = "SELECT id FROM discount WHERE code = $1 FOR NO KEY UPDATE"
_FREE: Final = Select(DiscountRow, f"FROM discount WHERE code = $1 AND {_IS_FREE}")


async def lock_free(code: str, customer: str | None) -> DiscountRow | None:
    """Lock the discount of a code until the transaction ends; None where no use of it is left."""
    await fetch(_LOCK_CODE, code)
    rows = await _FREE.fetch(EVERY, code, customer)
    return rows[0] if rows else None


async def give_back(order_id: UUID) -> None:
    """Take back the use that a locked order holds: once, for then it holds none."""
    await execute(_GIVE_BACK, order_id)


_LOCK_BOTH: Final = """
SELECT id FROM discount
 WHERE id = (SELECT discount_id FROM discount_redemption WHERE order_id = $1) OR code = $2
 ORDER BY id FOR NO KEY UPDATE
"""


async def lock(*, order_id: UUID, code: str | None) -> None:
    """Lock what an order gives back and what the next one takes, which may be two discounts."""
    await fetch(_LOCK_BOTH, order_id, code and normal(code))
