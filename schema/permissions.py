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


def allows(directive: Auth, caller: Caller, source: Any, *, is_root: bool = False) -> bool:
    """Tell whether the caller may have a guarded field of an object.

    At the root, everyone comes in who can own things: which of them they own, the shop knows.
    """
    if directive.requires and directive.requires in caller.permissions:
        return True
    if not directive.owner:
        return False
    if is_root:
        return caller.user_id is not None or caller.guest_id is not None
    return cast("Owned", source).belongs_to(caller)


def _guarded(
    resolve: Callable[..., Any] | None, directive: Auth, *, is_root: bool
) -> Callable[..., Any]:
    assert resolve is not None  # noqa: S101 - Strawberry gives every field a resolver

    def resolve_guarded(source: Any, info: Any, **arguments: Any) -> Any:
        caller: Caller = info.context.caller
        if not allows(directive, caller, source, is_root=is_root):
            refuse(caller, directive.requires or None)
        return resolve(source, info, **arguments)

    return resolve_guarded


def refuse(caller: Caller, requires: Permission | None) -> None:
    """Turn the caller away.

    :raises NotSignedIn: the caller has shown nothing.
    :raises NotAllowed: the caller is known, and may not.
    """
    if not caller.is_known:
        raise NotSignedIn
    raise NotAllowed(requires)
