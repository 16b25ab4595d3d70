"""The command line. Each command imports what it needs: asking for help must not build the API."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api.faults import StartRefusedError

WRONG_SETTINGS = 2
INTERRUPTED = 130

app = typer.Typer(
    name="tradepost",
    help="An order backend with one GraphQL API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
settings_commands = typer.Typer(help="Look at the settings.", no_args_is_help=True)
schema_commands = typer.Typer(help="Look at the GraphQL schema.", no_args_is_help=True)
app.add_typer(settings_commands, name="settings")
app.add_typer(schema_commands, name="schema")

Port = Annotated[int | None, typer.Option(help="The port, instead of PORT.")]
Host = Annotated[str | None, typer.Option(help="The address, instead of HOST.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def main() -> NoReturn:
    """Run one command; a fault of ours to explain is explained, never thrown at the person."""
    from api.environment import read_dotenv

    read_dotenv(Path.cwd())
    try:
        app(prog_name="tradepost")
    except StartRefusedError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_SETTINGS)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(0)


@app.command()
def run(port: Port = None, host: Host = None) -> None:
    """Open the shop: start the database where none is given, migrate, seed, serve."""
    from api import running
    from api.environment import load

    given = {"PORT": port, "HOST": host}
    running.run(load(**{name: value for name, value in given.items() if value is not None}))


@app.command()
def worker() -> None:
    """Run the worker alone, beside a `tradepost run` with TRADEPOST_WORKER=false."""
    from api import preparation, worker
    from api.environment import load

    with preparation.database(load()) as settings:
        asyncio.run(preparation.prepare(settings, typer.echo))
        asyncio.run(worker.run(settings))


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date; many may call it at once."""
    from api import preparation
    from api.environment import load
    from db import config

    with preparation.database(load()) as settings:
        asyncio.run(preparation.diagnosed(settings))
        applied = asyncio.run(config.migrate(preparation.url_of(settings)))
    typer.echo("\n".join(f"Migrated: {name}" for name in applied) or "Nothing to migrate.")


@app.command()
def doctor() -> None:
    """Look at everything a start needs, change nothing, and say what is wrong."""
    from api.doctor import examine_all

    if not examine_all(typer.echo):
        raise typer.Exit(1)


@settings_commands.command("example")
def settings_example() -> None:
    """Print every setting with its meaning: the content of .env.example."""
    from api.example import dotenv_example

    typer.echo(dotenv_example(), nl=False)
