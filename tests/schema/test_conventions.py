"""Rules that every type and field of the schema keeps (CON-2)."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
)

from schema.root import core_of, schema
from tests.schema.promise import CONTRACT, promises

CORE = core_of(schema)
GUARDED = [
    name
    for name, each in promises(CONTRACT.read_text()).items()
    if "auth" in each.get("directives", {})
]
BOUNDED_OTHERWISE = {
    "Category.children": "the tree has at most 500",
    "Refund.lines": "an order has at most 100 lines",
    "Fulfillment.lines": "an order has at most 100 lines",
    "Cart.availableShippingMethods": "a shop has at most 50 shipping methods",
    "StockPayload.variants": "a call names at most 250",
}
"""Lists of things with an id whose description names no maximum."""


def fields() -> Iterator[tuple[str, GraphQLField]]:
    for type_ in CORE.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field


FIELDS = dict(fields())


@pytest.mark.parametrize(
    "coordinate",
    # The only field of a subscription has no siblings that it could take with it.
    sorted(each for each in FIELDS.keys() & set(GUARDED) if not each.startswith("Subscription.")),
)
def test_a_guarded_field_can_be_null(coordinate: str) -> None:
    assert not isinstance(FIELDS[coordinate].type, GraphQLNonNull)


@pytest.mark.parametrize("coordinate", [each for each in FIELDS if each.startswith("Mutation.")])
def test_a_mutation_can_be_null_and_returns_a_payload(coordinate: str) -> None:
    payload = FIELDS[coordinate].type
    assert isinstance(payload, GraphQLObjectType)
    assert CORE.get_type("Payload") in payload.interfaces
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"


@pytest.mark.parametrize(
    "coordinate", [name for name, each in FIELDS.items() if str(each.type).endswith("Connection!")]
)
def test_a_connection_is_paged(coordinate: str) -> None:
    arguments = FIELDS[coordinate].args
    assert str(arguments["first"].type) == "Int"
    assert arguments["first"].default_value == 20
    assert str(arguments["after"].type) == "String"


@pytest.mark.parametrize("coordinate", sorted(FIELDS))
def test_a_list_of_things_is_bounded_in_words(coordinate: str) -> None:
    field = FIELDS[coordinate]
    owner = coordinate.partition(".")[0]
    if not _is_list_of_nodes(field) or owner.endswith("Connection"):
        return
    words = (field.description or "").lower()
    assert "at most" in words or coordinate in BOUNDED_OTHERWISE


def _is_list_of_nodes(field: GraphQLField) -> bool:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    node = CORE.get_type("Node")
    assert isinstance(node, GraphQLInterfaceType)
    named = get_named_type(field.type)
    return isinstance(type_, GraphQLList) and (
        named is node or node in getattr(named, "interfaces", ())
    )
