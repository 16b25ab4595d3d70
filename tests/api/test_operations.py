"""What is the same however an operation comes: by its hash or its text, with its variables."""

import gc
import hashlib
import warnings
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from graphql import get_introspection_query

from api import operations
from api.asked import Asked
from api.documents import Policy
from api.graphql import Endpoint
from api.manifest import read_manifest
from api.negotiation import GRAPHQL
from tests.client import Client
from tests.schema import toys

QUERY = "{ __typename }"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(text: str, **more: Any) -> dict[str, Any]:
    """Make the form that asks for a document by its hash."""
    hashed = {"version": 1, "sha256Hash": sha256(text)}
    return {"extensions": {"persistedQuery": hashed}, **more}


def code(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    found: str = error["extensions"]["code"]
    return found


async def post(client: Client, form: dict[str, Any]) -> httpx.Response:
    return await client.request("POST", json=form, headers={"accept": GRAPHQL})


async def get(client: Client, form: dict[str, Any]) -> httpx.Response:
    parameters = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in form.items()
    }
    return await client.request("GET", params=parameters, headers={"accept": GRAPHQL})


@pytest.mark.parametrize("send", [post, get])
class TestAPersistedQuery:
    async def test_is_asked_for_by_its_hash_once_it_was_sent(
        self, toy_client: Client, send: Any
    ) -> None:
        unknown = await send(toy_client, persisted(QUERY))
        assert unknown.status_code == 400
        assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert unknown.headers["cache-control"] == "no-store"
        assert (await send(toy_client, persisted(QUERY, query=QUERY))).json()["data"]
        assert (await send(toy_client, persisted(QUERY))).json()["data"]

    async def test_has_the_hash_of_its_text(self, toy_client: Client, send: Any) -> None:
        response = await send(toy_client, persisted("{ mine }", query=QUERY))
        assert response.status_code == 400
        assert code(response) == "BAD_REQUEST"
        assert code(await send(toy_client, persisted("{ mine }"))) == "PERSISTED_QUERY_NOT_FOUND"

    async def test_that_is_not_valid_is_not_kept(self, toy_client: Client, send: Any) -> None:
        response = await send(toy_client, persisted("{ nothing }", query="{ nothing }"))
        assert code(response) == "BAD_REQUEST"
        assert code(await send(toy_client, persisted("{ nothing }"))) == "PERSISTED_QUERY_NOT_FOUND"

    @pytest.mark.parametrize(
        "extension",
        [
            {"version": 2, "sha256Hash": sha256(QUERY)},
            {"version": 1},
            {"version": 1, "sha256Hash": "abc"},
            {"version": 1, "sha256Hash": sha256(QUERY).upper()},
            {"version": 1, "sha256Hash": 7},
            [],
        ],
    )
    async def test_that_is_not_well_formed_is_refused(
        self, toy_client: Client, send: Any, extension: Any
    ) -> None:
        response = await send(toy_client, {"extensions": {"persistedQuery": extension}})
        assert response.status_code == 400
        assert code(response) == "BAD_REQUEST"


async def test_a_mutation_by_its_hash_is_not_for_get(toy_client: Client) -> None:
    mutation = "mutation { toyStaff { said } }"
    await post(toy_client, persisted(mutation, query=mutation))
    assert (await get(toy_client, persisted(mutation))).status_code == 405


