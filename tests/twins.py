"""Two engines for every operation of a test: what they answer has to be the same.

After the compiled engine has made the data of a response, graphql-core makes it again: from the
same values at the root, so that a mutation is done once, and with nothing else in common. Nor may
the compiled engine leave to graphql-core what it could have done.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from graphql import DocumentNode

from schema.execution import compiled
from schema.execution.completion import Run
from schema.execution.interpreted import Interpreted

_is_watched: ContextVar[bool] = ContextVar("_is_watched", default=True)


@contextmanager
def unwatched() -> Iterator[None]:
    """Run operations once, where what a run costs is counted."""
    token = _is_watched.set(False)
    yield
    _is_watched.reset(token)


def watch(patch: pytest.MonkeyPatch) -> list[str]:
    """Run every compiled operation by graphql-core too; return where the two will differ."""
    differences: list[str] = []
    once = compiled.Plan.run

    async def twice(plan: compiled.Plan, run: Run) -> dict[str, Any]:
        try:
            data = await once(plan, run)
        except Exception as error:
            if _is_watched.get() and (await _interpreted(plan, run))["errors"] is None:
                differences.append(f"given up for nothing: {error!r}")
            raise
        if _is_watched.get():
            again = await _interpreted(plan, run)
            if again != {"data": data, "errors": None}:
                differences.append(f"compiled: {data}\n by graphql-core: {again}")
        return data

    patch.setattr(compiled.Plan, "run", twice)
    return differences


async def _interpreted(plan: compiled.Plan, run: Run) -> dict[str, Any]:
    selections = plan.selections
    document = DocumentNode(
        definitions=(selections.operation, *selections.fragments.values()),
    )
    engine = Interpreted(selections.schema, document, selections.operation)
    context = copy.copy(run.context)
    context.extensions, context._loaders = {}, {}
    result = await engine.run(context, run.variables, roots=run.roots)
    errors = [error.formatted for error in result.errors or ()] or None
    return {"data": result.data, "errors": errors}
