"""Python's cycle collector, told to wait."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collected_later() -> Iterator[None]:
    """Make millions of objects without looking for cycles among them again and again.

    A past has none, and the looking took 40 % of the time that its reading takes.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
