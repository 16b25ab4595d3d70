"""How resolvers are written: `resolver` for what is read, `mutation` for what is done,
`subscription` for what is read again and again.

All check all arguments by the types that the parameters declare before any other code runs. A
fault is a BAD_REQUEST in a query, and a ``userError`` with its place in a mutation.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import strawberry
from strawberry.utils.str_converters import to_camel_case

from db.access import Permission
from db.errors import BadRequest, Refusal, Refusals
from db.events import Claim, Outcome
from schema import define
from schema.arguments import READING, Shape
from schema.context import Context, claim_of
from schema.errors import Payload, camel_path, user_errors
from schema.permissions import auth
from schema.scalars import print_instant
from schema.views import CALLS, READS

KEY = "idempotency_key"


def resolver(
    *,
    requires: Permission | None = None,
    owner: bool = False,
    cost: int | None = None,
    reads: tuple[str, ...] | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a field that reads: of Query, or of an object.

    ``reads`` names the columns of a view's row that the function looks at; None: it may be any.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        reading = Reading(function)
        return strawberry.field(
            metadata={READS: reads, CALLS: reading},
            resolver=reading.resolver(),
            description=define.docstring(function),
            directives=define.directives(*auth(requires, owner=owner), cost=cost),
        )

    return decorate


def subscription(
    *, requires: Permission | None = None, owner: bool = False, cost: int | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """Make an asynchronous generator a subscription: each thing it yields is a message.

    It follows what it tells of (``info.context.follow``), waits for news (``info.context.news``),
    reads the present state, and yields it if it is another than the client has.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        return strawberry.subscription(
            resolver=Reading(function).resolver(),
            description=define.docstring(function),
            directives=define.directives(*auth(requires, owner=owner), cost=cost),
        )

    return decorate


def mutation(
    *,
    payload: type[Payload] | None = None,
    requires: Permission | None = None,
    owner: bool = False,
    cost: int | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a mutation.

    It returns its payload; or, given ``payload``, the Outcome of the verb that it calls, from which
    ``await payload.of(outcome, info)`` makes the payload. Its refusals become ``userErrors``. With
    a parameter ``idempotency_key``, ``info.context.claim`` holds the claim to hand down.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        shown = payload or inspect.signature(function).return_annotation
        if not (isinstance(shown, type) and issubclass(shown, Payload)):
            raise TypeError(f"{function.__qualname__} must return a payload, or name it")
        return strawberry.mutation(
            resolver=_Mutation(function, shown).resolver(),
            description=define.docstring(function),
            graphql_type=shown | None,
            directives=define.directives(*auth(requires, owner=owner), cost=cost),
        )

    return decorate


class Reading:
    """A function that reads, and what its arguments have to be."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.shape = Shape(function)
        self.takes_info = "info" in inspect.signature(function).parameters

    def accept(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check the arguments that a client gave and return what they mean.

        :raises BadRequest: they cannot be accepted.
        """
        try:
            return self.shape.accept(given, READING)
        except Refusals as error:
            raise BadRequest(_named(error)) from None

    def resolver(self) -> Callable[..., Any]:
        """Make what Strawberry calls: the function, behind the check of its arguments."""
        function = self.function
        if not self.shape.fields:
            return function

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def resolve_later(*source: Any, **given: Any) -> Any:
                return await function(*source, **self._checked(given))

            return resolve_later

        @functools.wraps(function)
        def resolve(*source: Any, **given: Any) -> Any:
            return function(*source, **self._checked(given))

        return resolve

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        around = {"info": given.pop("info")} if self.takes_info else {}
        return around | self.accept(given)


def _named(error: Refusals) -> str:
    """Name the arguments that cannot be accepted, with the reasons."""
    return " ".join(
        f"{'.'.join(camel_path(refusal.path) or ())}: {refusal.message}"
        for refusal in error.refusals
    )


class _Mutation:
    """One mutation: check, claim, call, and show what came of it."""

    def __init__(
        self, function: Callable[..., Awaitable[Payload | Outcome]], payload: type[Payload]
    ) -> None:
        self.name = to_camel_case(function.__name__)
        self.function = function
        self.payload = payload
        self.shape = Shape(function)

    def resolver(self) -> Callable[..., Any]:
        @functools.wraps(self.function)
        async def resolve(
            source: object, info: strawberry.Info[Context, None], **given: Any
        ) -> Any:
            return await self.run(source, info, given)

        return resolve

    async def run(
        self, source: object, info: strawberry.Info[Context, None], given: Mapping[str, Any]
    ) -> Payload:
        context = info.context
        context.begin(None)
        try:
            arguments = self.shape.accept(given)
            context.begin(self._claim(context, given))
            result = await self.function(source, info=info, **arguments)
        except (Refusal, Refusals) as error:
            refused = await self.payload.unchanged(given, info)
            refused.user_errors = user_errors(error)
            return refused
        return await self._shown(result, info)

    def _claim(self, context: Context, given: Mapping[str, Any]) -> Claim | None:
        key = given.get(KEY)
        if key is None:
            return None
        others = {name: value for name, value in given.items() if name != KEY}
        return claim_of(context.caller, self.name, key, others)

    async def _shown(
        self, result: Payload | Outcome, info: strawberry.Info[Context, None]
    ) -> Payload:
        if isinstance(result, Payload):
            return result
        if info.context.claim is not None:
            info.context.extensions["idempotency"] = _seen(result)
        shown: Payload = await self.payload.of(result, info)  # type: ignore[attr-defined]
        return shown


def _seen(outcome: Outcome) -> dict[str, Any]:
    seen = outcome.first_seen_at
    return {"replayed": outcome.replayed, "firstSeenAt": seen and print_instant(seen)}
