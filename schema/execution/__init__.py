"""Running operations: prepared once, run often."""

from schema.execution.operation import Operation, prepare

__all__ = ["Operation", "prepare"]
