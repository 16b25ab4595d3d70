"""What clients hear when something does not work.

Expected failures are data: the shop's refusals become ``userErrors``, each as the type that holds
its details. Everything else is a top-level error with a code; what nobody expected is masked.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any, Final, Self

import strawberry
from graphql import GraphQLError
from strawberry.schema.schema_converter import resolve_lazy_type
from strawberry.types.base import StrawberryOptional, get_object_definition
from strawberry.utils.str_converters import to_camel_case

from db import ids
from db.errors import (
    BadRequest,
    Code,
    Fault,
    InvalidState,
    NotAllowed,
    NotSignedIn,
    Refusal,
    Refusals,
    RetryLater,
    TotalChanged,
    Unavailable,
    VersionConflict,
)
from db.limits import RateLimited
from schema import define
from schema.context import Info
from schema.cost import QueryTooExpensive
from schema.ids import Node, find
from schema.money import Money

logger = logging.getLogger(__name__)

strawberry.enum(Code, name="UserErrorCode", description=define.docstring(Code))


@define.interface
class UserError:
    """Every expected failure of a mutation. Select code, message and path, and add a fragment for
    the details you use: new kinds of error then never break you.
    """

    code: Code
    message: str = define.field("English, for people. Translate by `code`.")
    path: list[str] | None = define.field(
        'Where in the arguments: ["input", "lines", "0", "quantity"]. Null: the whole call.',
        default=None,
    )


@define.interface
class Payload:
    """Any payload, for generic client code."""

    user_errors: list[UserError] = define.field(
        "Empty exactly when the mutation did what was asked.", default_factory=list
    )

    @classmethod
    async def unchanged(cls, given: Mapping[str, Any], info: Info) -> Self:
        """Make the payload of a call that was refused: it shows what the call was about, as it is.

        ``given`` are the arguments as they came. Here these are the things that they name by their
        ids, or the caller; a payload that knows better overrides this. A retry of an edit that was
        made is told VERSION_CONFLICT, and sees here that the object shows the edit already.
        """
        named = [
            value
            for name, value in given.items()
            if isinstance(value, str) and (name == "id" or name.endswith("_id"))
        ]
        caller = info.context.caller
        if not named and caller.user_id:
            named = [ids.encode("user", caller.user_id)]
        nodes = await find(named, info.context)
        shown: dict[str, Any] = {
            place: node for node in nodes if node and (place := _place(cls, node))
        }
        return cls(**shown)


def _place(payload: type[Payload], node: Node) -> str | None:
    """Name the field of a payload that shows a thing of this type."""
    for field in get_object_definition(payload, strict=True).fields:
        type_ = resolve_lazy_type(field.type)
        if isinstance(type_, StrawberryOptional) and type_.of_type is type(node):
            return field.python_name
    return None


@define.type
class BasicPayload(Payload):
    pass


@define.type
class InputError(UserError):
    """A value that cannot be accepted, or a thing that is not there."""


@define.type
class VersionError(UserError):
    """The object changed since it was read. Nothing was done."""

    current_version: int = define.field(
        "The object's version now. From stockCount: its onHand now."
    )


@define.type
class StateError(UserError):
    """The action does not fit the object's present state. Nothing was done."""

    current: str
    allowed: list[str]


@define.type
class TotalChangedError(UserError):
    """The amount to pay is not the one the buyer agreed to. Nothing was reserved or charged."""

    expected: Money
    total: Money


@define.type
class RetryError(UserError):
    """Try the very same call again, with the same key, after the wait."""

    retry_after_seconds: int


ERROR_TYPES: Final = (InputError, VersionError, StateError, TotalChangedError, RetryError)


def camel_path(path: Sequence[str | int] | None) -> list[str] | None:
    """Name a place in the arguments as clients wrote it."""
    if path is None:
        return None
    return [to_camel_case(part) if isinstance(part, str) else str(part) for part in path]


def user_errors(error: Refusal | Refusals) -> list[UserError]:
    """Show what the shop refused."""
    refusals = error.refusals if isinstance(error, Refusals) else (error,)
    return [user_error(refusal) for refusal in refusals]


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    """Return what every kind of error shows of a refusal."""
    return {
        "code": refusal.code,
        "message": refusal.message,
        "path": camel_path(refusal.path),
    }


