"""A bounded place for things that were costly to make, which a flood cannot sweep empty."""

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Keeps things by their keys, as many as fit; the sizes are told by who puts them there.

    What is new has only a third of the room, until it is asked for again. Then it has proved
    itself, and only others that have can push it out: whoever sends ten thousand different things
    loses us the newest ones, and none of those that everybody uses.
    """

    def __init__(self, room: int) -> None:
        self._new: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._proven: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._room_of_new = room // 3
        self._room_of_proven = room - self._room_of_new
        self._size_of_new = self._size_of_proven = 0

    def __len__(self) -> int:
        return len(self._new) + len(self._proven)

    def get(self, key: str) -> T | None:
        """Find a thing."""
        proven = self._proven.get(key)
        if proven is not None:
            self._proven.move_to_end(key)
            return proven[0]
        new = self._new.pop(key, None)
        if new is None:
            return None
        self._size_of_new -= new[1]
        self._promote(key, *new)
        return new[0]

    def put(self, key: str, thing: T, size: int) -> None:
        """Keep a thing that was not here."""
        self._new[key] = thing, size
        self._size_of_new += size
        while self._size_of_new > self._room_of_new:
            _, (_, lost) = self._new.popitem(last=False)
            self._size_of_new -= lost

    def _promote(self, key: str, thing: T, size: int) -> None:
        self._proven[key] = thing, size
        self._size_of_proven += size
        while self._size_of_proven > self._room_of_proven:
            name, (back, lost) = self._proven.popitem(last=False)
            self._size_of_proven -= lost
            self.put(name, back, lost)
