"""Places in the way of the money at which a test may let the process die.

In a shop that is open nothing is installed, and reaching a point does nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum, auto


class CrashPoint(StrEnum):
    """Around the two transactions of a payment (T1, T2) and the call between them."""

    BEFORE_T1 = auto()
    IN_T1_AFTER_CLAIM = auto()
    IN_T1_AFTER_STOCK = auto()
    IN_T1_BEFORE_COMMIT = auto()
    AFTER_T1 = auto()
    IN_CALL_BEFORE_SEND = auto()
    IN_CALL_AFTER_CHARGE = auto()
    AFTER_CALL = auto()
    IN_T2_AFTER_OPERATION = auto()
    IN_T2_BEFORE_COMMIT = auto()
    AFTER_T2 = auto()


Reached = Callable[[CrashPoint], None]

_reached: Reached | None = None


def reach(point: CrashPoint) -> None:
    """Be at a point; whatever is installed may raise here, or end the process."""
    if _reached is not None:
        _reached(point)


def install(reached: Reached | None) -> None:
    """Have a function called at every point from now on; None takes it away."""
    global _reached  # noqa: PLW0603 - like the keyring: one for the process
    _reached = reached


@contextmanager
def installed(reached: Reached) -> Iterator[None]:
    """Have a function called at every point while the block runs."""
    install(reached)
    try:
        yield
    finally:
        install(None)
