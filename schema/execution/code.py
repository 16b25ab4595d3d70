"""Code for the plain fields of a selection: those that need nothing but the object at hand.

For each selection a function is written that makes the response's dictionaries, with all that is
plain below it written out in place. Whatever does not come as expected (None where there must be
something, a list that is none, a number beyond 32 bits) raises, and the whole operation is left to
graphql-core, which then says what is wrong.

The code is made of names that the schema knows and never of what a client sent: response names are
bound as constants.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, EnumType
from typing import Any, Final, Protocol, cast

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_object_type,
)

from db.rows import Record
from schema.context import Context
from schema.execution.fields import Attribute, origin_of, view_of
from schema.execution.selection import Nodes, Selections
from schema.permissions import directive_of
from schema.views import Shown


class Unexpected(Exception):
    """A value that is not what its type says."""


class Source(Protocol):
    """Where the fields of a type are read from."""

    def column(self, name: str, code: "Code") -> str: ...


@dataclass(frozen=True, slots=True)
class Items:
    """A record: its columns by name, each read as its row says."""

    variable: str
    row: type[Record]

    def column(self, name: str, code: "Code") -> str:
        column, value = self.row.columns[name], self.value(name)
        if column.read is None:
            return value
        read, found = code.bound(column.read), code.fresh()
        return f"(None if ({found} := {value}) is None else {read}({found}))"

    def value(self, name: str) -> str:
        """Write the lookup of what the database returned for a column."""
        return f"{self.variable}[{name!r}]"


@dataclass(frozen=True, slots=True)
class Keys:
    """A dictionary: what it does not hold is None."""

    variable: str

    def column(self, name: str, _code: "Code") -> str:
        return f"{self.variable}.get({name!r})"


@dataclass(frozen=True, slots=True)
class Attributes:
    """An object."""

    variable: str

    def column(self, name: str, _code: "Code") -> str:
        return f"{self.variable}.{name}"


@dataclass(frozen=True, slots=True)
class Renamed:
    """Columns of another source, under other names; of one, the value is at hand in a variable."""

    of: Source
    names: Mapping[str, str]
    known: str
    variable: str

    def column(self, name: str, code: "Code") -> str:
        theirs = self.names[name]
        return self.variable if theirs == self.known else self.of.column(theirs, code)


def source_of(type_: GraphQLObjectType, variable: str) -> Source:
    """Tell how the fields of a type are read: of its row, where it is a view."""
    view = view_of(type_)
    if view is None:
        return Attributes(variable)
    if issubclass(view.row, Record):
        return Items(variable, view.row)
    return Keys(variable) if issubclass(view.row, dict) else Attributes(variable)


def is_plain(type_: GraphQLOutputType, nodes: Nodes, selections: Selections) -> bool:
    """Tell whether a value of this type, as far as it is selected, can be printed in place."""
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    if is_leaf_type(type_):
        return True
    if not is_object_type(type_):
        return False
    return all(
        is_plain_field(type_, group, selections)
        for group in selections.below(nodes, type_).values()
    )


def is_plain_field(type_: GraphQLObjectType, nodes: Nodes, selections: Selections) -> bool:
    """Tell whether a field needs nothing but its object."""
    name = nodes[0].name.value
    if name == "__typename":
        return True
    field = type_.fields[name]
    return (
        isinstance(origin_of(type_, field), Shown | Attribute)
        and directive_of(field) is None
        and is_plain(field.type, nodes, selections)
    )


class Code:
    """A function under construction, with what it is bound to."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections
        self._bound: dict[str, Any] = {"Unexpected": Unexpected}
        self._functions: list[str] = []
        self._count = 0

    def bound(self, value: Any) -> str:
        """Bind a value to a name of its own."""
        name = f"k{len(self._bound)}"
        self._bound[name] = value
        return name

    def fresh(self) -> str:
        """Return a name that is not used yet."""
        self._count += 1
        return f"v{self._count}"

    def maker(
        self, type_: GraphQLObjectType, groups: Mapping[str, Nodes]
    ) -> Callable[[Sequence[Any], Context], list[dict[str, Any]]]:
        """Make the function that prints objects of a type: what is not plain is None for now."""
        body: list[str] = []
        printed = self._object(type_, groups, "o", body)
        lines = ["made = []", "add = made.append", "for o in objects:"]
        lines += [f" {line}" for line in [*body, f"add({printed})"]]
        return self._compiled(self._defined("objects, context", lines, "made"))

    def printer(self, type_: GraphQLOutputType) -> Callable[[Any], Any]:
        """Make the function that prints a value of a leaf type, or a list of them."""
        return self._compiled(self._item(type_, (), rows=False))

    def _compiled(self, name: str) -> Callable[..., Any]:
        exec("".join(self._functions), self._bound)  # noqa: S102 - see the module's docstring
        return self._bound[name]  # type: ignore[no-any-return]

    def _defined(self, argument: str, body: list[str], result: str) -> str:
        """Write a function, and return its name."""
        name = f"f{len(self._functions)}"
        lines = [*body, f"return {result}"]
        self._functions.append(
            f"def {name}({argument}):\n" + "".join(f" {line}\n" for line in lines)
        )
        return name

    def _object(
        self, type_: GraphQLObjectType, groups: Mapping[str, Nodes], variable: str, body: list[str]
    ) -> str:
        """Write the printing of an object in a variable; what it holds is looked up once."""
        source, inside = source_of(type_, variable), list[str]()
        inside.append(self._dictionary(type_, groups, source, inside))
        if isinstance(source, Items):
            inside = self._once(source, inside)
        *lines, printed = inside
        body.extend(lines)
        return printed

    def _once(self, source: Items, lines: list[str]) -> list[str]:
        """Have columns that stand in these lines more than once read into variables before them."""
        text = "\n".join(lines)
        reads = []
        for value in map(source.value, source.row.columns):
            if text.count(value) > 1:
                name = self.fresh()
                text = text.replace(value, name)
                reads.append(f"{name} = {value}")
        return [*reads, *text.split("\n")]

    def _dictionary(
        self,
        type_: GraphQLObjectType,
        groups: Mapping[str, Nodes],
        source: Source,
        body: list[str],
    ) -> str:
        items = []
        for response_name, nodes in groups.items():
            printed = "None"
            if is_plain_field(type_, nodes, self._selections):
                printed = self._field(type_, nodes, source, body)
            items.append(f"{self.bound(response_name)}: {printed}")
        return "{" + ", ".join(items) + "}"

    def _field(
        self, type_: GraphQLObjectType, nodes: Nodes, source: Source, body: list[str]
    ) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return self.bound(type_.name)
        field = type_.fields[name]
        origin = origin_of(type_, field)
        if isinstance(origin, Attribute):
            value = source.column(origin.name, self)
            return self._value(field.type, value, nodes, body)
        assert isinstance(origin, Shown)  # noqa: S101 - it is plain
        if origin.part is not None:
            return self._part(field.type, origin, nodes, source, body)
        if raw := self._enumerated(field.type, origin, source):
            return raw
        rows = origin.each is not None
        return self._value(field.type, self._made(origin, source), nodes, body, rows=rows)

    def _made(self, shown: Shown, source: Source) -> str:
        """Write what a field is made of."""
        values = [source.column(column, self) for column in shown.columns]
        if shown.in_context:
            return f"{self.bound(shown.make)}({', '.join([*values, 'context'])})"
        first, *others = values
        if shown.make is None:  # also of rows, which the level below prints
            return first
        given, make = self.fresh(), self.bound(shown.make)
        arguments = ", ".join([given, *others])
        return f"(None if ({given} := {first}) is None else {make}({arguments}))"

    def _part(
        self,
        type_: GraphQLOutputType,
        shown: Shown,
        nodes: Nodes,
        source: Source,
        body: list[str],
    ) -> str:
        """Write a view inside another: its row need not be made, its columns are ours."""
        assert shown.part is not None  # noqa: S101 - it was asked for
        inner = get_named_type(type_)
        assert isinstance(inner, GraphQLObjectType)  # noqa: S101 - views are object types
        groups = self._selections.below(nodes, inner)
        if not shown.part.names:
            return self._dictionary(inner, groups, source, body)
        first = self.fresh()
        renamed = Renamed(source, shown.part.names, shown.columns[0], first)
        body.append(f"{first} = {source.column(shown.columns[0], self)}")
        if isinstance(type_, GraphQLNonNull):
            body.append(f"if {first} is None: raise Unexpected")
            return self._dictionary(inner, groups, renamed, body)
        inside: list[str] = []
        printed = self._dictionary(inner, groups, renamed, inside)
        body.append(f"if {first} is not None:")
        body.extend(f" {line}" for line in [*inside, f"{first} = {printed}"])
        return first

    def _enumerated(self, type_: GraphQLOutputType, shown: Shown, source: Source) -> str | None:
        """Write a column whose values are an enum's without making its members."""
        enum = get_nullable_type(type_)
        if shown.make or not isinstance(source, Items) or not isinstance(enum, GraphQLEnumType):
            return None
        column = source.row.columns[shown.columns[0]]
        if not isinstance(column.read, EnumType):
            return None
        members: list[Enum] = list(column.read)
        names: dict[Any, Any] = {each.value: enum.coerce_output_value(each) for each in members}
        if not isinstance(type_, GraphQLNonNull):
            names[None] = None
        return f"{self.bound(names)}[{source.value(column.name)}]"

    def _value(
        self,
        type_: GraphQLOutputType,
        value: str,
        nodes: Nodes,
        body: list[str],
        *,
        rows: bool = False,
    ) -> str:
        """Write the printing of a value; ``rows`` are not yet shown by a view."""
        name = self.fresh()
        body.append(f"{name} = {value}")
        if isinstance(type_, GraphQLNonNull):
            if _check_of(type_.of_type) is None:  # which would see that it is None
                body.append(f"if {name} is None: raise Unexpected")
            return self._present(type_.of_type, name, nodes, body, rows=rows)
        inside: list[str] = []
        printed = self._present(type_, name, nodes, inside, rows=rows)
        if printed != name:
            inside.append(f"{name} = {printed}")
        if inside:
            body.append(f"if {name} is not None:")
            body.extend(f" {line}" for line in inside)
        return name

    def _present(
        self, type_: GraphQLOutputType, name: str, nodes: Nodes, body: list[str], *, rows: bool
    ) -> str:
        """Write the printing of a value that is there."""
        if isinstance(type_, GraphQLList):
            body.append(f"if {name}.__class__ is not list: raise Unexpected")
            return f"[{self._item(type_.of_type, nodes, rows=rows)}(x, context) for x in {name}]"
        if isinstance(type_, GraphQLObjectType):
            if view_of(type_) is not None and not rows:
                body.append(f"{name} = {name}.row")
            return self._object(type_, self._selections.below(nodes, type_), name, body)
        return self._leaf(cast("GraphQLLeafType", type_), name, body)

    def _item(self, type_: GraphQLOutputType, nodes: Nodes, *, rows: bool) -> str:
        """Write the function that prints an item of a list."""
        body: list[str] = []
        result = self._value(type_, "x", nodes, body, rows=rows)
        return self._defined("x, context=None", body, result)

    def _leaf(self, type_: GraphQLLeafType, name: str, body: list[str]) -> str:
        """Write the printing of a scalar or an enum: as it is where it is what it should be."""
        check = _check_of(type_)
        condition = f"if {check.format(name)}: " if check else ""
        body.append(f"{condition}{name} = {self.bound(_coerced(type_))}({name})")
        return name


def _coerced(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    """Make what coerces a value that must come to something."""

    def coerced(value: Any) -> Any:
        printed = None if value is None else type_.coerce_output_value(value)
        if printed is None:
            raise Unexpected
        return printed

    return coerced


_CHECKS: Final = {
    "String": "{0}.__class__ is not str",
    "ID": "{0}.__class__ is not str",
    "Boolean": "{0} is not True and {0} is not False",
    "Int": "{0}.__class__ is not int or not -2147483648 <= {0} <= 2147483647",
}
"""When a value has to be coerced: None is never as it should be."""


def _check_of(type_: GraphQLOutputType) -> str | None:
    """Find the check of a type's values, None among them; there is none where all are coerced."""
    if not is_leaf_type(type_):
        return None
    return _CHECKS["String"] if _is_text(type_) else _CHECKS.get(type_.name)


def _is_text(type_: GraphQLLeafType) -> bool:
    """Tell whether a scalar is printed as the text that it is."""
    definition = type_.extensions.get("strawberry-definition")
    return isinstance(type_, GraphQLScalarType) and getattr(definition, "serialize", None) is str
