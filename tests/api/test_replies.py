"""What may be kept of an answer, by whom, and how small it is."""

import gzip
from typing import Any

import brotli  # type: ignore[import-untyped]
import httpx
import pytest
import zstandard
from fastapi import FastAPI

from api import dependencies
from api.compression import ENCODINGS, encoding
from api.settings import Settings
from db.access import Caller
from tests import factories, goods
from tests.client import Client

SHOP = "{ shop { name } }"
PUBLIC = "public, max-age=30"
LARGE = "{ toys(first: 5) { nodes { id number price { amount currencyCode } } } }"


async def get(client: Client, query: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.request("GET", params={"query": query}, headers=named)


@pytest.fixture
async def shop(client: Client) -> Client:
    await goods.make_shop()
    return client


class TestAGetOfTheCatalog:
    @pytest.mark.parametrize(
        "query",
        [
            SHOP,
            "{ __typename shop { name } products(first: 3) { nodes { title } } }",
            "{ ...Two } fragment Two on Query { categories { id } ... { shop { name } } }",
        ],
    )
    async def test_may_be_kept_by_everyone(self, shop: Client, query: str) -> None:
        response = await get(shop, query)
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == PUBLIC
        assert response.headers["vary"] == "Accept, Accept-Encoding, Authorization, Guest-Token"

    async def test_is_the_same_each_time(self, shop: Client) -> None:
        first, second = await get(shop, SHOP), await get(shop, SHOP)
        assert first.content == second.content
        assert first.headers["etag"] == second.headers["etag"]
        assert set(first.json()["extensions"]["cost"]) == {"requested", "limit"}

    async def test_is_kept_by_nobody_where_someone_asks(self, shop: Client) -> None:
        user = await factories.user()
        response = await get(shop.holding(token=await factories.sign_in(user)), SHOP)
        assert response.json()["data"]
        assert response.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "query",
        [
            "{ me { id } }",
            "{ shop { name } me { id } }",
            "{ ...Me } fragment Me on Query { me { id } }",
            "{ rateLimit { remaining } }",
            "{ products(first: 0) { nodes { id } } }",
            "{ nothing }",
        ],
    )
    async def test_that_is_more_or_fails_is_kept_by_nobody(self, shop: Client, query: str) -> None:
        response = await get(shop, query)
        assert response.headers["cache-control"] == "no-store"

    async def test_is_kept_by_nobody_where_the_shop_says_so(
        self, shop: Client, app: FastAPI
    ) -> None:
        app.dependency_overrides[dependencies.settings] = lambda: Settings(catalog_seconds=0)
        assert (await get(shop, SHOP)).headers["cache-control"] == "no-store"


class TestAnETag:
    async def test_saves_sending_what_the_client_has(self, shop: Client) -> None:
        tag = (await get(shop, SHOP)).headers["etag"]
        for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            response = await get(shop, SHOP, if_none_match=header)
            assert response.status_code == 304
            assert response.content == b""
            assert response.headers["etag"] == tag
            assert response.headers["cache-control"] == PUBLIC

    async def test_changes_with_the_answer(self, shop: Client) -> None:
        tag = (await get(shop, SHOP)).headers["etag"]
        response = await get(shop, "{ shop { currencyCode } }", if_none_match=tag)
        assert response.status_code == 200

    async def test_differs_by_media_type_and_encoding(self, shop: Client, app: FastAPI) -> None:
        app.dependency_overrides[dependencies.settings] = lambda: Settings(compress_from=1)
        wanted: list[dict[str, str]] = [
            {"accept_encoding": "identity"},
            {"accept_encoding": "gzip"},
            {"accept_encoding": "zstd"},
            {"accept_encoding": "identity", "accept": "application/graphql-response+json"},
        ]
        tags = {(await get(shop, SHOP, **headers)).headers["etag"] for headers in wanted}
        assert len(tags) == 4
        assert not any(tag.startswith("W/") for tag in tags)

    async def test_is_for_what_one_may_see_oneself_too(self, shop: Client) -> None:
        staff = shop.taking(Caller.system("test"))
        first = await get(staff, SHOP)
        again = await get(staff, SHOP, if_none_match=first.headers["etag"])
        assert again.status_code == 304
        assert again.headers["cache-control"] == "no-store"


async def test_a_post_is_nobodys_to_keep(shop: Client) -> None:
    response = await shop.send(SHOP)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    assert {"remaining", "resetAt"} <= set(response.json()["extensions"]["cost"])


class TestCompression:
    @pytest.fixture
    def small(self, toy_app: FastAPI, toy_client: Client) -> Client:
        """A client of a server that compresses everything from 200 bytes on."""
        toy_app.dependency_overrides[dependencies.settings] = lambda: Settings(compress_from=200)
        return toy_client

    async def answered(self, client: Client, query: str, accepted: str) -> tuple[str | None, Any]:
        """Return the encoding of an answer to a POST, and its bytes, as they come."""
        response = await client.request(
            "POST", json={"query": query}, headers={"accept-encoding": accepted}
        )
        return response.headers.get("content-encoding"), response

    @pytest.mark.parametrize("accepted", ["gzip", "br", "zstd"])
    async def test_is_undone_by_the_client(self, small: Client, accepted: str) -> None:
        plain = (await self.answered(small, LARGE, "identity"))[1].json()["data"]
        chosen, response = await self.answered(small, LARGE, accepted)
        assert chosen == accepted
        assert response.json()["data"] == plain
        assert int(response.headers["content-length"]) < 400
        assert "Accept-Encoding" in response.headers["vary"]

    async def test_leaves_small_answers_alone(self, small: Client) -> None:
        chosen, _ = await self.answered(small, "{ __typename }", "gzip, br, zstd")
        assert chosen is None

    @pytest.mark.parametrize(
        ("accepted", "chosen"),
        [
            ("", None),
            ("identity", None),
            ("deflate", None),
            ("gzip;q=0", None),
            ("gzip", "gzip"),
            ("GZIP", "gzip"),
            ("gzip, deflate, br", "br"),
            ("gzip, deflate, br, zstd", "zstd"),
            ("gzip;q=1, zstd;q=0.5", "gzip"),
            ("*", "zstd"),
            ("*;q=0.5, zstd;q=0", "br"),
            ("gzip;q=0.5, identity", None),
            ("gzip;q=nonsense", None),
        ],
    )
    def test_is_what_the_client_likes_best(self, accepted: str, chosen: str | None) -> None:
        assert encoding(accepted) == chosen

    def test_can_be_read_by_others(self) -> None:
        body = b"the same again and again " * 50
        assert gzip.decompress(ENCODINGS["gzip"](body)) == body
        assert brotli.decompress(ENCODINGS["br"](body)) == body
        assert zstandard.decompress(ENCODINGS["zstd"](body)) == body
