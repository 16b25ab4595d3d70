"""How much a piece of code does: the same on every machine, however long it takes there."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Work:
    """The calls of functions that were counted."""

    calls = 0


@contextmanager
def counted() -> Iterator[Work]:
    """Count the calls that are made inside the block, in this thread."""
    work = Work()

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        work.calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield work
    finally:
        sys.setprofile(before)
