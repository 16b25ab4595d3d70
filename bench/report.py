"""The documents that quote a run: what stands between their marks is never written by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench import results
from bench.marks import Marks
from bench.plot import plot
from bench.queries import READS, SALES
from bench.results import Run
from bench.tables import memory, protections, ratios, sales, tables, whereabouts

_ROOT: Final = Path(__file__).parents[1]
README: Final = _ROOT / "README.md"
FIGURES: Final = _ROOT / "bench" / "README.md"
PLOT: Final = _ROOT / "bench" / "figures.svg"
_MARKS: Final = Marks("<!-- figures: written by `make bench` -->", "<!-- end of figures -->")


def documents(run: Run) -> Mapping[Path, str]:
    """Print a run as all that is kept of it, by file."""
    return {
        results.KEPT: run.kept().decode(),
        PLOT: plot(run),
        FIGURES: _MARKS.put(in_full(run), FIGURES.read_text()),
        README: _MARKS.put(_in_short(run), README.read_text()),
    }


def write(run: Run) -> None:
    """Keep a run, and bring the documents that quote it in step."""
    as_kept = Run.read(run.kept())  # rounded, so that the documents can be made again from it
    for path, text in documents(as_kept).items():
        path.write_text(text)


def in_full(run: Run) -> str:
    """Lay out all that a run found."""
    libraries = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    parts = [
        f"{run.at}, {run.machine}, `{run.command}`. {libraries}.",
        "![Server CPU for one request, as a multiple of the floor's](figures.svg)",
        tables(run),
        memory(run),
        protections(run),
        whereabouts(run),
    ]
    return "\n\n".join(part for part in parts if part)


def _in_short(run: Run) -> str:
    versions = f"Python {run.versions['Python']}, PostgreSQL {run.versions['PostgreSQL']}"
    parts = [
        f"{run.at}, {run.machine}, {versions}:",
        ratios(run, [one.name for one in READS]),
        sales(run, [one.name for one in SALES], "tradepost"),
    ]
    return "\n\n".join(parts)
