"""Who may use a field: printed in the SDL and enforced from what is printed, in this one place."""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any, Protocol, cast

import strawberry
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from db.access import Caller, Permission
from db.errors import NotAllowed, NotSignedIn
from schema import define

define.expose(Permission)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="auth",
    description=(
        "Permission needed for the field. With owner: true the user or guest token the object "
        "belongs to may use it too. Alone, owner: true means: signed in, or holding the guest "
        "token."
    ),
)
class Auth:
    requires: Permission | None = strawberry.UNSET
    owner: bool = False


class Owned(Protocol):
    """An object with fields for its owner."""

    def belongs_to(self, caller: Caller) -> bool: ...


def auth(requires: Permission | None, *, owner: bool) -> tuple[object, ...]:
    """Make the directive of a guarded field; none where the field is for everyone."""
    if requires is None and not owner:
        return ()
    # UNSET is not printed: `owner: false` would only be noise in the SDL.
    return (Auth(requires=requires or strawberry.UNSET, owner=owner or strawberry.UNSET),)


def guarded(
    description: str | None = None,
    *,
    requires: Permission | None = None,
    owner: bool = False,
    default: Any = dataclasses.MISSING,
) -> Any:
    """Describe a plain attribute that not everyone may read. Its type must be nullable."""
    return strawberry.field(
        description=description, default=default, directives=auth(requires, owner=owner)
    )


def enforce(schema: GraphQLSchema) -> None:
    """Put a guard before every field that carries ``@auth``."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                if directive := directive_of(field):
                    _check_owner(type_, directive, is_root=type_ in roots)
                    field.resolve = _guarded(field.resolve, directive, is_root=type_ in roots)
                    if field.subscribe:  # and again before each message, by the one above
                        field.subscribe = _guarded(field.subscribe, directive, is_root=True)


def directive_of(field: GraphQLField) -> Auth | None:
    """Find the directive of a guarded field; None where the field is for everyone."""
    definition = cast("StrawberryField | None", field.extensions.get("strawberry-definition"))
    found = (each for each in (definition.directives if definition else ()))
    return next((each for each in found if isinstance(each, Auth)), None)


def _check_owner(type_: GraphQLObjectType, directive: Auth, *, is_root: bool) -> None:
    origin = type_.extensions["strawberry-definition"].origin
    if directive.owner and not is_root and not inspect.isfunction(getattr(origin, "belongs_to", 0)):
        raise TypeError(f"{type_.name} has fields for its owner, and no belongs_to(caller)")


def allows(directive: Auth, caller: Caller, source: Any) -> bool:
    """Tell whether the caller may have a guarded field of an object."""
    return (directive.requires or None) in caller.permissions or (
        bool(directive.owner) and _owner_of_source(source, caller)
    )


def _guarded(
    resolve: Callable[..., Any] | None, directive: Auth, *, is_root: bool
) -> Callable[..., Any]:
    assert resolve is not None  # noqa: S101 - Strawberry gives every field a resolver
    allowed = _owner_at_root if is_root else _owner_of_source
    requires = directive.requires or None
    owner = bool(directive.owner)

    def resolve_guarded(source: Any, info: Any, **arguments: Any) -> Any:
        caller: Caller = info.context.caller
        if not (
            (requires is not None and requires in caller.permissions)
            or (owner and allowed(source, caller))
        ):
            refuse(caller, requires)
        return resolve(source, info, **arguments)

    return resolve_guarded


def _owner_at_root(_source: object, caller: Caller) -> bool:
    """Let everyone through who can own things: which of them they own, the shop knows."""
    return caller.user_id is not None or caller.guest_id is not None


def _owner_of_source(source: Owned, caller: Caller) -> bool:
    return source.belongs_to(caller)


def refuse(caller: Caller, requires: Permission | None) -> None:
    """Turn the caller away.

    :raises NotSignedIn: the caller has shown nothing.
    :raises NotAllowed: the caller is known, and may not.
    """
    if not caller.is_known:
        raise NotSignedIn
    raise NotAllowed(requires)
