"""How much a test has tried, for the table of `make torture`."""

from collections.abc import Callable
from typing import TypeAlias

Record: TypeAlias = Callable[[str, object], None]
"""Pytest's ``record_property``: ``record_property("tried", 50)``."""
