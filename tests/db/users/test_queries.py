"""Who sees whom."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from db import ids, users
from db.access import Caller, Role
from db.config import Database
from db.errors import NotAllowed, NotSignedIn
from db.users import User
from tests import factories


async def found(caller: Caller, **given: object) -> list[UUID]:
    rows = await users.list_users(caller=caller, limit=100, **given)  # type: ignore[arg-type]
    assert await users.count_users(caller=caller, **given) == len(rows)  # type: ignore[arg-type]
    return [row.id for row in rows]


@pytest.fixture
async def support(database: Database, now: datetime) -> Caller:
    earliest = now - timedelta(days=9)
    return factories.caller(await factories.user(role=Role.SUPPORT, created_at=earliest, name=None))


class TestVisibleUsersById:
    async def test_shows_customers_only_themselves(self, database: Database) -> None:
        ada, eve = await factories.user(), await factories.user()
        rows = await users.visible_users_by_id(
            [eve.id, ada.id, ids.new()], caller=factories.caller(ada)
        )
        assert [row and row.id for row in rows] == [None, ada.id, None]

    async def test_shows_strangers_nobody(self, database: Database) -> None:
        ada = await factories.user()
        assert await users.visible_users_by_id([ada.id], caller=Caller.anonymous()) == [None]

    async def test_shows_support_everybody_in_the_order_asked(self, support: Caller) -> None:
        ada, eve = await factories.user(), await factories.user()
        rows = await users.visible_users_by_id([eve.id, ada.id], caller=support)
        assert [row and row.id for row in rows] == [eve.id, ada.id]
        assert await users.users_by_id([eve.id, ada.id]) == rows


class TestVisibleAddressesById:
    async def test_shows_customers_only_their_own(
        self, database: Database, support: Caller, now: datetime
    ) -> None:
        ada, eve = await factories.user(), await factories.user()
        await users.save_address(
            caller=factories.caller(ada),
            now=now,
            fields={"name": "Ada", "line1": "1", "city": "London", "country_code": "GB"},
        )
        ((address,),) = await users.addresses_by_user([ada.id])
        for caller, visible in (
            (factories.caller(ada), [address]),
            (factories.caller(eve), [None]),
            (support, [address]),
            (Caller.anonymous(), [None]),
        ):
            assert await users.visible_addresses_by_id([address.id], caller=caller) == visible


class TestListUsers:
    async def test_is_newest_first_page_by_page(self, support: Caller, now: datetime) -> None:
        people = [
            await factories.user(created_at=now - timedelta(hours=hours // 2)) for hours in range(7)
        ]
        expected = await found(support)
        paged: list[UUID] = []
        after = None
        while rows := await users.list_users(caller=support, after=after, limit=3):
            paged += [row.id for row in rows]
            after = (rows[-1].created_at, rows[-1].id)
        assert paged == expected
        assert set(paged) == {*(one.id for one in people), support.user_id}
        assert paged[-1] == support.user_id

    @pytest.mark.parametrize("query", ["love", "LOVELACE", "ada@ex", " ada l", "44 20"])
    async def test_finds_a_part_of_name_email_or_phone(self, support: Caller, query: str) -> None:
        ada = await factories.user(email="ada@example.com", phone="+44 20 7946")
        await factories.user(email="grace@example.org", name="Grace Hopper")
        assert await found(support, query=query) == [ada.id]

    @pytest.mark.parametrize("query", ["%", "_", "\\", "%ada%"])
    async def test_takes_signs_literally(self, support: Caller, query: str) -> None:
        await factories.user(email="ada@example.com")
        assert await found(support, query=query) == []

    async def test_an_empty_query_finds_everybody(self, support: Caller) -> None:
        assert await found(support, query="  ") == [support.user_id]

    async def test_filters_by_role(self, support: Caller) -> None:
        finance = await factories.user(role=Role.FINANCE)
        await factories.user()
        assert await found(support, roles=[Role.FINANCE, Role.SUPPORT]) == [
            finance.id,
            support.user_id,
        ]
        assert await found(support, roles=[]) == []

    async def test_is_for_those_with_the_permission(self, database: Database) -> None:
        ada: User = await factories.user()
        with pytest.raises(NotAllowed):
            await users.list_users(caller=factories.caller(ada), limit=1)
        with pytest.raises(NotSignedIn):
            await users.count_users(caller=Caller.anonymous())
