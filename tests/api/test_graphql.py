"""GraphQL over HTTP, through the whole app."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from api import dependencies, operations
from api.negotiation import GRAPHQL, JSON
from api.settings import Settings
from db.access import Caller
from tests.api.conftest import NotedMailer
from tests.client import Client

STAFF = Caller.system("test")
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


def code(response: httpx.Response) -> str:
    """Return the code of the only error of a reply."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    found: str = error["extensions"]["code"]
    return found


class TestAPost:
    @pytest.mark.parametrize("media", [JSON, GRAPHQL])
    async def test_is_answered_in_the_media_type_that_is_accepted(
        self, toy_client: Client, media: str
    ) -> None:
        response = await toy_client.request(
            "POST", json={"query": "{ __typename }"}, headers={"accept": media}
        )
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{media}; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        assert response.json()["data"] == {"__typename": "Query"}

    @pytest.mark.parametrize(
        ("form", "legacy", "status"),
        [
            ({"query": "{ staff"}, 200, 400),
            ({"query": "{ nothing }"}, 200, 400),
            ({"query": "query($by: ToyBy!) { toy(by: $by) }"}, 200, 400),
            ({"query": "{ mine }", "operationName": "Mine"}, 200, 400),
            ({"query": "query A { mine } query B { mine }"}, 200, 400),
            ({"query": "fragment A on Query { mine }"}, 200, 400),
            ({"query": "{ toys(first: 0) { nodes { number } } }"}, 200, 200),
            ({"query": "{ mine }"}, 200, 200),
            ({"query": "{ broken }"}, 200, 200),
            ({"query": "{ closed }"}, 503, 503),
        ],
    )
    async def test_has_the_status_of_its_media_type(
        self, toy_client: Client, form: dict[str, Any], legacy: int, status: int
    ) -> None:
        for media, expected in ((JSON, legacy), (GRAPHQL, status)):
            response = await toy_client.request("POST", json=form, headers={"accept": media})
            assert response.status_code == expected
            was_run = expected == 200 and status == 200
            assert ("data" in response.json()) == was_run
            code(response)

    @pytest.mark.parametrize(
        "form",
        [
            {"query": "{ __typename }", "variables": None, "operationName": None},
            {"query": "{ __typename }", "extensions": {"any": 1}, "more": [1]},
            {"query": "query A { __typename } query B { mine }", "operationName": "A"},
        ],
    )
    async def test_may_leave_out_what_it_does_not_need(
        self, toy_client: Client, form: dict[str, Any]
    ) -> None:
        response = await toy_client.request("POST", json=form)
        assert response.json()["data"] == {"__typename": "Query"}

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"7",
            b'"text"',
            b"[]",
            b'[{"query": "{ __typename }"}]',
            b"{}",
            b'{"query": null}',
            b'{"query": ""}',
            b'{"query": 7}',
            b'{"query": "{ mine }", "variables": "x"}',
            b'{"query": "{ mine }", "variables": [1]}',
            b'{"query": "{ mine }", "operationName": 7}',
            b'{"query": "{ mine }", "extensions": "x"}',
            b'{"query": "{ mine }"',
            b"\xff\xfe",
            b'{"query": "{ \xe4 }"}',
            b'{"query": "\\ud800"}',
        ],
    )
    async def test_that_is_not_well_formed_is_refused(
        self, toy_client: Client, body: bytes
    ) -> None:
        response = await toy_client.request(
            "POST", content=body, headers={"content-type": JSON, "accept": GRAPHQL}
        )
        assert response.status_code == 400
        assert code(response) == "BAD_REQUEST"

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b'{"query": "{ mine }"', "The body is not JSON in UTF-8."),
            (b"[" * 1_025 + b"]" * 1_025, "The body nests too deeply."),
            (b'{"a": %s}' % (b"9" * 5_000), "The body has a number that is too large."),
            (
                b'{"query": "{ __typename }", "operationName": "\\u0000"}',
                'There is no operation "\\u0000".',
            ),
        ],
    )
    async def test_is_told_in_words_of_json_what_is_wrong(
        self, toy_client: Client, body: bytes, reason: str
    ) -> None:
        response = await toy_client.request("POST", content=body, headers={"content-type": JSON})
        assert response.json()["errors"][0]["message"] == reason

    @pytest.mark.parametrize(
        "media",
        ["text/plain", "application/x-www-form-urlencoded", f"{JSON}; charset=latin-1", ""],
    )
    async def test_needs_json_in_utf_8(self, toy_client: Client, media: str) -> None:
        response = await toy_client.request(
            "POST", content=b'{"query": "{ mine }"}', headers={"content-type": media}
        )
        assert response.status_code == 415
        assert code(response) == "BAD_REQUEST"

    @pytest.mark.parametrize("media", [JSON, f"{JSON};charset=UTF-8", f'{JSON}; charset="utf-8"'])
    async def test_may_name_its_encoding(self, toy_client: Client, media: str) -> None:
        response = await toy_client.request(
            "POST", content='{"query": "{ __typename } # ä"}', headers={"content-type": media}
        )
        assert response.status_code == 200

    async def test_whose_answer_could_not_be_read_is_refused(self, toy_client: Client) -> None:
        response = await toy_client.request(
            "POST", json={"query": "{ mine }"}, headers={"accept": "image/png"}
        )
        assert response.status_code == 406

    async def test_has_at_most_100_kb(self, toy_client: Client) -> None:
        body = orjson.dumps({"query": "{ mine }", "more": "x" * 100_000})
        response = await toy_client.request("POST", content=body, headers={"content-type": JSON})
        assert response.status_code == 413

    async def test_has_at_most_100_kb_in_chunks_too(self, toy_client: Client) -> None:
        sent = 0

        async def chunks() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(100):
                sent += 10_000
                yield b"x" * 10_000

        response = await toy_client.request(
            "POST", content=chunks(), headers={"content-type": JSON}
        )
        assert response.status_code == 413
        assert sent <= 120_000

    async def test_over_a_limit_is_too_expensive(self, toy_client: Client) -> None:
        assert await toy_client.codes("{" + "staff " * 2_000 + "}") == ["QUERY_TOO_EXPENSIVE"]

    async def test_gives_its_own_id_back(self, toy_client: Client) -> None:
        response = await toy_client.request(
            "POST", json={"query": "{ staff }"}, headers={"x-request-id": "trace-1:2.3"}
        )
        assert response.headers["x-request-id"] == "trace-1:2.3"
        assert code(response) == "UNAUTHENTICATED"

    @pytest.mark.parametrize("id", ["", "x" * 129, "a b", "a\tb", "ä"])
    async def test_gets_an_id_where_it_has_no_good_one(self, toy_client: Client, id: str) -> None:
        response = await toy_client.request(
            "POST", json={"query": "{ staff }"}, headers={"x-request-id": id.encode()}
        )
        assert response.headers["x-request-id"].startswith("req_")

    async def test_says_beside_its_data_that_it_is_a_replay(self, toy_client: Client) -> None:
        client = toy_client.taking(STAFF)
        response = await client.send('mutation { toyOnce(idempotencyKey: "k") { said } }')
        assert response.json()["extensions"]["idempotency"]["replayed"] is True

    async def test_masks_what_nobody_expected(self, toy_client: Client) -> None:
        response = await toy_client.send("{ broken }")
        assert code(response) == "INTERNAL"
        assert "hunter2" not in response.text


