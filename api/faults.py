"""Why Tradepost does not start: all reasons at once, each with the way to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: what it is about, what was found, what to do."""

    about: str  # mostly the name of a variable
    found: str
    mend: str

    def __str__(self) -> str:
        return f"  {self.about} {self.found}\n      {self.mend}"


class StartRefusedError(Exception):
    """Tradepost cannot start like this."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.faults)
        first = "one thing is wrong" if count == 1 else f"{count} things are wrong"
        return "\n".join([f"Tradepost cannot start: {first}.", *map(str, self.faults)])


class CommandFailedError(Exception):
    """A command could not do what it was asked to; the message says why."""


def refuse_if(faults: Sequence[Fault]) -> None:
    """Do nothing if there is no fault.

    :raises StartRefusedError: if there is one.
    """
    if faults:
        raise StartRefusedError(faults)
