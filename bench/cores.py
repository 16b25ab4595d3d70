"""Which core does what, and what processes have used of theirs.

One core serves. The other one asks: the load generator and PostgreSQL share it. The kernel counts
a process's time on its core in nanoseconds, so what a request costs can be told even on a machine
that does other things as well.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_NANOSECONDS_PER_TICK: Final = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class TooFewCores(Exception):
    """There is no second core."""


@dataclass(frozen=True, slots=True)
class Cores:
    """The core that serves and the one that asks."""

    serving: int
    asking: int


def choose() -> Cores:
    """Take the last core for the servers and the first for all that they are measured with.

    :raises TooFewCores: this process may use one core only.
    """
    if not hasattr(os, "sched_getaffinity"):
        raise TooFewCores("Pinning processes to cores needs Linux.")
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:  # noqa: PLR2004
        raise TooFewCores("It takes two cores: one that serves, one that asks.")
    return Cores(serving=allowed[-1], asking=allowed[0])


def cpu_seconds(process: int) -> float:
    """Add up the time that a process, its threads and its descendants have spent on a core."""
    children = _children()
    return sum(_nanoseconds(each) for each in _family(process, children)) / 1e9


def resident_bytes(process: int) -> int:
    """Return how much memory a process holds."""
    return int((_PROC / str(process) / "statm").read_text().split()[1]) * _PAGE_BYTES


def _family(process: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield process
    for child in children[process]:
        yield from _family(child, children)


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            found[int(stat[1])].append(int(entry.name))
    return found


def _nanoseconds(process: int) -> int:
    """Count the threads that live to the nanosecond, and children that are gone in ticks."""
    stat = _stat(process)
    if not stat:
        return 0
    gone = (int(stat[13]) + int(stat[14])) * _NANOSECONDS_PER_TICK
    return gone + sum(_on_core(thread) for thread in (_PROC / str(process) / "task").iterdir())


def _on_core(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except OSError:
        return 0


def _stat(process: int) -> list[str]:
    """Read what stands behind the name: the state, the parent, ...; nothing if it is gone."""
    try:
        return (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
