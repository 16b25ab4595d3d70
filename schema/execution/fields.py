"""What is known of a field before it is run: where its value comes from, and who may have it."""

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from graphql import GraphQLField, GraphQLObjectType
from strawberry.types.field import StrawberryField

from schema.views import READS, Edge, Fields, Shown, View


@dataclass(frozen=True, slots=True)
class Attribute:
    """A plain attribute of an object."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A resolver that is called for each object. ``reads``: the columns of its row; None: any."""

    reads: tuple[str, ...] | None


Origin: TypeAlias = Attribute | Shown | Edge | Call


def class_of(type_: GraphQLObjectType) -> Any:
    """Return the class that a type was made of; None for those that are built in."""
    definition = type_.extensions.get("strawberry-definition")
    return definition.origin if definition else None


def view_of(type_: GraphQLObjectType) -> Fields | None:
    """Return what a view shows; None for a type that is not a view."""
    cls = class_of(type_)
    return cls.__view__ if isinstance(cls, type) and issubclass(cls, View) else None


def origin_of(type_: GraphQLObjectType, field: GraphQLField) -> Origin:
    """Tell where the value of a field comes from."""
    definition = cast("StrawberryField", field.extensions["strawberry-definition"])
    view, name = view_of(type_), definition.python_name
    if view is not None and name in view.shown:
        return view.shown[name]
    if view is not None and name in view.edges:
        return view.edges[name]
    if definition.base_resolver is None:
        return Attribute(name)
    return Call(definition.metadata.get(READS))
