"""A profile by samples: where a process is, each time it has spent some more on its core.

A sample is taken for each tick of the kernel's clock, at most one in a millisecond. The timer
counts the process's own time only, so a machine that does other things as well does not bend the
picture. What runs outside Python (a driver, a printer of JSON) is found with the function that
called it.
"""

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, TypeAlias

from bench.tables import table

Stack: TypeAlias = tuple[str, ...]
"""The functions of a sample, the outermost first."""

_INTERVAL_SECONDS: Final = 0.001
_SHOWN: Final = 45
_TOLD_APART: Final = ("asyncio", "logging")
"""Packages of Python's library; the event loop itself, uvloop, is found under asyncio."""
_ROOT: Final = Path(__file__).parents[1]


@contextmanager
def sampled(path: Path) -> Iterator[None]:
    """Sample what runs inside the block, and write the stacks down: one a line, with its count.

    Flame graphs are drawn from such files (speedscope, flamegraph.pl).
    """
    stacks: Counter[Stack] = Counter()

    def sample(_: int, frame: FrameType | None) -> None:
        stacks[_stack(frame)] += 1

    before = signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL_SECONDS, _INTERVAL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        path.write_text("".join(f"{';'.join(stack)} {n}\n" for stack, n in stacks.items()))


def read(path: Path) -> Counter[Stack]:
    """Read the stacks of a file."""
    stacks: Counter[Stack] = Counter()
    for line in path.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        stacks[tuple(stack.split(";"))] += int(count)
    return stacks


def summary(stacks: Counter[Stack]) -> str:
    """Lay out which functions the time went to: their own, and with all that they call."""
    samples = stacks.total() or 1
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for stack, count in stacks.items():
        own[stack[-1]] += count
        for name in set(stack):
            whole[name] += count
    shown = [name for name, _ in _heaviest(own, whole)]
    rows = [(name, f"{own[name] / samples:.1%}", f"{whole[name] / samples:.1%}") for name in shown]
    return table(("function", "own", "with calls"), rows)


def shares(stacks: Counter[Stack]) -> dict[str, float]:
    """Say which part of the time went to which package: where the innermost function is."""
    found: Counter[str] = Counter()
    for stack, count in stacks.items():
        found[package(stack[-1])] += count
    return {name: count / (stacks.total() or 1) for name, count in found.most_common()}


def package(function: str) -> str:
    """Name what a function belongs to.

    >>> package("asyncpg/pool.py:Pool.fetch"), package("python3.11/logging/__init__.py:Logger.info")
    ('asyncpg', 'logging')
    >>> package("<string>:f0"), package("python3.11/asyncio/runners.py:Runner.run")
    ('code that was written', 'asyncio')
    """
    folder, _, inside = function.partition("/")
    if function.startswith("<string>"):
        return "code that was written"
    if function.startswith("<"):
        return "Python's library"
    if not folder.startswith("python3"):
        return folder.partition(":")[0]
    module = inside.partition("/")[0]
    return module if module in _TOLD_APART else "Python's library"


def _heaviest(own: Counter[str], whole: Counter[str]) -> Iterable[tuple[str, int]]:
    return sorted(whole.items(), key=lambda item: (own[item[0]], item[1]), reverse=True)[:_SHOWN]


def _stack(frame: FrameType | None) -> Stack:
    found = []
    while frame is not None:
        code = frame.f_code
        name = code.co_qualname.replace(".<locals>.", ".")
        found.append(f"{_where(code.co_filename)}:{name}")
        frame = frame.f_back
    return tuple(reversed(found))


def _where(file: str) -> str:
    """Shorten a path to what tells it apart.

    >>> _where("/home/me/.venv/lib/python3.11/site-packages/asyncpg/pool.py")
    'asyncpg/pool.py'
    """
    _, package, inside = file.rpartition("site-packages/")
    if package:
        return inside
    return file.removeprefix(f"{_ROOT}/").removeprefix(f"{sys.base_prefix}/lib/")
