"""Every example does what it says, in the demo shop."""

import re
import uuid
from functools import reduce
from typing import Any

import pytest
from fastapi import FastAPI
from graphql import OperationDefinitionNode, parse

from api.explorer import examples
from api.explorer.examples import Example
from api.importing.progress import Silence
from api.importing.seeding import Size, seed
from db.config import Database
from db.seeds import demo
from tests.api.live.talking import talking
from tests.api.serving import served
from tests.client import Client
from tests.conftest import NOW

ALL = examples.load()


@pytest.fixture
async def demo_shop(app: FastAPI, database: Database) -> Client:
    await seed(url=database.url, size=Size.DEMO, now=NOW, replace=False, progress=Silence())
    return Client(app)


def filled(value: Any, answer: Any) -> Any:
    """Fill in what was asked for before, as `web/src/examples.jsx` does."""
    if isinstance(value, dict):
        return {name: filled(each, answer) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, answer) for each in value]
    if isinstance(value, str):
        return re.sub(r"\$\{(.+?)\}", lambda hole: _at(answer, hole[1]), value)
    return value


def _at(answer: Any, pointer: str) -> str:
    if pointer == "uuid":
        return str(uuid.uuid4())
    steps = pointer.split("/")[1:]
    return str(
        reduce(lambda place, step: place[int(step) if step.isdigit() else step], steps, answer)
    )


def _user_errors(data: dict[str, Any]) -> list[Any]:
    return [
        error
        for payload in data.values()
        if isinstance(payload, dict)
        for error in payload.get("userErrors", ())
    ]


async def run(client: Client, example: Example) -> Any:
    """Do as `web/src/examples.jsx` and `fetcher.js` do."""
    answers: dict[str, Any] = {}
    for operation in example.before:
        answers |= await client.ask(filled(operation, answers))
    headers = {name.lower(): value for name, value in filled(example.headers, answers).items()}
    variables = filled(example.variables, answers)
    if "\nsubscription " in example.query:
        return await first_message(client.app, headers, example.query, variables)
    return await Client(client.app, headers).ask(example.query, **variables)


async def first_message(
    app: FastAPI, headers: dict[str, str], query: str, variables: dict[str, Any]
) -> Any:
    names = {"authorization": "authorization", "guest-token": "guestToken"}
    async with served(app) as serving, talking(serving.port) as talk:
        await talk.introduce(**{names[name]: value for name, value in headers.items()})
        await talk.ask(query, **variables)
        message = await talk.hear()
    assert message["type"] == "next", message
    return message["payload"]["data"]


async def test_every_one_of_them_succeeds(demo_shop: Client) -> None:
    for example in ALL:
        data = await run(demo_shop, example)
        assert not _user_errors(data), example.name
        assert all(data.values()), example.name


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_each_is_one_operation_with_a_name_a_title_and_a_sentence(example: Example) -> None:
    [operation] = parse(example.query).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name
    assert 3 < len(example.title) < 40
    assert example.about.endswith((".", "!"))
    assert not example.title.startswith("#")


def test_the_first_needs_nothing_and_tells_of_everyone_who_can_sign_in() -> None:
    first = ALL[0]
    assert not any((first.variables, first.headers, first.before))
    assert demo.PASSWORD in first.query
    assert all(login.email in first.query for login in demo.LOGINS)


async def test_the_browser_gets_them_all(client: Client) -> None:
    response = await client.request("GET", "/explorer/examples.json")
    assert [example["name"] for example in response.json()] == [each.name for each in ALL]