class TestTrustedDocuments:
    @pytest.fixture
    def client(self, toy_app: FastAPI) -> Client:
        policy = Policy(trusted={sha256(QUERY): QUERY}, only_trusted=True)
        toy_app.state.graphql = Endpoint(toys.SCHEMA, policy)
        return Client(toy_app)

    async def test_are_known_from_the_start(self, client: Client) -> None:
        for send in (post, get):
            assert (await send(client, persisted(QUERY))).json()["data"]

    async def test_may_be_sent_whole(self, client: Client) -> None:
        assert (await post(client, {"query": QUERY})).json()["data"]

    async def test_may_be_the_only_ones(self, client: Client) -> None:
        for form in ({"query": "{ mine }"}, persisted("{ mine }", query="{ mine }")):
            response = await post(client, form)
            assert code(response) == "BAD_REQUEST"
            assert "Only documents that are known" in response.text
        assert code(await post(client, persisted("{ mine }"))) == "BAD_REQUEST"

    async def test_stand_beside_others_where_that_is_wanted(self, toy_app: FastAPI) -> None:
        policy = Policy(trusted={sha256(QUERY): QUERY})
        toy_app.state.graphql = Endpoint(toys.SCHEMA, policy)
        client = Client(toy_app)
        assert (await post(client, persisted(QUERY))).json()["data"]
        assert (await post(client, {"query": "{ family }"})).status_code == 200

    def test_come_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "documents.json"
        plain = {sha256(QUERY): QUERY}
        of_apollo = {
            "format": "apollo-persisted-query-manifest",
            "version": 1,
            "operations": [{"id": sha256(QUERY), "name": "A", "type": "query", "body": QUERY}],
        }
        for written in (plain, of_apollo):
            path.write_bytes(orjson.dumps(written))
            assert read_manifest(path) == plain

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            (b"", "zero-length"),
            (b"[]", "no object of documents"),
            (b'{"abc": "{ mine }"}', "abc is not the SHA-256"),
            (b'{"a": 7}', "no object of documents"),
            (b'{"operations": 7}', "no object of documents"),
        ],
    )
    def test_are_refused_where_the_file_is_wrong(
        self, tmp_path: Path, text: bytes, reason: str
    ) -> None:
        path = tmp_path / "documents.json"
        path.write_bytes(text)
        with pytest.raises(ValueError, match=reason):
            read_manifest(path)
        with pytest.raises(ValueError, match="No such file"):
            read_manifest(tmp_path / "nothing.json")


class TestIntrospection:
    async def test_can_be_turned_off(self, toy_app: FastAPI) -> None:
        toy_app.state.graphql = Endpoint(toys.SCHEMA, Policy(introspection=False))
        client = Client(toy_app)
        for query in (
            "{ __schema { queryType { name } } }",
            '{ ...A } fragment A on Query { __type(name: "Toy") { name } }',
        ):
            response = await post(client, {"query": query})
            assert code(response) == "BAD_REQUEST"
            assert "Introspection is turned off" in response.text
        assert (await post(client, {"query": QUERY})).status_code == 200

    async def test_is_worked_out_once(
        self, toy_app: FastAPI, toy_client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        query = get_introspection_query()
        first = await toy_client.ask(query)
        found = toy_app.state.graphql.operations
        monkeypatch.setattr(found, "_engine", None)
        operation = found._known(Asked(query))
        assert operation is not None
        assert operation.is_constant
        monkeypatch.setattr(type(operation.engine), "run", None)
        assert await toy_client.ask(query) == first


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "Variable $by: ToyBy! is required."),
        ({"by": None}, "Variable $by: ToyBy! is required."),
        ({"by": 3}, "Variable $by: ToyBy is an object."),
        ({"by": {"number": "x"}}, "Variable $by, at number: this must be a whole number"),
        ({"by": {"other": 1}}, 'Variable $by: ToyBy has no field "other".'),
        ({"by": {"\0": 1}}, 'ToyBy has no field "\\u0000".'),
        ({"by": {}}, "Variable $by: exactly one field of ToyBy must be given"),
    ],
)
async def test_variables_that_do_not_fit_are_told_so_in_the_words_of_clients(
    toy_client: Client, variables: dict[str, Any], message: str
) -> None:
    form = {"query": "query($by: ToyBy!) { toy(by: $by) }", "variables": variables}
    response = await post(toy_client, form)
    assert response.status_code == 400
    (first, *_) = response.json()["errors"]
    assert message in first["message"]
    assert first["extensions"]["code"] == "BAD_REQUEST"
    assert "None" not in response.text


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    "query",
    [
        "{ broken toys { nodes { double multiple(by: 2) } } slow(seconds: 0.01) }",
        "{ closed slow }",
        "{ slow a: slow toys { nodes { double } } }",
    ],
)
async def test_nothing_is_left_lying_about_by_a_query_that_fails_or_takes_too_long(
    toy_app: FastAPI, monkeypatch: pytest.MonkeyPatch, query: str, *, compiled: bool
) -> None:
    monkeypatch.setattr(operations, "QUERY_SECONDS", 0.1)
    toy_app.state.graphql = Endpoint(toys.SCHEMA, compiled=compiled)
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")
        await Client(toy_app).send(query)
        gc.collect()
    assert [str(each.message) for each in noted if "never awaited" in str(each.message)] == []
