"""The record is kept for as long as it is said to be, and no longer."""

from datetime import datetime, timedelta

import asyncpg
import pytest

from db import events
from db.access import Caller
from db.base import atomically, execute, fetch
from db.config import Database
from db.events import Topic
from tests.roles import acting_as

YEAR = timedelta(days=366)


async def happen(label: str, at: datetime) -> None:
    """Have something happen, of which there is an event and an audit row."""

    async def work() -> None:
        await events.record((Topic.PRODUCT_CHANGED, label, {}), now=at)
        await events.audit(Caller.system("tests"), "productUpdate", label, {}, now=at)

    await atomically(work)


async def kept(table: str) -> list[str]:
    return [row[0] for row in await fetch(f"SELECT subject FROM {table} ORDER BY id")]


class TestForgetEvents:
    async def test_forgets_the_oldest_first_and_nothing_before_thirty_days(
        self, database: Database, now: datetime
    ) -> None:
        month = timedelta(days=30)
        for label, age in (("oldest", 2 * month), ("old", month), ("young", timedelta(0))):
            await happen(label, now - age)
        later = now + timedelta(seconds=1)

        assert await events.forget_events(now=later, most=1) == 1
        assert await kept("event") == ["old", "young"]
        assert await events.forget_events(now=later) == 1
        assert await events.forget_events(now=later) == 0
        assert await kept("event") == ["young"]


class TestForgetAudit:
    async def test_forgets_the_oldest_first_and_nothing_before_two_years(
        self, database: Database, now: datetime
    ) -> None:
        for label, years in (("oldest", 4), ("old", 3), ("young", 1)):
            await happen(label, now - years * YEAR)

        assert await events.forget_audit(now=now, most=1) == 1
        assert await kept("audit_event") == ["old", "young"]
        assert await events.forget_audit(now=now) == 1
        assert await events.forget_audit(now=now) == 0
        assert await kept("audit_event") == ["young"]

    async def test_is_for_the_shop_too_where_it_may_not_delete(
        self, database: Database, now: datetime
    ) -> None:
        await happen("old", now - 3 * YEAR)

        async with acting_as("tradepost_app", database) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("DELETE FROM audit_event")
            forgotten = await connection.fetchval("SELECT forget_audit_events(now(), 10)")

        assert forgotten == 1

    @pytest.mark.parametrize(
        "statement", ["DELETE FROM audit_event", "SELECT forget_audit_events('infinity', 10)"]
    )
    async def test_nobody_forgets_what_is_younger_whatever_they_say(
        self, database: Database, now: datetime, statement: str
    ) -> None:
        await happen("young", now - YEAR)

        with pytest.raises(Exception, match="append-only"):
            await execute(statement)

        assert await kept("audit_event") == ["young"]
