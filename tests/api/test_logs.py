"""What is written down."""

import asyncio
import io
import logging

import orjson
import pytest

from api import logs
from api.logs import FIELDS, GATHER_SECONDS, MOST_LINES, Gathering, Line, Machine, Person
from tests.client import Client


def record(*, error: bool = False) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "api.graphql", "levelname": "INFO", "levelno": 20, "msg": "query"}
    )
    made.created = 1_763_899_200.5
    setattr(made, FIELDS, {"operation": "Products", "ms": 3.2})
    if error:
        made.exc_info = (ValueError, ValueError("no such thing"), None)
    return made


def line() -> Line:
    return Line(1_763_899_200.5, "info", "api.graphql", "query", {"operation": "Products"})


def test_a_machine_reads_json() -> None:
    assert orjson.loads(Machine().format(record())) == {
        "at": "2025-11-23T12:00:00.500+00:00",
        "level": "info",
        "logger": "api.graphql",
        "message": "query",
        "operation": "Products",
        "ms": 3.2,
    }


def test_a_person_reads_a_line() -> None:
    assert Person().format(record()) == "12:00:00 info    query operation=Products ms=3.2"


@pytest.mark.parametrize("formatter", [Machine(), Person()])
def test_what_went_wrong_is_written_down_whole(formatter: logging.Formatter) -> None:
    assert "no such thing" in formatter.format(record(error=True))


class TestLines:
    @pytest.fixture
    def written(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture
    def handler(self, written: io.StringIO) -> Gathering:
        return Gathering(written, Person())

    async def test_of_requests_are_written_together_in_a_moment(
        self, handler: Gathering, written: io.StringIO
    ) -> None:
        handler.note(line())
        handler.note(line())
        assert written.getvalue() == ""
        await asyncio.sleep(2 * GATHER_SECONDS)
        assert written.getvalue().count("12:00:00 info    query operation=Products") == 2

    async def test_of_requests_do_not_pile_up(
        self, handler: Gathering, written: io.StringIO
    ) -> None:
        for _ in range(MOST_LINES):
            handler.note(line())
        assert written.getvalue().count("\n") == MOST_LINES

    async def test_of_anything_else_are_written_at_once_after_those_before(
        self, handler: Gathering, written: io.StringIO
    ) -> None:
        handler.note(line())
        handler.handle(logging.makeLogRecord({"levelname": "INFO", "levelno": 20, "msg": "Bye"}))
        assert written.getvalue().splitlines()[-1].endswith("Bye")
        assert len(written.getvalue().splitlines()) == 2


async def test_a_line_is_the_same_whether_it_is_gathered_or_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Processes that gather leave out Python's logging for the lines of requests."""
    gathered = io.StringIO()
    gathering = Gathering(gathered, Machine())
    with caplog.at_level(logging.INFO, "api.graphql"):
        await client.send("query Q { __typename }")
        monkeypatch.setattr(logs, "_gathering", gathering)
        await client.send("query Q { __typename }")
    with caplog.at_level(logging.WARNING, "api.graphql"):
        await client.send("query Q { __typename }")
    gathering.flush()
    (record,) = (each for each in caplog.records if each.name == "api.graphql")
    varying = dict.fromkeys(("at", "ms", "db_ms", "request", "statements"))
    told = orjson.loads(Machine().format(record))
    assert orjson.loads(gathered.getvalue()) | varying == told | varying


async def test_a_request_is_one_line_without_what_was_said_in_it(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    query = 'query Secret { node(id: "hunter2") { id } }'
    with caplog.at_level(logging.INFO, logger="api.graphql"):
        response = await client.send(query)
    (line,) = (each for each in caplog.records if each.name == "api.graphql")
    fields = getattr(line, FIELDS)
    assert line.getMessage() == "query"
    assert fields["operation"] == "Secret"
    assert fields["status"] == 200
    assert fields["request"] == response.headers["x-request-id"]
    assert "hunter2" not in str(fields)
