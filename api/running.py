"""`tradepost run`: from nothing to a shop that answers, and all of it gone after Ctrl-C."""

import asyncio
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from pydantic import SecretStr

from api import logs, opening, preparation
from api.explorer import beside
from api.faults import Fault, StartRefusedError
from api.listening import listen, noted
from api.settings import Settings, secret_variables, variable
from api.supervisor import ChildFailedError, Role, Supervisor
from db.seeds import demo

FIRST_QUERY = '{"query": "{ shop { name currencyCode } products(first: 3) { nodes { title } } }"}'


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises StartRefusedError: if something keeps us from it.
    """
    began = time.monotonic()
    logs.configure(settings)
    with ExitStack() as open_things:
        listener = open_things.enter_context(listen(settings))
        open_things.enter_context(noted(settings))
        ready = open_things.enter_context(preparation.database(settings))
        asyncio.run(preparation.prepare(ready, tell))
        logins = asyncio.run(opening.open_shop(ready, tell))
        hand_down(ready)
        roles = [Role("web process", "api.server", listener)] * settings.web_concurrency
        if settings.worker:
            roles.append(Role("worker", "api.worker"))
        have_built = open_things.enter_context(beside.building(settings))

        def on_ready() -> None:
            tell(banner(settings, logins, time.monotonic() - began, have_built()))

        supervisor = Supervisor(roles, on_ready)
        try:
            asyncio.run(supervisor.run())
        except ChildFailedError as failure:
            raise StartRefusedError(
                [Fault("Tradepost", str(failure), "Its last words are above.")]
            ) from failure
        tell("Stopped.")


def tell(line: str) -> None:
    """Say something to the person at the terminal."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def hand_down(settings: Settings) -> None:
    """Put what the command line and the start have settled where the children look."""
    for name in sorted(settings.model_fields_set | {"database_url"}):
        value = getattr(settings, name)
        if not isinstance(value, Mapping):  # that is what a file holds, which is named there
            os.environ[variable(name)] = _text(value)
    for name in secret_variables():
        os.environ.pop(f"{name}_FILE", None)


def _text(value: object) -> str:
    """Write a setting as it is read."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(map(_text, value)) if isinstance(value, tuple) else str(value)


def banner(settings: Settings, logins: Sequence[demo.Login], seconds: float, explorer: str) -> str:
    """Say where everything is, and give one command that answers."""
    url = settings.url
    database = "your PostgreSQL" if settings.database_url else "its own PostgreSQL"
    lines = [
        "",
        f"  Tradepost is open ({settings.env}, ready in {seconds:.1f} s).",
        "",
        f"    GraphQL   {url}/graphql{f' ({explorer})' if explorer else ''}",
        *([f"    Schema    {url}/schema.graphql"] if settings.introspection else ()),
        f"    Health    {url}/health",
        f"    REST      {url}/openapi.json",
        f"    Data      {settings.data} ({database})",
    ]
    if logins:
        lines += ["", f"  Demo logins, all with the password {demo.PASSWORD}:", ""]
        lines += [f"    {one.email:<22}{one.name}, {one.role.lower()}" for one in logins]
    lines += [
        "",
        "  Try it:",
        "",
        f"    curl -s {url}/graphql -H 'content-type: application/json' -d '{FIRST_QUERY}'",
        "",
        "  Ctrl-C stops it all.",
        "",
    ]
    return "\n".join(lines)
