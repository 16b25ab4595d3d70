"""How the types of this schema are written: a docstring is the description that clients read."""

import builtins
import dataclasses
import inspect
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

import strawberry
import strawberry.pydantic
from pydantic import BaseModel
from strawberry.types.arguments import InputContext

from schema.cost import Cost

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)


def docstring(thing: Any) -> str | None:
    """Return a docstring as clients read it: paragraphs, without our line breaks."""
    paragraphs = inspect.cleandoc(thing.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs) or None


def field(
    description: str | None = None,
    *,
    default: Any = dataclasses.MISSING,
    default_factory: Any = dataclasses.MISSING,
    cost: int | None = None,
    name: str | None = None,
) -> Any:
    """Describe a plain attribute of a type."""
    return strawberry.field(
        name=name,
        description=description,
        default=default,
        default_factory=default_factory,
        directives=directives(cost=cost),
    )


def directives(*others: object, cost: int | None = None) -> tuple[object, ...]:
    """Collect the directives of a field."""
    return others if cost is None else (*others, Cost(weight=cost))


@dataclass_transform(kw_only_default=True, field_specifiers=(field, strawberry.field))
def type(cls: builtins.type[T]) -> builtins.type[T]:  # noqa: A001 - read as define.type
    """Make a class an object type."""
    return strawberry.type(cls, description=docstring(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(field, strawberry.field))
def interface(cls: builtins.type[T]) -> builtins.type[T]:
    """Make a class an interface."""
    return strawberry.interface(cls, description=docstring(cls))


def input(cls: builtins.type[ModelT]) -> builtins.type[ModelT]:  # noqa: A001 - read as define.input
    """Make a model an input type, checked together with all the other arguments of the call."""
    return _input(cls)


def one_of(cls: builtins.type[ModelT]) -> builtins.type[ModelT]:
    """Make a model an input type of which exactly one field is given."""
    return _input(cls, one_of=True)


def _input(cls: builtins.type[ModelT], *, one_of: bool = False) -> builtins.type[ModelT]:
    model = strawberry.pydantic.input(cls, description=docstring(cls), one_of=one_of)
    definition = model.__strawberry_definition__  # type: ignore[attr-defined]
    definition.from_input = _leave_unchecked
    for each in definition.fields:
        if each.default_value is None:  # else an omitted field would arrive as a null
            each.default = each.default_value = dataclasses.MISSING
    return model


def _leave_unchecked(_cls: object, value: object, _context: InputContext) -> object:
    """Hand the client's value on as it came: schema.arguments checks the whole call at once."""
    return value


def expose(
    enum: builtins.type[Enum],
    description: str | None = None,
    /,
    *,
    name: str | None = None,
    **values: str,
) -> None:
    """Make an enum of the shop an enum of the contract, with the descriptions of its values."""
    strawberry.enum(enum, name=name, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = values.pop(value.name, None)
    if values:
        raise TypeError(f"{enum.__name__} has no {', '.join(values)}")
