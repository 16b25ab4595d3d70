"""What clients hear when something does not work."""

from datetime import timedelta
from uuid import UUID

import pytest
from graphql import GraphQLError

from db.errors import (
    BadRequest,
    Code,
    Fault,
    NotAllowed,
    NotSignedIn,
    Reason,
    Refusal,
    StockShort,
    Unavailable,
)
from db.limits import RateLimited, Standing
from schema.catalog.errors import StockError
from schema.cost import QueryTooExpensive
from schema.errors import camel_path, top_level, user_error
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (NotSignedIn(), "UNAUTHENTICATED", False),
        (NotAllowed("X"), "FORBIDDEN", False),
        (BadRequest("first: no."), "BAD_REQUEST", False),
        (QueryTooExpensive("deep"), "QUERY_TOO_EXPENSIVE", False),
        (RateLimited(timedelta(0), Standing(1, 0, NOW)), "RATE_LIMITED", True),
        (Unavailable(Reason.OVERLOADED), "UNAVAILABLE", True),
        (Fault("hunter2"), "INTERNAL", False),
        (Refusal(Code.INVALID, "No."), "BAD_REQUEST", False),
        (ValueError("hunter2"), "INTERNAL", False),
    ],
)
def test_every_fault_has_its_code(fault: Exception, code: str, retryable: bool) -> None:
    shown = top_level(GraphQLError("hunter2", path=["x"], original_error=fault), "req_1")
    assert shown["extensions"]["code"] == code
    assert shown["extensions"]["retryable"] is retryable
    assert shown["extensions"]["requestId"] == "req_1"
    assert shown["path"] == ["x"]
    assert "hunter2" not in str(shown)


def test_an_error_inside_an_error_is_shown_for_what_it_is() -> None:
    inner = GraphQLError("inner", original_error=NotAllowed())
    outer = GraphQLError("outer", path=["x"], original_error=inner)
    assert top_level(outer, "")["extensions"]["code"] == "FORBIDDEN"


def test_a_shortage_names_the_variant() -> None:
    refusal = StockShort(
        variant_id=UUID(int=1),
        requested=3,
        available=1,
        label="Tea light",
        path=("input", "lines", 0, "quantity"),
    )
    shown = user_error(refusal)
    assert isinstance(shown, StockError)
    assert (shown.code, shown.requested, shown.available) == (Code.OUT_OF_STOCK, 3, 1)
    assert shown.path == ["input", "lines", "0", "quantity"]


def test_a_place_is_named_as_clients_write_it() -> None:
    assert camel_path(("input", "lines", 0, "variant_id")) == ["input", "lines", "0", "variantId"]
    assert camel_path(("if_version",)) == ["ifVersion"]
    assert camel_path(None) is None
