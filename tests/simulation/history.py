"""What happened, line by line, in words that are the same whenever the seed is."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID


class Violated(Exception):
    """Something that must never happen has happened."""


@dataclass(slots=True)
class History:
    """The history of one seed. Whatever has an id is called by a name of its own."""

    seed: int
    lines: list[str] = field(default_factory=list)
    now: float = 0.0
    _names: dict[UUID, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def tell(self, who: str, what: str) -> None:
        """Write down who did what."""
        self.lines.append(f"{len(self.lines) + 1:4}  {_clock(self.now):>12}  {who:32} {what}")

    def name(self, kind: str, id: UUID | str) -> str:
        """Name a thing by its kind and by when it was first heard of: ``order#2``."""
        thing = UUID(str(id))
        if thing not in self._names:
            self._counts[kind] += 1
            self._names[thing] = f"{kind}#{self._counts[kind]}"
        return self._names[thing]

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}", *self.lines])


def _clock(seconds: float) -> str:
    """Print how long a history has gone on.

    >>> _clock(3723.5)
    '1:02:03.500'
    """
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes // 60)}:{int(minutes % 60):02}:{rest:06.3f}"
