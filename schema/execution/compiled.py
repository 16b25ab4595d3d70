"""Operations that run by code that was written for them.

An operation is planned for each outcome of the directives in it. What a plan cannot do, or finds
not to be as it should, is left to graphql-core: it answers, from the same values.
"""

from typing import Any, Final

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
)
from graphql.execution.values import VariableValues

from db.errors import Unavailable
from schema.context import Context
from schema.execution.columns import Needs
from schema.execution.completion import Run
from schema.execution.interpreted import Interpreted
from schema.execution.later import Called
from schema.execution.level import Builder
from schema.execution.selection import NotCovered, Selections, deciding

MOST_PLANS: Final = 16
"""Outcomes of an operation's directives that are planned for; with more, graphql-core runs it."""


class Plan:
    """What an operation does, for one outcome of its directives."""

    def __init__(self, selections: Selections, root: GraphQLObjectType) -> None:
        self.selections = selections
        groups = selections.within([selections.operation.selection_set], root)
        builder = Builder(selections)
        self.is_mutation = selections.operation.operation is OperationType.MUTATION
        self.typename = {
            name: root.name for name, nodes in groups.items() if nodes[0].name.value == "__typename"
        }
        self.roots: list[Called] = []
        self.names = list(groups)
        for name, nodes in groups.items():
            if name in self.typename:
                continue
            if nodes[0].name.value.startswith("__"):
                raise NotCovered(nodes[0].name.value)
            self.roots.append(builder.called(root, name, nodes))
        needs = Needs(selections)
        needs.collect(root, groups)
        # A mutation may look at anything of the rows that it shows.
        self.columns = {} if self.is_mutation else needs.found()

    async def run(self, run: Run) -> dict[str, Any]:
        """Make the data of a response."""
        data = dict.fromkeys(self.names) | self.typename
        run.context.columns = self.columns
        if self.is_mutation:
            for each in self.roots:
                await each.fill_root(run, data)
        elif len(self.roots) == 1:
            await self.roots[0].fill_root(run, data)
        elif self.roots:
            await run.together(each.fill_root(run, data) for each in self.roots)
        return data


class Compiled:
    """A query or a mutation that runs by plans."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._document = document
        self._operation = operation
        self._interpreted = Interpreted(schema, document, operation)
        self._deciding = sorted(deciding(document, operation))
        self._plans: dict[tuple[bool, ...], Plan | None] = {}

    async def run(self, context: Context, variables: VariableValues) -> ExecutionResult:
        plan = self._plan(variables)
        if plan is None:
            return await self._interpreted.run(context, variables)
        run = Run(context, variables)
        try:
            return ExecutionResult(data=await plan.run(run))
        except Exception as error:  # noqa: BLE001 - graphql-core finds it again, and says where
            # What was done, or would only burden a database in trouble, is not done again.
            if plan.is_mutation or isinstance(error, Unavailable):
                return await self._interpreted.run(context, variables, roots=run.roots)
            context.start_over()
            return await self._interpreted.run(context, variables)

    def _plan(self, values: VariableValues) -> Plan | None:
        conditions = tuple(values.coerced[name] for name in self._deciding)
        if None in conditions:  # which is an error, wherever it decides
            return None
        if conditions not in self._plans:
            if len(self._plans) >= MOST_PLANS:
                return None
            self._plans[conditions] = self._planned(conditions)
        return self._plans[conditions]

    def _planned(self, conditions: tuple[bool, ...]) -> Plan | None:
        decided = dict(zip(self._deciding, conditions, strict=True))
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None  # noqa: S101 - the document is valid
        try:
            return Plan(Selections.of(self._schema, self._document, self._operation, decided), root)
        except (NotCovered, GraphQLError):
            return None
