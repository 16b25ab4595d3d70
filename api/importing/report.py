"""What an import did, as the closing table says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rich.table import Table

MOST_SHOWN: Final = 100
"""Reasons, in a table that a person reads."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Lines that were left out for one reason; ``examples`` are the first few line numbers."""

    reason: str
    count: int
    examples: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What went in, by kind, and what did not, by reason."""

    title: str
    imported: Mapping[str, int | str]
    rejected: Sequence[Rejection] = field(default=())

    def tables(self) -> list[Table]:
        """Lay the report out for a terminal."""
        imported = Table("Imported", title=self.title, title_justify="left")
        imported.add_column("", justify="right")
        for kind, count in self.imported.items():
            imported.add_row(kind, count if isinstance(count, str) else f"{count:,}")
        return [imported, self._left_out()] if self.rejected else [imported]

    def _left_out(self) -> Table:
        table = Table("Left out")
        table.add_column("Lines", justify="right")
        table.add_column("For example, line")
        most_first = sorted(self.rejected, key=lambda one: -one.count)
        for one in most_first[:MOST_SHOWN]:
            table.add_row(one.reason, f"{one.count:,}", ", ".join(map(str, one.examples)))
        if rest := most_first[MOST_SHOWN:]:
            table.add_row("for other reasons", f"{sum(one.count for one in rest):,}", "")
        table.add_section()
        table.add_row("all together", f"{sum(one.count for one in self.rejected):,}", "")
        return table