class TestAGet:
    async def test_runs_a_query(self, toy_client: Client) -> None:
        parameters = {
            "query": "query A($by: ToyBy!) { toy(by: $by) }",
            "variables": '{"by": {"number": 3}}',
            "operationName": "A",
            "extensions": "{}",
        }
        response = await toy_client.request("GET", params=parameters)
        assert response.json()["data"] == {"toy": "(None, 3)"}

    async def test_never_runs_a_mutation(self, toy_client: Client) -> None:
        query = "mutation { toyStaff { said } }"
        response = await toy_client.taking(STAFF).request("GET", params={"query": query})
        assert response.status_code == 405
        assert response.headers["allow"] == "POST"
        assert "data" not in response.json()

    @pytest.mark.parametrize(
        "parameters",
        [
            {},
            {"query": ""},
            {"query": "{ mine }", "variables": "{"},
            {"query": "{ mine }", "variables": "[]"},
        ],
    )
    async def test_that_is_not_well_formed_is_refused(
        self, toy_client: Client, parameters: Mapping[str, str]
    ) -> None:
        response = await toy_client.request("GET", params=parameters)
        assert response.status_code == 400

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("query=%E2%82", "The URL is not in UTF-8."),
            ("&".join(f"a{n}=" for n in range(21)), "The URL has at most 20 parameters."),
            ("query={mine}&variables={", "The parameter variables is not JSON in UTF-8."),
        ],
    )
    async def test_is_told_what_is_wrong(self, toy_client: Client, url: str, reason: str) -> None:
        response = await toy_client.request("GET", f"/graphql?{url}")
        assert (response.status_code, response.json()["errors"][0]["message"]) == (400, reason)

    @pytest.mark.parametrize("empty", ["variables", "extensions", "operationName"])
    async def test_may_leave_a_parameter_empty(self, toy_client: Client, empty: str) -> None:
        parameters = {"query": "{ __typename }", empty: ""}
        response = await toy_client.request("GET", params=parameters)
        assert response.json()["data"] == {"__typename": "Query"}

    async def test_of_a_browser_with_a_query_gets_its_answer(self, toy_client: Client) -> None:
        response = await toy_client.request(
            "GET", params={"query": "{ __typename }"}, headers={"accept": HTML}
        )
        assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
