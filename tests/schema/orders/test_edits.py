"""Changing whom an order is for, and notes, over HTTP."""

from typing import Any, Final
from uuid import uuid4

import pytest

from db.access import Role
from tests import factories
from tests.client import Client
from tests.goods import JSON_ADDRESS
from tests.schema.orders.people import staff, taking
from tests.snapshot import unchanged

pytestmark = pytest.mark.usefixtures("oracle")

ERRORS: Final = "userErrors { code path ... on VersionError { currentVersion } }"
UPDATE: Final = f"""
mutation($id: ID!, $input: OrderInput!, $version: Int!) {{
  orderUpdate(id: $id, input: $input, ifVersion: $version) {{
    order {{ email shippingAddress {{ city countryCode }} version }} {ERRORS} }} }}"""
NOTE: Final = f"""
mutation($id: ID!, $body: String!, $visibility: Visibility! = STAFF, $key: String) {{
  orderNoteAdd(id: $id, body: $body, visibility: $visibility, idempotencyKey: $key) {{
    order {{ events(first: 100) {{ nodes {{ kind message visibility }} }} }} {ERRORS} }} }}"""
EVENTS: Final = """
query($id: ID!) { order(by: {id: $id}) { events { nodes { message } } } }"""


@pytest.fixture
async def sam(client: Client) -> Client:
    """Someone who helps buyers."""
    return await staff(client, Role.SUPPORT)


async def do(someone: Client, mutation: str, **variables: Any) -> Any:
    (payload,) = (await someone.ask(mutation, **variables)).values()
    return payload


class TestOrderUpdate:
    async def test_changes_email_and_address(self, sam: Client) -> None:
        order = await factories.order()
        address = {**JSON_ADDRESS, "city": "Hamburg"}

        changed = await do(
            sam,
            UPDATE,
            id=order.typeid,
            version=1,
            input={"email": "ada@home.example", "shippingAddress": address},
        )

        assert changed == {
            "order": {
                "email": "ada@home.example",
                "shippingAddress": {"city": "Hamburg", "countryCode": "DE"},
                "version": 2,
            },
            "userErrors": [],
        }

    async def test_refuses_another_country_and_an_old_version(self, sam: Client) -> None:
        order = await factories.order()
        abroad = {"shippingAddress": {**JSON_ADDRESS, "countryCode": "FR"}}
        async with unchanged():
            refused = await do(sam, UPDATE, id=order.typeid, version=1, input=abroad)
            late = await do(sam, UPDATE, id=order.typeid, version=2, input={"email": "a@b.example"})
        (error,) = refused["userErrors"]
        assert (error["code"], error["path"]) == (
            "INVALID",
            ["input", "shippingAddress", "countryCode"],
        )
        assert late["userErrors"][0]["currentVersion"] == 1
        assert late["order"]["version"] == 1


class TestOrderNoteAdd:
    async def test_is_read_by_those_whom_it_is_for(self, client: Client, sam: Client) -> None:
        ada = await factories.user()
        order = await factories.order(owner=ada)
        for body, visibility in (("For us.", "STAFF"), ("For you.", "CUSTOMER")):
            noted = await do(sam, NOTE, id=order.typeid, body=body, visibility=visibility)
            assert noted["userErrors"] == []

        async def read_by(someone: Client) -> list[str]:
            shown = (await someone.ask(EVENTS, id=order.typeid))["order"]["events"]["nodes"]
            return [each["message"] for each in shown[1:]]

        assert await read_by(sam) == ["For us.", "For you."]
        assert await read_by(taking(client, ada)) == ["For you."]

    async def test_is_written_once_under_one_key_and_not_empty(self, sam: Client) -> None:
        order, key = await factories.order(), str(uuid4())
        first = await do(sam, NOTE, id=order.typeid, body="Once.", key=key)
        assert await do(sam, NOTE, id=order.typeid, body="Once.", key=key) == first
        async with unchanged():
            empty = await do(sam, NOTE, id=order.typeid, body="  ")
        assert [(each["code"], each["path"]) for each in empty["userErrors"]] == [
            ("REQUIRED", ["body"])
        ]
