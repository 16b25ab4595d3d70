"""Documents are held to their limits before anything expensive is done, and kept."""

import hashlib
from contextlib import suppress

import pytest
from graphql import get_introspection_query

from api import screening
from api.asked import Asked
from api.documents import Document, Documents
from schema.errors import InvalidRequest, PersistedQueryNotFound
from schema.root import core_of
from tests.schema import toys
from tests.work import counted

CORE = core_of(toys.SCHEMA)


def read(text: str, documents: Documents | None = None) -> Document:
    return (documents or Documents(CORE)).read(Asked(text))


def messages(text: str) -> list[str]:
    with pytest.raises(InvalidRequest) as caught:
        read(text)
    return [error.message for error in caught.value.errors]


def nested(depth: int) -> str:
    """Write a query so many fields deep; no field below the first exists."""
    return "{ toys " + "{ nodes " * (depth - 1) + "}" * depth


def doubling(fragments: int) -> str:
    """Write fragments of which each spreads the next one twice."""
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(fragments)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{fragments} on Query {{ staff }}"])


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{" + " " * 20_000 + "staff }", "A document has at most 20000 characters."),
            ("{" + "staff " * 2_000 + "}", "A document has at most 2000 tokens."),
            ("{" + "".join(f"a{n}: staff " for n in range(31)) + "}", "30 aliases"),
            ("{ staff " + "@include(if: true) " * 51 + "}", "50 directives"),
            ("query(" + "$a: Int " * 101 + ") { staff }", "at most 100 variables"),
            (nested(13), "A document goes at most 12 fields deep."),
            ("mutation {" + " toyStaff { said }" * 11 + "}", "at most 10 mutations"),
            (
                """mutation {
                  a: sessionCreate(email: "a") { said } b: sessionCreate(email: "b") { said }
                }""",
                "A document runs sessionCreate at most once.",
            ),
            (
                """mutation { ...F a: sessionCreate(email: "a") { said } }
                fragment F on Mutation { ... { sessionCreate(email: "b") { said } } }""",
                "A document runs sessionCreate at most once.",
            ),
        ],
    )  # fmt: skip
    def test_refuse(self, text: str, message: str) -> None:
        (found,) = messages(text)
        assert message in found

    def test_count_fields_inside_fragments(self) -> None:
        text = "{ toys { ...A } } fragment A on ToyConnection { nodes { ...B } } " + (
            "fragment B on Toy { price { amount { " + "x { " * 9 + "y" + "}" * 12
        )
        assert messages(text) == ["A document goes at most 12 fields deep."]

    def test_let_a_document_of_the_most_depth_pass_to_validation(self) -> None:
        assert "deep" not in messages(nested(12))[0]

    @pytest.mark.parametrize(
        "text",
        [
            "{" + "toys { nodes { id } }" * 240 + "}",
            "{" + "staff " * 1_900 + "}",
            "{" + "".join(f"...F{n} " for n in range(150)) + "}"
            + "".join(f"fragment F{n} on Query {{ toys {{ __typename }} }}" for n in range(150)),
        ],
    )  # fmt: skip
    def test_refuse_fields_that_are_compared_too_often(self, text: str) -> None:
        assert messages(text) == ["The fields of this document are too interwoven."]

    def test_leave_introspection_outside(self) -> None:
        assert read(get_introspection_query(input_value_deprecation=True))

    def test_bound_introspection_too(self) -> None:
        text = "{ __schema { types " + "{ ofType " * 20 + "{ name }" + "}" * 21 + "}"
        assert messages(text) == ["A document goes at most 20 fields deep."]

    @pytest.mark.parametrize(
        "text",
        [
            "{" + "... {" * 600 + "staff" + "}" * 601,
            doubling(150),
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "{" + "a {" * 660 + "}" * 661,
            "mutation { ...A ...A } fragment A on Mutation { ...A ...A }",
            "query(" + "$a: Int " * 100 + ") { staff }",
            "{ toy(by: " + "[" * 900 + "]" * 900 + ") }",
        ],
    )
    def test_hold_whatever_is_sent(self, text: str) -> None:
        with counted() as work, suppress(InvalidRequest):
            read(text)
        assert work.calls < 500_000


class TestADocument:
    def test_that_was_read_is_kept(self) -> None:
        kept = Documents(CORE)
        assert read("{ staff }", kept) is read("{ staff }", kept)

    def test_can_be_asked_for_by_its_hash(self) -> None:
        kept = Documents(CORE)
        sha256 = hashlib.sha256(b"{ staff }").hexdigest()
        with pytest.raises(PersistedQueryNotFound):
            kept.read(Asked(sha256=sha256))
        document = read("{ staff }", kept)
        assert kept.read(Asked(sha256=sha256)) is document
        assert kept.read(Asked("{ staff }", sha256)) is document

    def test_is_not_taken_for_that_of_another_hash(self) -> None:
        sha256 = hashlib.sha256(b"{ mine }").hexdigest()
        kept = Documents(CORE)
        with pytest.raises(InvalidRequest):
            kept.read(Asked("{ staff }", sha256))
        with pytest.raises(PersistedQueryNotFound):
            kept.read(Asked(sha256=sha256))

    def test_that_was_used_twice_outlives_a_flood(self) -> None:
        kept = Documents(CORE, room=9_000)
        ours = read("{ staff }", kept)
        read("{ staff }", kept)
        passing = read("{ mine }", kept)
        for number in range(100):
            read("{ family } #" + str(number) * 100, kept)
        assert read("{ staff }", kept) is ours
        assert read("{ mine }", kept) is not passing

    def test_of_many_operations_takes_the_room_of_as_many_documents(self) -> None:
        kept = Documents(CORE, room=9_000)
        before = read("{ mine }", kept)
        operations = "".join(f"query Q{number} {{ staff }} " for number in range(50))
        assert read(operations, kept) is read(operations, kept)
        assert read("{ mine }", kept) is not before

    def test_that_is_invalid_is_not_kept(self) -> None:
        kept = Documents(CORE)
        for _ in range(2):
            with pytest.raises(InvalidRequest):
                read("{ nothing }", kept)

    def test_gives_no_hints_to_strangers(self) -> None:
        assert messages("{ staf }") == ["Cannot query field 'staf' on type 'Query'."]

    def test_of_several_operations_needs_a_name(self) -> None:
        document = read("query A { staff } query B { mine }")
        assert document.operation("B").name.value == "B"  # type: ignore[union-attr]
        for name in (None, "C"):
            with pytest.raises(InvalidRequest):
                document.operation(name)

    def test_reports_a_bounded_number_of_errors(self) -> None:
        assert len(messages("{" + " ".join(f"a{n}" for n in range(100)) + "}")) <= 11


def test_what_guesses_at_secrets_runs_once() -> None:
    assert {"sessionCreate", "userRegister", "passwordReset"} <= screening.ONCE
