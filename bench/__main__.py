"""`python -m bench`: measure, and say what was found."""

import os
import platform
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer

from bench import measuring, report, sampling
from bench.cores import TooFewCores
from bench.equality import DifferentAnswers
from bench.ground import NoGround
from bench.load import BadAnswer
from bench.measuring import Plan, Stand
from bench.queries import QUERIES, READS, Query
from bench.results import Run
from bench.starting import KINDS, DidNotStart

_LIBRARIES: Final = (
    "strawberry-graphql",
    "graphql-core",
    "fastapi",
    "uvicorn",
    "uvloop",
    "tortoise-orm",
    "asyncpg",
    "orjson",
)

_PROFILE_SECONDS: Final = 8.0
_SAMPLED_SECONDS: Final = 5.0
_ALL_SERVERS: Final = ",".join(KINDS)
_ALL_QUERIES: Final = ",".join(QUERIES)

Servers = Annotated[str, typer.Option(help=f"Of {_ALL_SERVERS}.")]
Queries = Annotated[str, typer.Option(help=f"Of {_ALL_QUERIES}.")]
Quick = Annotated[bool, typer.Option("--quick", help="Fewer and shorter rounds.")]
Rounds = Annotated[int | None, typer.Option(help="How many rounds.", min=1)]
Seconds = Annotated[float | None, typer.Option(help="How long each is, for each server.", min=0.05)]
Protections = Annotated[
    bool | None,
    typer.Option(
        help="What each protection costs, and where time goes; by default unless in short."
    ),
]
Write = Annotated[bool, typer.Option("--write", help="Bring the documents in step.")]
Profiled = Annotated[
    str | None, typer.Option("--profile", help="Say where the time of one query goes, instead.")
]


def main(
    servers: Servers = _ALL_SERVERS,
    queries: Queries = _ALL_QUERIES,
    *,
    quick: Quick = False,
    rounds: Rounds = None,
    seconds: Seconds = None,
    protections: Protections = None,
    profile: Profiled = None,
    write: Write = False,
) -> None:
    """Measure servers side by side."""
    plan = Plan(
        servers=_chosen(servers, KINDS),
        queries=_chosen(queries, QUERIES),
        rounds=rounds or (3 if quick else 5),
        seconds=seconds or (0.5 if quick else 1.2),
        warm_up=0.2,
    )
    try:
        with measuring.stand(_tell) as stand:
            if profile:
                _profile(stand, QUERIES[_chosen(profile, QUERIES)[0]], seconds or _PROFILE_SECONDS)
            else:
                run = _measured(
                    stand, plan, protections=not quick if protections is None else protections
                )
                typer.echo(report.in_full(run))
                if write:
                    report.write(run)
    except (BadAnswer, DidNotStart, DifferentAnswers, NoGround, TooFewCores) as fault:
        typer.echo(fault, err=True)
        raise typer.Exit(1) from None


def _chosen(names: str, known: Collection[str]) -> list[str]:
    chosen = names.split(",")
    for name in chosen:
        if name not in known:
            raise typer.BadParameter(f"{name} is none of {', '.join(known)}.")
    return chosen


def _measured(stand: Stand, plan: Plan, *, protections: bool) -> Run:
    run = Run(
        at=f"{datetime.now(UTC):%Y-%m-%d}",
        command=" ".join(["python -m bench", *sys.argv[1:]]),
        machine=f"{platform.machine()}, 2 cores, load {os.getloadavg()[0]:.0f} before it began",
        versions=_versions(stand.ground.version),
    )
    measuring.measure(stand, plan, run, _tell)
    if protections:
        measuring.price(stand, plan, run, _tell)
        _say_where(stand, run)
    return run


def _say_where(stand: Stand, run: Run) -> None:
    for query in READS:
        _tell(f"Where the time of {query.name} goes ...")
        path = stand.folder / f"{query.name}.stacks"
        measuring.profile(stand, query, path, seconds=_SAMPLED_SECONDS)
        run.shares[query.name] = sampling.shares(sampling.read(path))


def _profile(stand: Stand, query: Query, seconds: float) -> None:
    path = Path(f"profile-{query.name}.stacks").absolute()
    measuring.profile(stand, query, path, seconds=seconds)
    typer.echo(sampling.summary(sampling.read(path)))
    _tell(f"The stacks are in {path.name}: a flame graph can be drawn from them.")


def _versions(postgresql: str) -> dict[str, str]:
    return {
        "Python": platform.python_version(),
        "PostgreSQL": postgresql,
        **{name: version(name) for name in _LIBRARIES},
    }


def _tell(line: str) -> None:
    typer.echo(line, err=True)


if __name__ == "__main__":
    typer.run(main)
