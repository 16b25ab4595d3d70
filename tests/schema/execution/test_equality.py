"""The compiled engine answers as graphql-core does, whatever is asked and whatever goes wrong."""

import asyncio
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import orjson
import pytest
from graphql import ExecutionResult, GraphQLSchema, parse, validate
from graphql.language import OperationDefinitionNode
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from db.access import Caller
from schema import execution
from schema.context import Context
from schema.root import core_of
from schema.variables import Variables
from tests.client import StoppedClock
from tests.conftest import NOW
from tests.schema.execution import toys
from tests.schema.execution.writing import Writer, values

Path: TypeAlias = tuple[str | int, ...]
Answer: TypeAlias = tuple[bytes, list[tuple[Path, str]]]
"""The data, and each error with its place."""


def context_for(caller: Caller, database: Any = None) -> Context:
    """Make what an operation runs in."""
    absent = cast("Any", None)
    return Context(
        caller=caller,
        clock=StoppedClock(NOW),
        gateways={},
        mailer=absent,
        database=database,
        notifier=absent,
        buckets=absent,
        settings=None,
    )


async def answers(
    schema: GraphQLSchema, text: str, given: Mapping[str, Any], caller: Caller
) -> list[Answer]:
    """Run a query, the first of a document, on both engines; return what each answers."""
    document = parse(text)
    operation, *_ = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    before = asyncio.all_tasks()
    both = []
    for compiled in (True, False):
        engine = execution.prepare(schema, document, operation, compiled=compiled)
        values = Variables(schema, operation).coerce(given)
        both.append(shown(await engine.run(context_for(caller), values)))
    await _settled(before)
    return both


async def _settled(before: set[asyncio.Task[Any]]) -> None:
    """Let what an error left behind come to its end: tasks that were not there before."""
    others = asyncio.all_tasks() - before
    await asyncio.gather(*others, return_exceptions=True)


def shown(result: ExecutionResult) -> Answer:
    """Make of a result what a client sees; errors of one response have no order of their own."""
    errors = [(tuple(each.path or ()), each.message) for each in result.errors or ()]
    errors.sort(key=str)
    return orjson.dumps(result.data), errors


# graphql-core leaves lie what it has begun when something beside it fails at once.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
class TestTheTwoEngines:
    @pytest.mark.timeout(300)
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), world=toys.worlds(), conditions=values())
    def test_answer_the_same_in_a_world_where_anything_may_be_wrong(
        self,
        data: st.DataObject,
        world: tuple[list[toys.Box], dict[int, toys.TagRow]],
        conditions: dict[str, bool | None],
    ) -> None:
        toys.BOXES[:], tags = world[0], world[1]
        toys.TAGS.clear()
        toys.TAGS.update(tags)
        schema = core_of(toys.SCHEMA)
        writer = Writer(schema, data.draw, lambda _type, _hint: str(data.draw(st.integers(0, 2))))
        text = writer.document(["boxes", "box", "tag", "content", "broken"])
        note(text)
        assume(not validate(schema, parse(text)))
        caller = data.draw(st.sampled_from([Caller.anonymous(), Caller.system("tests")]))
        fast, slow = asyncio.run(answers(schema, text, conditions, caller))
        assert fast == slow

    @pytest.mark.parametrize(
        ("text", "given_values"),
        [
            ("query ($if: Boolean = true) { broken @skip(if: $if) __typename }", {"if": None}),
            (
                """query A($x: Int = 0) { tag(first: $x) { name } }
                query B($x: Boolean!) { ...F } fragment F on Query { broken @include(if: $x) }""",
                {"x": 1},
            ),
            (
                """query A($x: Int) { tag(first: $x) { name } }
                query B($x: Boolean!) { ...F } fragment F on Query { broken @include(if: $x) }""",
                {},
            ),
        ],
        ids=["null for a default", "of another operation", "of another operation, not given"],
    )
    async def test_answer_the_same_where_variables_decide_or_seem_to(
        self, text: str, given_values: dict[str, Any]
    ) -> None:
        toys.TAGS.clear()
        toys.TAGS.update({n: toys.TagRow(n, "a", 1, None) for n in range(2)})
        fast, slow = await answers(core_of(toys.SCHEMA), text, given_values, Caller.anonymous())
        assert fast == slow
