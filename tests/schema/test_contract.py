"""What is built is what was promised, and what is not built yet is written down."""

from pathlib import Path

import pytest

import schema
from schema.root import sdl
from tests.schema.promise import CONTRACT, NOT_BUILT_YET, missing, promises

PROMISED = promises(CONTRACT.read_text())
BUILT = promises(sdl())
LISTED = NOT_BUILT_YET.read_text().splitlines()


def test_the_committed_sdl_is_what_the_code_prints() -> None:
    committed = Path(schema.__file__).with_name("schema.graphql").read_text()
    assert committed == sdl(), "run: python -m api schema export > schema/schema.graphql"


def test_nothing_is_built_that_was_not_promised() -> None:
    assert sorted(BUILT.keys() - PROMISED.keys()) == []


def test_what_is_not_built_yet_is_written_down_exactly() -> None:
    assert missing(PROMISED, BUILT) == LISTED, "run: python -m tests.schema.promise"


@pytest.mark.parametrize("coordinate", sorted(PROMISED.keys() & BUILT.keys()))
def test_what_is_built_is_as_promised(coordinate: str) -> None:
    assert BUILT[coordinate] == PROMISED[coordinate]


class TestTheComparison:
    SDL = """
        directive @auth(requires: String, owner: Boolean! = false) on FIELD_DEFINITION
        interface Thing { "Its name." name: String! }
        type Order implements Thing { name: String! email(plain: Boolean! = true): String }
    """

    def test_sees_a_missing_field_once_without_what_is_inside(self) -> None:
        without = self.SDL.replace("email(plain: Boolean! = true): String", "")
        assert missing(promises(self.SDL), promises(without)) == ["Order.email"]

    def test_sees_a_missing_type_once(self) -> None:
        without = self.SDL[: self.SDL.index("type Order")]
        assert missing(promises(self.SDL), promises(without)) == ["Order"]

    @pytest.mark.parametrize(
        ("was", "becomes", "at"),
        [
            ("): String }", "): String! }", "Order.email"),
            ("Boolean! = true", "Boolean! = false", "Order.email(plain:)"),
            ("Boolean! = true", "Boolean", "Order.email(plain:)"),
            ("): String }", "): String @auth(owner: true) }", "Order.email"),
            (" implements Thing", "", "Order"),
            ("Its name.", "A name.", "Thing.name"),
        ],
    )  # fmt: skip
    def test_sees_a_changed(self, was: str, becomes: str, at: str) -> None:
        before, after = promises(self.SDL), promises(self.SDL.replace(was, becomes))
        assert before[at] != after[at]

    def test_takes_an_omitted_owner_for_false(self) -> None:
        plain = self.SDL.replace("): String }", '): String @auth(requires: "X") }')
        spelt = self.SDL.replace("): String }", '): String @auth(requires: "X", owner: false) }')
        assert promises(plain) == promises(spelt)

    def test_lets_a_field_have_the_description_of_its_interface(self) -> None:
        assert promises(self.SDL)["Order.name"]["description"] == "Its name."
