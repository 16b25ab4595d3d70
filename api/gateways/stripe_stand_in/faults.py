"""What can go wrong on the way to Stripe and back: each trouble befalls one request, in order."""

from collections.abc import MutableSequence
from dataclasses import dataclass, field
from enum import StrEnum, auto


class Trouble(StrEnum):
    """What befalls a request. BEFORE: it has had no effect. AFTER: it has had its effect."""

    CUT_BEFORE = auto()
    CUT_AFTER = auto()
    SILENT_BEFORE = auto()
    SILENT_AFTER = auto()
    ERROR_BEFORE = auto()
    ERROR_AFTER = auto()
    DECLINED = auto()
    TOO_MANY = auto()
    IN_USE = auto()


@dataclass
class Faults:
    """The troubles to come, by the name of the call that they befall."""

    to_come: MutableSequence[tuple[str, Trouble]] = field(default_factory=list)

    def befall(self, call: str, *troubles: Trouble) -> None:
        """Have the next requests of a call go wrong, one after the other."""
        self.to_come.extend((call, trouble) for trouble in troubles)

    def take(self, call: str) -> Trouble | None:
        """Take what befalls this request."""
        for index, (name, trouble) in enumerate(self.to_come):
            if name == call:
                del self.to_come[index]
                return trouble
        return None
