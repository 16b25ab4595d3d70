"""What changed between before and after: the audit trail's ``{field: [before, after]}``."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from tortoise.models import Model

Changes: TypeAlias = dict[str, list[Any]]


def apply(row: Model, fields: Mapping[str, Any]) -> Changes:
    """Set the fields of a row, without saving it, and tell those that are different now."""
    changes: Changes = {}
    for name, after in fields.items():
        before = getattr(row, name)
        if before != after:
            changes[name] = [before, after]
            setattr(row, name, after)
    return changes


def made(fields: Mapping[str, Any]) -> Changes:
    """Tell the fields of a new row; what was not given is not told."""
    return {name: [None, after] for name, after in fields.items() if after is not None}