@singledispatch
def user_error(refusal: Refusal) -> UserError:
    """Show one refusal as the type that holds its details; a context registers its own."""
    return InputError(**of_refusal(refusal))


@user_error.register
def _(refusal: VersionConflict) -> UserError:
    return VersionError(**of_refusal(refusal), current_version=refusal.current_version)


@user_error.register
def _(refusal: InvalidState) -> UserError:
    return StateError(**of_refusal(refusal), current=refusal.current, allowed=list(refusal.allowed))


@user_error.register
def _(refusal: TotalChanged) -> UserError:
    return TotalChangedError(
        **of_refusal(refusal),
        expected=Money.of(refusal.expected),
        total=Money.of(refusal.total),
    )


@user_error.register
def _(refusal: RetryLater) -> UserError:
    return RetryError(**of_refusal(refusal), retry_after_seconds=refusal.retry_after_seconds)


# --- top-level errors ---------------------------------------------------------------------------


class Unexpected(Fault):
    """Something that should not happen: masked, and recorded under the request id."""


class PersistedQueryNotFound(Fault):
    """A hash was sent, and we do not know its document (any more)."""

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound")  # the word by which clients know it


class InvalidRequest(Exception):
    """A request that cannot be run, with the reasons."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(str(errors))
        self.errors = errors


_CODES: Final[Mapping[type[Fault], str]] = {
    NotSignedIn: "UNAUTHENTICATED",
    NotAllowed: "FORBIDDEN",
    PersistedQueryNotFound: "PERSISTED_QUERY_NOT_FOUND",
    BadRequest: "BAD_REQUEST",
}
_MOST_CHARACTERS: Final = 500
"""Of a message: some repeat what the client has sent, of whatever length."""
_MASKED: Final = "Something went wrong on our side. It was recorded under the request id."


def top_level(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """Print a top-level error; what nobody expected is recorded and masked."""
    message, extensions = _explained(error, request_id)
    shown: dict[str, Any] = {"message": message[:_MOST_CHARACTERS]}
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path is not None:
        shown["path"] = error.path
    shown["extensions"] = {**extensions, "requestId": request_id}
    return shown


def _explained(error: GraphQLError, request_id: str) -> tuple[str, dict[str, Any]]:
    cause = _cause(error)
    if isinstance(cause, Unavailable):
        logger.warning("request %s: %s", request_id, _with_reason(cause))
    if isinstance(cause, Fault):
        return explain(cause)
    if isinstance(cause, Refusal | Refusals):
        return str(cause), _coded("BAD_REQUEST")
    if cause is None or error.path is None:
        return _in_words_of_json(error.message), _coded("BAD_REQUEST")
    logger.error("request %s failed at %s", request_id, error.path, exc_info=cause)
    return _MASKED, _coded("INTERNAL")


def _in_words_of_json(message: str) -> str:
    """Say what graphql-core says of null, which is None to it."""
    end = "not to be None."
    return f"{message.removesuffix(end)}not to be null." if message.endswith(end) else message


def _with_reason(fault: Unavailable) -> str:
    """Say what was the matter, as its owners need to know and clients do not."""
    reason = fault.__cause__
    return f"{fault} ({type(reason).__name__}: {reason})" if reason else str(fault)


def _cause(error: GraphQLError) -> Exception | None:
    """Find what was raised: None for what the GraphQL engine itself finds wrong with a request."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def explain(fault: Fault) -> tuple[str, dict[str, Any]]:
    """Say what a fault means: its message, and its extensions with the code."""
    if isinstance(fault, Unavailable):
        return str(fault), _coded("UNAVAILABLE", retryable=True, reason=fault.reason.value)
    if isinstance(fault, RateLimited):
        wait = fault.retry_after_seconds
        return str(fault), _coded("RATE_LIMITED", retryable=True, retryAfterSeconds=wait)
    if isinstance(fault, QueryTooExpensive):
        return str(fault), fault.figures | _coded("QUERY_TOO_EXPENSIVE")
    code = next((code for kind, code in _CODES.items() if isinstance(fault, kind)), None)
    return (str(fault), _coded(code)) if code else (_MASKED, _coded("INTERNAL"))


def _coded(code: str, *, retryable: bool = False, **more: str | int) -> dict[str, Any]:
    return {"code": code, **more, "retryable": retryable}
