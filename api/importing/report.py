"""What an import did, as the closing table says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.table import Table


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
        if not self.rejected:
            return [imported]
        rejected = Table("Left out, because it is")
        rejected.add_column("Lines", justify="right")
        rejected.add_column("For example, line")
        for one in sorted(self.rejected, key=lambda one: -one.count):
            rejected.add_row(one.reason, f"{one.count:,}", ", ".join(map(str, one.examples)))
        rejected.add_section()
        rejected.add_row("all together", f"{sum(one.count for one in self.rejected):,}", "")
        return [imported, rejected]
