"""The clients that others have written understand us: `graphql-ws` and `graphql-sse`, from npm."""

import asyncio
import json
from typing import Any

import pytest

from tests.node.tools import HOME, tools

QUERIES = ("{ __typename }", "subscription { counted(to: 3) }", "{ nothing }")


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_a_client_hears_every_message_and_the_end(port: int, client: str) -> None:
    script, address = HOME / "clients.mjs", f"127.0.0.1:{port}"
    done = await asyncio.to_thread(tools().run, script, address, *QUERIES)
    assert done.returncode == 0, done.stderr
    heard: dict[str, Any] = {
        each["query"]: (each["messages"], each["end"])
        for each in map(json.loads, done.stdout.splitlines())
        if each["name"] == client
    }
    query, subscription, nothing = QUERIES
    assert heard[query] == ([{"__typename": "Query"}], "complete")
    assert heard[subscription] == ([{"counted": number} for number in range(3)], "complete")
    messages, end = heard[nothing]
    assert messages == []
    assert end != "complete"
