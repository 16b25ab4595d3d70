"""How far an import is, on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.progress import TaskID as Stage


class Bar:
    """A bar for each stage, drawn as long as it is entered."""

    def __init__(self, console: Console | None = None) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console or Console(stderr=True),
        )
        self._stage: Stage | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def stage(self, title: str, total: int) -> None:
        self._stage = self._progress.add_task(title, total=total)

    def advance(self, steps: int) -> None:
        if self._stage is not None:
            self._progress.advance(self._stage, steps)


class Silence:
    """Nobody is looking."""

    def stage(self, title: str, total: int) -> None:
        pass

    def advance(self, steps: int) -> None:
        pass
