"""What is refused before it is run is refused by every way in: no limit has a side door."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
import pytest
from fastapi import FastAPI

from tests.api.live.talking import talking
from tests.api.serving import HEADERS, Served, post_bytes, served
from tests.api.test_rate_limits import new_documents

Form = Mapping[str, Any]
Ask = Callable[[Served, Form], Any]

PAGE: Final = "products(first: %s) { nodes { variants { product { variants { id } } } } }"
EXPENSIVE: Final[dict[str, Form]] = {
    "more than 20,000 characters": {"query": "{ __typename }" + " " * 20_000},
    "more than 2,000 tokens": {"query": "{" + "a " * 2_000 + "}"},
    "more than 12 levels": {"query": "{ viewer { a " + "{ a" * 12 + " }" * 14},
    "levels in fragments": {
        "query": "{ viewer { ...A } } fragment A on User { a { a { a { a { a { ...B } } } } } }"
        "fragment B on User { a { a { a { a { a { a { a } } } } } } }"
    },
    "more than 30 aliases": {
        "query": "{" + "".join(f"a{n}: shop {{ id }} " for n in range(31)) + "}"
    },
    "more than 50 directives": {"query": "{ __typename " + "@skip(if: false) " * 51 + "}"},
    "more than 10 mutations": {
        "query": "mutation {" + "".join(f"a{n}: x " for n in range(11)) + "}"
    },
    "a page too large": {"query": "{" + PAGE % "100" + "}"},
    "a page too large in a variable": {
        "query": "query($n: Int) {" + PAGE % "$n" + "}",
        "variables": {"n": 100},
    },
    "a page too large by default": {"query": "query($n: Int = 100) {" + PAGE % "$n" + "}"},
}


@pytest.fixture
async def shop(app: FastAPI) -> AsyncIterator[Served]:
    """The shop, served with the limit of production: tests may spend more."""
    app.state.settings = app.state.settings.having(query_points=2_000)
    async with served(app) as shop:
        yield shop


async def by_post(shop: Served, form: Form) -> Any:
    return (await (await shop.dial()).ask(post_bytes(orjson.dumps(form)))).json


async def by_chunks(shop: Served, form: Form) -> Any:
    body = orjson.dumps(form)
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:half], body[half:]))
    head = b"POST /graphql HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % HEADERS
    return (await (await shop.dial()).ask(head + chunks + b"0\r\n\r\n")).json


async def by_get(shop: Served, form: Form, accept: bytes = b"*/*") -> Any:
    """Ask in a URL, as far as it fits: the longest documents have no other way than a body."""
    texts = {key: value if key == "query" else orjson.dumps(value) for key, value in form.items()}
    head = b"GET /graphql?%s HTTP/1.1\r\nHost: a\r\nAccept: %s\r\n\r\n"
    return (await (await shop.dial()).ask(head % (urlencode(texts).encode(), accept))).json


async def by_stream(shop: Served, form: Form) -> Any:
    request = post_bytes(orjson.dumps(form), b"Accept: text/event-stream\r\n")
    return (await (await shop.dial()).ask(request)).json


async def by_stream_of_a_get(shop: Served, form: Form) -> Any:
    return await by_get(shop, form, b"text/event-stream")


async def by_websocket(shop: Served, form: Form) -> Any:
    async with talking(shop.port) as talk:
        await talk.introduce()
        await talk.say("subscribe", id="1", payload=form)
        message = await talk.hear()
        assert message["type"] == "error", message
        return {"errors": message["payload"]}


WAYS: Final[tuple[Ask, ...]] = (
    by_post,
    by_chunks,
    by_get,
    by_stream,
    by_stream_of_a_get,
    by_websocket,
)


@pytest.mark.parametrize("ask", WAYS, ids=lambda ask: ask.__name__)
async def test_what_is_too_expensive_is_refused(shop: Served, ask: Ask) -> None:
    codes = {}
    for name, form in EXPENSIVE.items():
        answer = await ask(shop, form)
        assert "data" not in answer, name
        (error,) = answer["errors"]
        codes[name] = error["extensions"]["code"]
        if "URL" in error["message"]:
            assert len(urlencode({"query": form["query"]})) > 7_000
            codes[name] = "QUERY_TOO_EXPENSIVE"
    assert codes == dict.fromkeys(EXPENSIVE, "QUERY_TOO_EXPENSIVE")


@pytest.mark.parametrize("ask", [by_post, by_chunks, by_stream], ids=lambda ask: ask.__name__)
async def test_a_batch_is_refused(shop: Served, ask: Ask) -> None:
    answer = await ask(shop, [{"query": "{ __typename }"}])  # type: ignore[arg-type]
    assert "batches are not supported" in answer["errors"][0]["message"]


@pytest.mark.parametrize("ask", WAYS, ids=lambda ask: ask.__name__)
async def test_nobody_is_told_what_there_is(shop: Served, ask: Ask) -> None:
    answer = await ask(shop, {"query": "{ product { nam } shopp }"})
    text = orjson.dumps(answer).decode()
    assert "Did you mean" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("ask", WAYS, ids=lambda ask: ask.__name__)
async def test_too_many_documents_that_are_not_known_are_refused(
    app: FastAPI, shop: Served, ask: Ask
) -> None:
    new_documents(app, 500)
    assert (await by_post(shop, {"query": "{ first: __typename }"}))["data"]
    (error,) = (await ask(shop, {"query": "{ second: __typename }"}))["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert (await by_post(shop, {"query": "{ first: __typename }"}))["data"]
