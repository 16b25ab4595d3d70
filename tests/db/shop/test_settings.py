"""The shop opens once, and its currency and price basis never change."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest
from tortoise.exceptions import IntegrityError

from db import shop
from db.access import PERMISSIONS, ActorKind, Caller, Role
from db.base import execute, fetch_value
from db.config import Database
from db.errors import NotAllowed, Refusals, VersionConflict
from db.money import MoneyError
from db.shop import CapturePolicy, ShopIsNotInstalled
from tests.goods import make_shop
from tests.snapshot import unchanged

OWNER = Caller.system("tests")


class TestInstall:
    async def test_is_done_once_and_then_left_alone(self, database: Database) -> None:
        with pytest.raises(ShopIsNotInstalled):
            await shop.settings()
        await make_shop(currency="EUR")
        async with unchanged():
            await make_shop(currency="USD", prices_include_tax=False, rates=())
        assert (await shop.settings()).currency == "EUR"
        action = "SELECT count(*) FROM audit_event WHERE action = 'system.install'"
        assert await fetch_value(action) == 1

    @pytest.mark.parametrize(
        ("currency", "time_zone", "error"),
        [("EURO", "UTC", MoneyError), ("EUR", "Europe/Atlantis", ZoneInfoNotFoundError)],
    )
    async def test_refuses_what_there_is_not(
        self,
        database: Database,
        now: datetime,
        currency: str,
        time_zone: str,
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            await shop.install(
                name="X",
                currency=currency,
                prices_include_tax=True,
                time_zone=time_zone,
                countries=["DE"],
                now=now,
            )


class TestUpdate:
    @pytest.fixture(autouse=True)
    async def _shop(self, database: Database) -> None:
        await make_shop()

    async def test_changes_what_is_given_and_writes_it_down(self, now: datetime) -> None:
        row = await shop.update(
            caller=OWNER,
            now=now,
            fields={"name": "Corner shop", "capture_policy": CapturePolicy.MANUAL},
            if_version=1,
        )
        assert (row.name, row.capture_policy, row.version) == ("Corner shop", "MANUAL", 2)
        assert row.countries == ["DE", "FR", "US"]
        assert await shop.settings() == row
        changes = "SELECT changes FROM audit_event WHERE action = 'shopUpdate'"
        assert "Corner shop" in await fetch_value(changes)

    @pytest.mark.parametrize(
        "fields", [{"name": None}, {"countries": []}, {"countries": None}, {"time_zone": None}]
    )
    async def test_never_empties_what_a_shop_needs(
        self, fields: shop.ShopFields, now: datetime
    ) -> None:
        async with unchanged():
            with pytest.raises(Refusals):
                await shop.update(caller=OWNER, now=now, fields=fields, if_version=1)

    async def test_ver_1_refuses_an_edit_of_an_older_version(self, now: datetime) -> None:
        await shop.update(caller=OWNER, now=now, fields={"name": "First"}, if_version=1)
        async with unchanged():
            with pytest.raises(VersionConflict) as conflict:
                await shop.update(caller=OWNER, now=now, fields={"name": "Second"}, if_version=1)
        assert conflict.value.current_version == 2

    @pytest.mark.parametrize("role", [role for role in Role if role not in {"ADMIN", "OWNER"}])
    async def test_is_for_those_with_settings_write(self, role: Role, now: datetime) -> None:
        caller = Caller(
            kind=ActorKind.STAFF,
            label="x",
            user_id=(await shop.settings()).id,
            permissions=PERMISSIONS[role],
        )
        async with unchanged():
            with pytest.raises(NotAllowed):
                await shop.update(caller=caller, now=now, fields={"name": "X"}, if_version=1)


class TestSET1:
    @pytest.fixture(autouse=True)
    async def _shop(self, database: Database) -> None:
        await make_shop()

    @pytest.mark.parametrize("change", ["currency = 'USD'", "prices_include_tax = false"])
    async def test_set_1_the_database_itself_refuses(self, change: str) -> None:
        async with unchanged():
            with pytest.raises(Exception, match="never change"):
                await execute(f"UPDATE shop SET {change}")

    async def test_set_1_no_verb_takes_them(self) -> None:
        assert shop.ShopFields.__annotations__.keys() == {
            "name",
            "time_zone",
            "countries",
            "capture_policy",
        }

    async def test_there_is_one_shop(self) -> None:
        with pytest.raises(IntegrityError, match="there_is_one_shop"):
            await shop.Shop.create(
                name="Second",
                currency="EUR",
                prices_include_tax=True,
                time_zone="UTC",
                countries=["DE"],
            )
