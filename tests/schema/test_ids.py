"""node and nodes: one door to every thing that has an id."""

from uuid import UUID

import pytest

from db import ids
from tests.client import Client
from tests.schema import toys

QUERY = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"


async def test_nodes_come_in_the_order_asked_and_null_for_none(client: Client) -> None:
    unknown = ids.encode("order", UUID(int=1))
    wanted = [unknown, "order_", "nothing", "", "prod_" + "z" * 26, "toy_x"]
    data = await client.ask(QUERY, ids=wanted)
    assert data["nodes"] == [None] * len(wanted)


@pytest.mark.parametrize("id", ["", "x", "\0", "prod_\0", "order_1", toys.toy_id(99), "a" * 10_000])
async def test_a_node_that_is_not_there_is_null(client: Client, id: str) -> None:
    assert await client.ask("query($id: ID!) { node(id: $id) { id } }", id=id) == {"node": None}


@pytest.mark.parametrize("id", ["x", "\0", "cat_\0"])
async def test_a_malformed_id_names_nothing_wherever_it_is_asked_for(
    client: Client, id: str
) -> None:
    query = """query($id: ID!) {
        product(by: {id: $id}) { id } nodes(ids: [$id]) { id }
        products(filter: {categoryId: $id}) { nodes { id } }
    }"""
    assert await client.ask(query, id=id) == {
        "product": None,
        "nodes": [None],
        "products": {"nodes": []},
    }
    assert await client.codes('{ product(by: {slug: "a\\u0000"}) { id } }') == ["BAD_REQUEST"]


async def test_nodes_are_at_most_100(client: Client) -> None:
    response = (await client.send(QUERY, ids=["x"] * 101)).json()
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"] == "ids: At most 100 at once."
