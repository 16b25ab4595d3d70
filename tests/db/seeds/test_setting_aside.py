"""What is set aside while tables are filled is not let off."""

import asyncpg
import pytest

from db.base import fetch_value
from db.config import Database
from db.seeds.setting_aside import set_aside

LOST = """
    INSERT INTO stock_movement (id, variant_id, kind, on_hand_delta, reserved_delta, on_hand,
                                reserved, actor_kind, actor_label, created_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), 'ADJUST', 1, 0, 1, 0, 'SYSTEM', 'test', now())
"""


async def lose_a_movement(connection: asyncpg.Connection) -> None:
    async with connection.transaction(), set_aside(connection, ["stock_movement"]):
        await connection.execute(LOST)


class TestSetAside:
    async def test_refuses_a_row_that_refers_to_nothing_though_later(
        self, database: Database
    ) -> None:
        connection = await asyncpg.connect(database.url)
        try:
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await lose_a_movement(connection)
        finally:
            await connection.close()
        assert await fetch_value("SELECT count(*) FROM stock_movement") == 0
