"""A run as Markdown, for people and for the README."""

from collections.abc import Sequence
from typing import Final

from bench.figures import Middle, middle
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


_WORTH_SHOWING_US: Final = 2


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


def ratios(run: Run, queries: Sequence[str]) -> str:
    """Lay out what a request costs each server, as multiples of the floor's."""
    names = [name for name in run.servers(queries[0]) if name != FLOOR]
    rows = [
        (
            f"{query}: {QUERIES[query].meaning}",
            f"{run.middle(query, FLOOR, 'server_us').value:,.0f} µs",
            *(_short(run.times_floor(query, name)) for name in names),
        )
        for query in queries
    ]
    return table(("", FLOOR, *names), rows)


def memory(run: Run) -> str:
    """Lay out what each server holds after all of it."""
    rows = [(name, f"{megabytes:,.0f}") for name, megabytes in run.resident_mb.items()]
    return f"Memory of the process after all rounds:\n\n{table(('', 'MB'), rows)}"


def sales(run: Run, queries: Sequence[str], server: str) -> str:
    """Say what buying comes to, and what is left behind after all of it."""
    sold = [
        f"{QUERIES[query].meaning}: {run.middle(query, server, 'per_second').value:,.0f} orders a"
        f" second, {run.statements[query][server]} SQL statements each"
        for query in queries
    ]
    return f"{'; '.join(sold)}. The process then holds {run.resident_mb[server]:,.0f} MB."


def protections(run: Run) -> str:
    """Lay out what each protection adds to a request: pair by pair, with it less without it."""
    queries = list(run.protections)
    if not queries:
        return ""
    whole = [
        middle([pair[0] for pairs in run.protections[query].values() for pair in pairs])
        for query in queries
    ]
    rows = [("all of them together with the answer", *(f"{one.value:,.0f}" for one in whole))]
    names = dict.fromkeys(name for query in queries for name in run.protections[query])
    rows += [
        (name, *(_added(run.protections[query].get(name, ())) for query in queries))
        for name in names
    ]
    return f"What each protection costs:\n\n{table(('server µs for a request', *queries), rows)}"


def whereabouts(run: Run) -> str:
    """Lay out where Tradepost's own time goes, by package."""
    if not run.shares:
        return ""
    queries = list(run.shares)
    found = {
        query: {name: share * _cost(run, query) for name, share in run.shares[query].items()}
        for query in queries
    }
    names = {name for query in queries for name in found[query]}

    def most(name: str) -> float:
        return max(found[query].get(name, 0) for query in queries)

    shown = [name for name in names if most(name) >= _WORTH_SHOWING_US]
    rows = [
        (name, *(f"{found[query].get(name, 0):,.0f}" for query in queries))
        for name in sorted(shown, key=lambda name: (-most(name), name))
    ]
    heads = ("µs of a request in functions of", *queries)
    return f"Where Tradepost's own time goes, by samples:\n\n{table(heads, rows)}"


def _cost(run: Run, query: str) -> float:
    return run.middle(query, "tradepost", "server_us").value


def _added(pairs: Sequence[Sequence[float]]) -> str:
    if not pairs:
        return ""
    found = middle([whole - less for whole, less in pairs])
    return f"{found.value:+,.0f} ({found.low:+,.0f} to {found.high:+,.0f})"


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


def _short(found: Middle | None) -> str:
    return f"{found.value:.1f} ×" if found else ""


def _times(found: Middle | None) -> str:
    """Show a multiple, with the middle half of the rounds."""
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})" if found else ""
