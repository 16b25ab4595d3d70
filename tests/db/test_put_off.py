"""What is put off happens as the transaction ends, or not at all."""

from uuid import UUID

import pytest

from db import ids
from db.base import atomically, catch_up, fetch_value, put_off
from db.config import Database
from tests.conftest import NOW

_ADD = "INSERT INTO guest (id, created_at) VALUES ($1, $2)"
_COUNT = "SELECT count(*) FROM guest"


class Interrupted(Exception):
    """The work does not come to its end."""


async def add(*guests: UUID) -> None:
    for guest in guests:
        await put_off(_ADD, guest, NOW)


class TestPutOff:
    async def test_waits_for_the_end_of_the_transaction(self, database: Database) -> None:
        async def work() -> int:
            await add(ids.new(), ids.new())
            return int(await fetch_value(_COUNT))

        assert await atomically(work) == 0
        assert await fetch_value(_COUNT) == 2

    async def test_is_there_for_who_catches_up_and_is_not_done_again(
        self, database: Database
    ) -> None:
        async def work() -> int:
            await add(ids.new(), ids.new())
            await catch_up()
            found = int(await fetch_value(_COUNT))
            await add(ids.new())
            return found

        assert await atomically(work) == 2
        assert await fetch_value(_COUNT) == 3

    async def test_what_was_caught_up_with_goes_back_with_the_rest(
        self, database: Database
    ) -> None:
        async def work() -> None:
            await add(ids.new())
            await catch_up()
            raise Interrupted

        with pytest.raises(Interrupted):
            await atomically(work)

        assert await fetch_value(_COUNT) == 0

    async def test_there_is_nothing_to_catch_up_with_outside_of_a_transaction(
        self, database: Database
    ) -> None:
        await catch_up()

        assert await fetch_value(_COUNT) == 0

    async def test_runs_at_once_where_there_is_none(self, database: Database) -> None:
        await add(ids.new())

        assert await fetch_value(_COUNT) == 1

    async def test_happens_wholly_or_not_at_all(self, database: Database) -> None:
        twice = ids.new()

        with pytest.raises(Exception, match="guest_pkey"):
            await atomically(lambda: add(ids.new(), twice, twice))

        assert await fetch_value(_COUNT) == 0
        await atomically(lambda: add(ids.new()))
        assert await fetch_value(_COUNT) == 1
