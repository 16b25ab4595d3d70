"""Which columns an operation needs of each kind of row: the rest is not read."""

from collections.abc import Iterable, Mapping

from graphql import FieldNode, GraphQLObjectType, get_named_type, is_abstract_type, is_object_type

from db.rows import Columns, Record, row_of
from schema.execution.fields import Call, origin_of, view_of
from schema.execution.selection import Selections
from schema.permissions import directive_of
from schema.views import Edge, Fields, Shown


class Needs:
    """Collects columns by kind of row. What may be any column makes it all of them."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections
        self._found: dict[type[Record], set[str] | None] = {}

    def found(self) -> Mapping[type[Record], Columns]:
        """Return what was collected."""
        return {
            row: None if columns is None else frozenset(columns)
            for row, columns in self._found.items()
        }

    def collect(self, type_: GraphQLObjectType, nodes: Mapping[str, tuple[FieldNode, ...]]) -> None:
        """Collect what a selection on a type needs, and all that is below it."""
        view = view_of(type_)
        for group in nodes.values():
            field = self._selections.schema.get_field(type_, group[0].name.value)
            if field is None or "strawberry-definition" not in field.extensions:
                continue
            if view is not None:
                origin = origin_of(type_, field)
                self._of_row(view, origin, group)
                if directive_of(field) or isinstance(origin, Call):
                    self._need(view.row, view.reads)
            self._below(get_named_type(field.type), group)

    def _below(self, type_: object, group: tuple[FieldNode, ...]) -> None:
        if is_object_type(type_):
            possible = [type_]
        elif is_abstract_type(type_):
            possible = list(self._selections.schema.get_possible_types(type_))
        else:
            possible = []
        for each in possible:
            self.collect(each, self._selections.below(group, each))

    def _of_row(self, view: Fields, origin: object, group: tuple[FieldNode, ...]) -> None:
        if isinstance(origin, Shown):
            self._need(view.row, self._shown(origin, group))
        elif isinstance(origin, Edge):
            self._need(view.row, origin.columns)
            if origin.show is not None and (found := row_of(origin.batch)):
                self._need(found, origin.finds)
        elif isinstance(origin, Call):
            self._need(view.row, origin.reads)

    def _shown(self, shown: Shown, group: tuple[FieldNode, ...]) -> Iterable[str]:
        """Name the columns of a field; of a part that shows our own row, those of its fields."""
        if shown.part is None or shown.part.names:
            return shown.columns
        definition = shown.part.view.__strawberry_definition__  # type: ignore[attr-defined]
        type_ = self._selections.schema.get_type(definition.name)
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - views are object types
        below = self._selections.below(group, type_)
        fields = [type_.fields.get(nodes[0].name.value) for nodes in below.values()]
        origins = [origin_of(type_, field) for field in fields if field]
        return [column for each in origins if isinstance(each, Shown) for column in each.columns]

    def _need(self, row: type, columns: Iterable[str] | None) -> None:
        if not issubclass(row, Record):
            return
        known = self._found.setdefault(row, set())
        if columns is None:
            self._found[row] = None
        elif known is not None:
            known.update(columns)
