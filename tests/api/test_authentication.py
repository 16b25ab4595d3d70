"""Who asks, by the headers of the request."""

import pytest
from fastapi import FastAPI

from api.graphql import Endpoint
from api.negotiation import GRAPHQL
from db import users
from schema import define
from schema.context import Info
from schema.resolvers import resolver
from schema.root import build
from tests import factories
from tests.client import Client
from tests.conftest import NOW

BAD = ["Bearer", "Bearer ", "Basic YTpi", "token", "Bearer nonsense", f"Bearer at_{'x' * 600}"]


@define.type
class Query:
    @resolver()
    async def who(self, info: Info) -> str:
        caller = info.context.caller
        return f"{caller.kind} {caller.user_id} {caller.guest_id} {caller.ip}"


@pytest.fixture
def client(app: FastAPI) -> Client:
    app.state.graphql = Endpoint(build(Query))
    return Client(app)


async def who(client: Client) -> str:
    found: str = (await client.ask("{ who }"))["who"]
    return found


async def test_without_headers_nobody_is_known(client: Client) -> None:
    assert await who(client) == "GUEST None None 127.0.0.1"


async def test_an_access_token_names_its_user(client: Client) -> None:
    user = await factories.user()
    token = await factories.sign_in(user)
    assert await who(client.holding(token=token)) == f"CUSTOMER {user.id} None 127.0.0.1"


async def test_a_guest_token_names_its_guest(client: Client) -> None:
    guest_id, token = await users.make_guest(NOW)
    assert await who(client.holding(guest_token=token)) == f"GUEST None {guest_id} 127.0.0.1"


async def test_a_user_may_hold_a_guest_token_too(client: Client) -> None:
    user = await factories.user()
    guest_id, guest_token = await users.make_guest(NOW)
    both = client.holding(token=await factories.sign_in(user), guest_token=guest_token)
    assert await who(both) == f"CUSTOMER {user.id} {guest_id} 127.0.0.1"


@pytest.mark.parametrize("header", BAD)
async def test_a_bad_token_fails_the_whole_request(client: Client, header: str) -> None:
    response = await client.request(
        "POST",
        json={"query": "{ who }"},
        headers={"authorization": header, "accept": GRAPHQL},
    )
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["content-type"].startswith(GRAPHQL)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "data" not in response.json()


async def test_a_token_that_has_run_out_is_told_how_to_be_refreshed(client: Client) -> None:
    response = await client.holding(token="at_of_yesterday").send("{ who }")
    (error,) = response.json()["errors"]
    assert "Refresh the session, without this header" in error["message"]


async def test_the_legacy_media_type_has_200_for_a_bad_token(client: Client) -> None:
    response = await client.holding(token="nonsense").send("{ who }")
    assert response.status_code == 200
    assert await client.holding(token="nonsense").codes("{ who }") == ["UNAUTHENTICATED"]


@pytest.mark.parametrize("token", ["", "gt_x", "x" * 1000, "a" * 60])
async def test_a_bad_guest_token_fails_the_whole_request(client: Client, token: str) -> None:
    response = await client.request(
        "POST", json={"query": "{ who }"}, headers={"guest-token": token}
    )
    assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["UNAUTHENTICATED"]
