"""The demo's people, as far as a shop has them."""

from db.access import Role
from db.config import Database
from db.seeds import demo
from tests import factories


async def test_only_those_who_can_sign_in_here_are_named(database: Database) -> None:
    assert await demo.logins_here() == []

    await factories.user(email="Owner@example.com", role=Role.OWNER, password=demo.PASSWORD)
    await factories.user(email="ada@example.com")

    assert [login.email for login in await demo.logins_here()] == ["owner@example.com"]
