"""A run as Markdown, for people and for the README."""

from collections.abc import Sequence
from typing import Final

from bench.figures import Middle
from bench.queries import QUERIES
from bench.results import FLOOR, Run

_HEADS: Final = (
    "req/s",
    "p50 ms",
    "p99 ms",
    "server µs",
    "× floor",
    "PostgreSQL µs",
    "SQL",
    "bytes",
)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table that can be read as it is, too.

    >>> print(table(("", "µs"), [("floor", "30"), ("we", "100")]))
    |       |  µs |
    |-------|----:|
    | floor |  30 |
    | we    | 100 |
    """
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rules = ["-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)]
    return "\n".join([line(heads), f"|{'|'.join(rules)}|", *(line(row) for row in rows)])


def tables(run: Run) -> str:
    """Lay out a table for each query."""
    return "\n\n".join(_of_query(run, query) for query in run.spells)


def _of_query(run: Run, query: str) -> str:
    rows = [_row(run, query, server) for server in run.servers(query)]
    return f"**{query}**: {QUERIES[query].meaning}\n\n{table(('', *_HEADS), rows)}"


def _row(run: Run, query: str, server: str) -> tuple[str, ...]:
    def cell(figure: str, digits: int = 0) -> str:
        return f"{run.middle(query, server, figure).value:,.{digits}f}"

    return (
        server,
        cell("per_second"),
        cell("p50_ms", 1),
        cell("p99_ms", 1),
        cell("server_us"),
        "1" if server == FLOOR else _times(run.times_floor(query, server)),
        cell("database_us"),
        f"{run.statements.get(query, {}).get(server, 0):.3g}",
        cell("answer_bytes"),
    )


def _times(found: Middle | None) -> str:
    """Show a multiple, with the middle half of the rounds."""
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" if found else ""
