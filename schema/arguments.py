"""The arguments of a call, checked all at once, before any other code of ours runs."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails, PydanticCustomError
from strawberry.types.info import Info
from strawberry.utils.str_converters import to_camel_case

from db.errors import Code, Path, Refusal, Refusals

NUL: Final = "\0"
_UNPRINTABLE: Final = re.compile("[\0\ud800-\udfff]")
"""NUL and lone surrogates: text that PostgreSQL cannot hold."""

_CODES: Final = {
    "missing": Code.REQUIRED,
    "string_too_long": Code.TOO_LONG,
    "too_long": Code.TOO_MANY,
    "greater_than": Code.OUT_OF_RANGE,
    "greater_than_equal": Code.OUT_OF_RANGE,
    "less_than": Code.OUT_OF_RANGE,
    "less_than_equal": Code.OUT_OF_RANGE,
}
_MESSAGES: Final = {
    "missing": "This is required.",
    "string_too_long": "At most {max_length} characters.",
    "string_too_short": "At least {min_length} characters.",
    "too_long": "At most {max_length} at once.",
    "too_short": "At least {min_length}.",
    "greater_than": "Must be more than {gt}.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than": "Must be less than {lt}.",
    "less_than_equal": "Must be at most {le}.",
    "value_error": "{error}",
}


READING: Final = {"reading": True}
"""Pydantic's context while the arguments of a query are checked."""


def fault(code: str, message: str, *below: str | int) -> PydanticCustomError:
    """Make the error of a validator: one of our codes, and the place below the value."""
    return PydanticCustomError(cast("Any", code), cast("Any", message), {"below": below})


class Arguments(BaseModel):
    """The arguments of one field, by their GraphQL names."""

    model_config = ConfigDict(
        alias_generator=to_camel_case, extra="forbid", arbitrary_types_allowed=True
    )


class Shape:
    """What a resolver's parameters accept."""

    def __init__(self, resolver: Callable[..., Any]) -> None:
        self.fields = _parameters(resolver)
        self._model = create_model(
            f"{resolver.__qualname__}.arguments", __base__=Arguments, **self.fields
        )

    def accept(
        self, given: Mapping[str, Any], context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Check the arguments that a client gave and return what they mean.

        :raises Refusals: one for each fault, with its place.
        """
        raw = {to_camel_case(name): value for name, value in given.items()}
        unprintable = [
            path
            for path in _unprintable_places(raw)
            if not (context is READING and _is_of_an_id(path))  # which names nothing
        ]
        refusals = [_unprintable(path) for path in unprintable]
        try:
            model = self._model.model_validate(raw, context=context)
        except ValidationError as error:
            faults = map(_refusal, error.errors(include_url=False, include_input=True))
            refusals += [each for each in faults if each.path not in unprintable]
        if refusals:
            raise Refusals(refusals)
        return {name: getattr(model, name) for name in model.model_fields_set}


def _parameters(resolver: Callable[..., Any]) -> dict[str, Any]:
    """Name a resolver's parameters with their annotations and defaults, as Pydantic wants them."""
    signature = inspect.signature(resolver)
    return {
        name: (
            parameter.annotation,
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for name, parameter in signature.parameters.items()
        if name != "self" and not _is_info(parameter.annotation)
    }


def _is_info(annotation: object) -> bool:
    origin = getattr(annotation, "__origin__", annotation)
    return isinstance(origin, type) and issubclass(origin, Info)


def _unprintable_places(value: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, str):
        if _UNPRINTABLE.search(value):
            yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unprintable_places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unprintable_places(item, (*path, index))


def _is_of_an_id(path: Path) -> bool:
    """Tell by its name whether a place in the arguments is that of an id, or in a list of them.

    >>> _is_of_an_id(("ids", 0)), _is_of_an_id(("filter", "categoryId"))
    (True, True)
    >>> _is_of_an_id(("by", "slug")), _is_of_an_id(("paid",))
    (False, False)
    """
    name = next(part for part in reversed(path) if isinstance(part, str))
    return name in {"id", "ids"} or to_camel_case(name).endswith(("Id", "Ids"))


def _unprintable(path: Path) -> Refusal:
    return Refusal(Code.INVALID, "This holds a character that cannot be stored.", path)


def _refusal(fault: ErrorDetails) -> Refusal:
    context = fault.get("ctx", {})
    path = (*fault["loc"], *context.get("below", ()))
    return Refusal(_code(fault), _message(fault), path)


def _code(fault: ErrorDetails) -> Code:
    kind = fault["type"]
    if kind in Code.__members__:
        return Code(kind)
    if fault["input"] is None or _is_empty(fault):
        return Code.REQUIRED
    return _CODES.get(kind, Code.INVALID)


def _is_empty(fault: ErrorDetails) -> bool:
    given = fault["input"].strip() if isinstance(fault["input"], str) else fault["input"]
    return fault["type"] in {"string_too_short", "too_short"} and not given


def _message(fault: ErrorDetails) -> str:
    if fault["type"] in Code.__members__:
        return fault["msg"]
    if fault["input"] is None or _is_empty(fault):
        return _MESSAGES["missing"]
    template = _MESSAGES.get(fault["type"])
    return template.format(**fault.get("ctx", {})) if template else "This is not a valid value."
