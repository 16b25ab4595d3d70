"""The command line. Each command imports what it needs: asking for help must not build the API."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from api.faults import CommandFailedError, StartRefusedError

FAILED = 1
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
import_commands = typer.Typer(help="Bring in a shop from elsewhere.", no_args_is_help=True)
explorer_commands = typer.Typer(help="GraphiQL, as browsers see it.", no_args_is_help=True)
settings_commands = typer.Typer(help="Look at the settings.", no_args_is_help=True)
schema_commands = typer.Typer(help="Look at the GraphQL schema.", no_args_is_help=True)
app.add_typer(import_commands, name="import")
app.add_typer(explorer_commands, name="explorer")
app.add_typer(settings_commands, name="settings")
app.add_typer(schema_commands, name="schema")

Port = Annotated[int | None, typer.Option(help="The port, instead of PORT.")]
Host = Annotated[str | None, typer.Option(help="The address, instead of HOST.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

Replace = Annotated[bool, typer.Option("--replace", help="Empty the shop first.")]
HowMuch = Annotated[Literal["demo", "bench"], typer.Option(help="How much.")]
Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the invoices.")]
Concurrency = Annotated[int, typer.Option(min=1, max=1000, help="Buyers at the same time.")]
Url = Annotated[str | None, typer.Option(help="The API; by default of the shop on this machine.")]
Against = Annotated[str | None, typer.Option(help="A commit or tag; by default main.")]
File = Annotated[Path, typer.Argument(help="The file, as it was downloaded.")]


def main() -> NoReturn:
    """Run one command; a fault of ours to explain is explained, never thrown at the person."""
    from api.environment import read_dotenv

    read_dotenv(Path.cwd())
    try:
        app(prog_name="tradepost")
    except StartRefusedError as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201
        sys.exit(WRONG_SETTINGS)
    except CommandFailedError as failure:
        print(failure, file=sys.stderr)  # noqa: T201
        sys.exit(FAILED)
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
def seed(size: HowMuch = "demo", replace: Replace = False) -> None:
    """Fill an empty shop: `demo` is a small real shop, `bench` is what figures are measured on."""
    from api import intake
    from api.importing.seeding import Size

    intake.seed(Size(size), replace=replace)


@import_commands.command("online-retail")
def import_online_retail(file: File, replace: Replace = False) -> None:
    """Turn the Online Retail data into a shop with its past."""
    from api import intake

    intake.import_retail(file, replace=replace)


@import_commands.command("shopify")
def import_shopify(file: File) -> None:
    """Bring in the products of a Shopify export, or bring those that are there up to date."""
    from api import intake

    intake.import_shopify(file)


@app.command()
def replay(file: File, day: Day, concurrency: Concurrency = 16, url: Url = None) -> None:
    """Send a day of the Online Retail data through the API of a shop that runs."""
    from api import intake

    intake.replay(file, day=day.date(), concurrency=concurrency, url=url)


@app.command()
def install(
    name: Annotated[str, typer.Option(help="What the shop is called.")],
    currency: Annotated[str, typer.Option(help="Its one currency, like GBP; for ever.")],
    country: Annotated[list[str], typer.Option(help="A country it ships to, like GB. Repeat.")],
    tax_included: Annotated[
        bool, typer.Option(help="Whether prices contain tax; for ever.")
    ] = True,
    time_zone: Annotated[str, typer.Option(help="Its time zone, like Europe/London.")] = "UTC",
) -> None:
    """Set up an empty shop, unless there is one."""
    from api import upkeep

    upkeep.install(name, currency, country, prices_include_tax=tax_included, time_zone=time_zone)


@app.command("create-owner")
def create_owner(email: Annotated[str, typer.Argument(help="Who it is.")]) -> None:
    """Make an account that may do everything; its password is asked for, or read from stdin."""
    from api import upkeep

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    upkeep.create_owner(email, password)


@app.command()
def invariants() -> None:
    """Ask the database every sentence that must be true of a shop; say which is not."""
    from api import upkeep

    upkeep.ask_invariants()


@app.command()
def reset(yes: Yes = False) -> None:
    """Empty the database and open the shop anew; in development only."""
    from api import upkeep
    from api.environment import load

    settings = load()
    if settings.is_production:
        raise CommandFailedError("TRADEPOST_ENV is production: nothing is ever reset there.")
    where = "your database" if settings.database_url else f"the database in {settings.data}"
    if not yes:
        typer.confirm(f"Drop everything in {where}?", abort=True)
    upkeep.reset(settings, typer.echo)


@app.command()
def doctor() -> None:
    """Look at everything a start needs, change nothing, and say what is wrong."""
    from api.doctor import examine_all

    if not examine_all(typer.echo):
        raise typer.Exit(1)


@explorer_commands.command("build")
def explorer_build() -> None:
    """Build GraphiQL with npm, unless it is built; `tradepost run` does it by itself."""
    from api.explorer import beside

    beside.build_gently()
    typer.echo("The explorer is built.")


@settings_commands.command("example")
def settings_example() -> None:
    """Print every setting with its meaning: the content of .env.example."""
    from api.settings_example import dotenv_example

    typer.echo(dotenv_example(), nl=False)


@settings_commands.command("check")
def settings_check() -> None:
    """Say whether .env.example is in step with the settings."""
    from api.settings_example import dotenv_example

    _compare(Path(".env.example"), dotenv_example())


@schema_commands.command("export")
def schema_export() -> None:
    """Print the schema: the content of schema/schema.graphql."""
    from schema.root import sdl

    typer.echo(sdl(), nl=False)


@schema_commands.command("check")
def schema_check() -> None:
    """Say whether schema/schema.graphql is in step with the code."""
    from schema.root import sdl

    _compare(Path("schema/schema.graphql"), sdl())


@schema_commands.command("breaking")
def schema_breaking(against: Against = None) -> None:
    """Say what the schema breaks of what it promised before, unless its changelog says so too."""
    from rich.console import Console

    from api.breaking import CHANGELOG, compare

    compared = compare(against)
    if compared is None:
        typer.echo("There is no earlier schema to compare with.")
        return
    if compared.changes:
        Console().print(compared.table())
    if compared.unsaid:
        raise CommandFailedError(
            "That breaks clients. Deprecate instead, or say in "
            f"{CHANGELOG} why it must be, in a line like\n"
            f"- **Breaking:** `{compared.unsaid[0].coordinate}` goes, because ..."
        )
    typer.echo(f"Nothing breaks since {compared.reference} that is not said in {CHANGELOG}.")


def _compare(path: Path, wanted: str) -> None:
    if path.read_text() != wanted:
        raise CommandFailedError(f"{path} is not in step with the code: make schema")
    typer.echo(f"{path} is in step with the code.")
