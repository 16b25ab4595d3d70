"""Media types and status codes, as the GraphQL-over-HTTP draft has them."""

import pytest

from api.negotiation import GRAPHQL, HTML, JSON, media_type, status

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/json; charset=utf-8", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/json, application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("image/png, */*;q=0.1", JSON),
        ("image/png", None),
        ("application/json;q=0", None),
        ("application/json;q=nonsense", None),
        ("text/html", None),
    ],
)
def test_an_answer_is_written_as_the_client_wants_it(accept: str | None, media: str | None) -> None:
    assert media_type(accept) == media


def test_a_browser_gets_a_page() -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert media_type(browser, (HTML, GRAPHQL, JSON)) == HTML


@pytest.mark.parametrize(
    ("code", "json", "graphql", "draft"),
    [
        ("BAD_REQUEST", 200, 400, 422),
        ("QUERY_TOO_EXPENSIVE", 200, 400, 422),
        ("UNAUTHENTICATED", 200, 401, 401),
        ("UNAVAILABLE", 503, 503, 503),
        ("INTERNAL", 500, 500, 500),
    ],
)
def test_a_request_that_was_not_run_has_the_status_of_its_reason(
    code: str, json: int, graphql: int, draft: int
) -> None:
    codes = frozenset({code})
    assert status(media=JSON, has_data=False, codes=codes, draft=False) == json
    assert status(media=GRAPHQL, has_data=False, codes=codes, draft=False) == graphql
    assert status(media=GRAPHQL, has_data=False, codes=codes, draft=True) == draft
    assert status(media=JSON, has_data=False, codes=codes, draft=True) == json


def test_a_syntax_error_is_400_in_the_draft_too() -> None:
    codes = frozenset({"BAD_REQUEST"})
    assert status(media=GRAPHQL, has_data=False, codes=codes, draft=True, is_syntax=True) == 400


def test_data_is_200_and_data_with_errors_is_294_in_the_draft() -> None:
    codes = frozenset({"INTERNAL"})
    assert status(media=GRAPHQL, has_data=True, codes=NONE, draft=True) == 200
    assert status(media=GRAPHQL, has_data=True, codes=codes, draft=False) == 200
    assert status(media=GRAPHQL, has_data=True, codes=codes, draft=True) == 294
    assert status(media=JSON, has_data=True, codes=codes, draft=True) == 200
