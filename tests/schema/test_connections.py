"""Pages of lists that grow without bound."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import BadRequest
from schema.connections import Keyset
from tests.schema import toys
from tests.schema.conftest import Play

PAGE = """
    query($first: Int, $after: String) {
      toys(first: $first, after: $after) {
        edges { cursor node { number } }
        nodes { number }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
"""
WHEN = Keyset("when", datetime, UUID)


class TestAPage:
    async def test_holds_as_many_as_were_asked_for_and_says_whether_there_are_more(
        self, play: Play
    ) -> None:
        page = (await play.data(PAGE, first=2))["toys"]
        assert page["nodes"] == [{"number": 1}, {"number": 2}]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["pageInfo"] == {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "startCursor": page["edges"][0]["cursor"],
            "endCursor": page["edges"][1]["cursor"],
        }

    async def test_leads_to_the_next_until_the_end(self, play: Play) -> None:
        seen: list[int] = []
        after: str | None = None
        for _ in range(10):
            page = (await play.data(PAGE, first=2, after=after))["toys"]
            seen += [node["number"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert seen == [1, 2, 3, 4, 5]
        assert page["pageInfo"]["hasPreviousPage"]

    async def test_that_is_empty_has_no_cursors(self, play: Play) -> None:
        last = (await play.data(PAGE, first=5))["toys"]["pageInfo"]["endCursor"]
        page = (await play.data(PAGE, after=last))["toys"]
        assert page["nodes"] == []
        assert page["pageInfo"] == {
            "hasNextPage": False,
            "hasPreviousPage": True,
            "startCursor": None,
            "endCursor": None,
        }

    @pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
    async def test_has_between_1_and_100(self, play: Play, first: int) -> None:
        (error,) = (await play(PAGE, first=first))["errors"]
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert error["message"].startswith("first: ")

    async def test_has_20_where_nothing_is_said_or_null(self, play: Play) -> None:
        for query in (
            "{ toys { nodes { number } } }",
            "{ toys(first: null) { nodes { number } } }",
        ):
            assert len((await play.data(query))["toys"]["nodes"]) == toys.MOST

    async def test_is_counted_only_when_asked(self, play: Play) -> None:
        await play.data(PAGE)
        assert toys.BATCHES == []
        assert await play.data("{ toys { totalCount } }") == {"toys": {"totalCount": toys.MOST}}
        assert toys.BATCHES == [[]]


class TestACursor:
    @given(
        st.datetimes(min_value=datetime(2000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        st.uuids(),
    )
    def test_holds_the_key_of_its_row(self, instant: datetime, uuid: UUID) -> None:
        assert WHEN.read(WHEN.cursor((instant, uuid))) == (instant, uuid)

    @given(st.text(max_size=50) | st.binary(max_size=50).map(lambda each: each.decode("latin-1")))
    def test_that_is_not_one_of_ours_is_refused(self, text: str) -> None:
        with pytest.raises(BadRequest, match=r"^after: "):
            WHEN.read(text)

    @pytest.mark.parametrize(
        "values", [("x", UUID(int=1)), (1, 2, 3), (), (None, None), (7, "no uuid")]
    )
    def test_with_another_key_is_refused(self, values: tuple[Any, ...]) -> None:
        with pytest.raises(BadRequest):
            WHEN.read(WHEN.cursor(values))

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (int, 2**63),
            (int, -(2**63) - 1),
            (float, "NaN"),
            (str, "a\0b"),
            (datetime, "0001-01-01T00:00:00+14:00"),
            (datetime, "2026-11-23T12:00:00"),
        ],
    )
    def test_with_a_value_that_the_database_cannot_hold_is_refused(
        self, kind: Any, value: Any
    ) -> None:
        made_up = base64.urlsafe_b64encode(json.dumps(["any", value]).encode()).decode()
        with pytest.raises(BadRequest):
            Keyset("any", kind).read(made_up)

    def test_of_another_order_is_refused(self) -> None:
        other = Keyset("placed", datetime, UUID)
        with pytest.raises(BadRequest):
            WHEN.read(other.cursor((datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1))))

    def test_that_is_too_long_is_refused(self) -> None:
        with pytest.raises(BadRequest):
            WHEN.read("A" * 100_000)

    async def test_is_named_by_its_argument(self, play: Play) -> None:
        (error,) = (await play(PAGE, after="x"))["errors"]
        assert error["message"].startswith("after: ")