async def test_another_method_is_refused(toy_client: Client, method: str) -> None:
    response = await toy_client.request(method, json={"query": "{ mine }"})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_the_draft_to_the_letter_is_a_setting(toy_app: FastAPI) -> None:
    toy_app.dependency_overrides[dependencies.settings] = lambda: Settings(http_draft="2026")
    client = Client(toy_app, {"accept": GRAPHQL})
    statuses = [
        (await client.send(query)).status_code
        for query in ("{ __typename }", "{ mine }", "{ nothing }", "{ mine")
    ]
    assert statuses == [200, 294, 422, 400]


class TestTime:
    async def test_a_query_that_takes_too_long_is_cancelled(
        self, toy_client: Client, mailer: NotedMailer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operations, "QUERY_SECONDS", 0.1)
        response = await toy_client.send("{ slow }")
        assert response.status_code == 503
        assert response.headers["retry-after"] == "1"
        (error,) = response.json()["errors"]
        assert error["extensions"]["reason"] == "TIMEOUT"
        assert error["extensions"]["retryable"] is True
        await asyncio.sleep(0)
        assert mailer.events == ["cancelled"]

    async def test_a_mutation_that_takes_too_long_runs_to_its_end(
        self, toy_client: Client, mailer: NotedMailer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operations, "MUTATION_SECONDS", 0.05)
        response = await toy_client.send("mutation { toySlow(seconds: 0.2) { said } }")
        assert response.status_code == 503
        assert mailer.events == []
        await asyncio.sleep(0.3)
        assert mailer.events == ["ended"]

    async def test_a_mutation_that_was_left_running_is_waited_for_at_the_end(
        self,
        toy_app: FastAPI,
        toy_client: Client,
        mailer: NotedMailer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(operations, "MUTATION_SECONDS", 0.05)
        await toy_client.send("mutation { toySlow(seconds: 0.2) { said } }")
        monkeypatch.setattr(operations, "MUTATION_SECONDS", 5)
        await toy_app.state.graphql.operations.finish()
        assert mailer.events == ["ended"]

    async def test_a_query_of_a_client_that_has_hung_up_is_cancelled(
        self, toy_app: FastAPI, mailer: NotedMailer
    ) -> None:
        await asyncio.wait_for(self.hung_up(toy_app, "{ slow }"), 1)
        await asyncio.sleep(0)
        assert mailer.events == ["cancelled"]

    async def test_a_mutation_of_a_client_that_has_hung_up_runs_to_its_end(
        self, toy_app: FastAPI, mailer: NotedMailer
    ) -> None:
        await self.hung_up(toy_app, "mutation { toySlow(seconds: 0.2) { said } }")
        assert mailer.events == ["ended"]

    async def hung_up(self, app: FastAPI, query: str) -> None:
        """Send a query, and hang up as soon as it was read."""
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": orjson.dumps({"query": query}), "more_body": False},
            {"type": "http.disconnect"},
        ]

        async def receive() -> dict[str, Any]:
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(_message: Mapping[str, Any]) -> None:
            return None

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1),
        }
        await app(scope, receive, send)
