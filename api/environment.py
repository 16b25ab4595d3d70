"""Read the settings from the environment, and tell all that is wrong with them at once."""

import os
import secrets
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from api.faults import Fault, refuse_if
from api.setting_types import UnreadableFileError
from api.settings import (
    PREFIX,
    SECRET_CHARACTERS,
    SECRET_VARIETY,
    Settings,
    extra,
    secret_variables,
    variable,
)

HOW_TO_MAKE_ONE = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
FIELDS = {variable(name): field for name, field in Settings.model_fields.items()}


def load(**overrides: Any) -> Settings:
    """Read, check and complete the settings; `overrides` come from the command line.

    :raises StartRefusedError: with every fault of every setting.
    """
    settings, faults = _validated(overrides)
    wrong = {fault.about for fault in faults}
    faults += [fault for fault in _together(settings, os.environ) if fault.about not in wrong]
    refuse_if(faults)
    return _with_secret_key(settings)


def read_dotenv(folder: Path) -> None:
    """Add the variables of the folder's `.env` to the environment, whose own come first."""
    for name, value in dotenv_values(folder / ".env").items():
        if value is not None:
            os.environ.setdefault(name, value)


def _validated(values: dict[str, Any]) -> tuple[Settings, list[Fault]]:
    """Validate; what is wrong is noted and then left out, so that the rest can be checked."""
    try:
        return Settings(**values), []
    except ValidationError as error:
        problems = [
            problem for problem in error.errors() if problem["type"] != "default_factory_not_called"
        ]
    faults = [_fault(problem) for problem in problems]
    defaults = {name: field.get_default() for name, field in FIELDS.items()}
    left_out = {str(problem["loc"][0]): defaults[str(problem["loc"][0])] for problem in problems}
    return Settings(**(values | left_out)), faults


def _fault(problem: ErrorDetails) -> Fault:
    name = str(problem["loc"][0])
    field = FIELDS[name]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, UnreadableFileError):
        return Fault(f"{name}_FILE", f"does not help: {cause}.", f"Give the secret, or {name}.")
    example = extra(field)["example"]
    default = None if field.is_required() or field.default_factory else field.get_default()
    or_else = f", or leave it out for {default}" if default not in {None, "", ()} else ""
    return Fault(
        name,
        f"is {_shown(field, problem['input'])}; expected {expected(field)}.",
        f"Set it like {name}={example}{or_else}.",
    )


def expected(field: FieldInfo) -> str:
    """Say in words what a field takes."""
    if in_words := extra(field)["expected"]:
        return str(in_words)
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        limits = {
            name: getattr(limit, name)
            for limit in field.metadata
            for name in ("ge", "gt", "le")
            if hasattr(limit, name)
        }
        low = f"from {limits['ge']}" if "ge" in limits else f"above {limits['gt']} and up"
        return f"a {'whole ' if kind is int else ''}number {low} to {limits['le']}"
    return "a folder" if kind is Path else "some text"


def _shown(field: FieldInfo, value: object) -> str:
    """Quote a value without giving away a secret."""
    if not extra(field)["secret"]:
        return f"{str(value)!r}"
    try:
        password = urlsplit(str(value)).password
    except ValueError:
        password = None
    if "://" in str(value):
        return repr(str(value).replace(password, "***") if password else str(value))
    return f"{len(str(value))} characters"


def _together(settings: Settings, environment: Mapping[str, str]) -> Iterator[Fault]:
    yield from _unknown(environment)
    yield from _said_twice(environment)
    if settings.pool_min > settings.pool_max:
        yield Fault(
            "TRADEPOST_POOL_MIN",
            f"is {settings.pool_min}, more than TRADEPOST_POOL_MAX, {settings.pool_max}.",
            "Lower the one or raise the other.",
        )
    for who in ("guest", "user", "api_key"):
        points = getattr(settings, f"{who}_points")
        if points < settings.query_points:
            yield Fault(
                f"TRADEPOST_{who.upper()}_POINTS",
                f"is {points}, less than TRADEPOST_QUERY_POINTS, {settings.query_points}.",
                "Raise the one or lower the other: else there are queries that could never run.",
            )
    yield from _weak_secret(settings)
    yield from _wrong_stripe(settings)
    if settings.is_production:
        yield from _unfit_for_production(settings)


def _unknown(environment: Mapping[str, str]) -> Iterator[Fault]:
    known = {*FIELDS, *(f"{name}_FILE" for name in secret_variables())}
    alike = {name if name.startswith(PREFIX) else PREFIX + name: name for name in known}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, alike, n=1)
            hint = f"Did you mean {alike[near[0]]}?" if near else "Leave it out."
            yield Fault(
                name,
                "is not a setting.",
                f"{hint} `tradepost settings example` lists all of them.",
            )


def _said_twice(environment: Mapping[str, str]) -> Iterator[Fault]:
    for name in secret_variables():
        if environment.get(name) and environment.get(f"{name}_FILE"):
            yield Fault(name, f"is set, and so is {name}_FILE.", "Set one of them.")


def _weak_secret(settings: Settings) -> Iterator[Fault]:
    key = settings.secret_key
    if not key:
        return
    weakness = None
    if len(key) < SECRET_CHARACTERS:
        weakness = f"is {len(key)} characters long; expected at least {SECRET_CHARACTERS}."
    elif len(set(key)) < SECRET_VARIETY:
        weakness = f"has only {len(set(key))} different characters; expected random ones."
    if weakness:
        yield Fault("TRADEPOST_SECRET_KEY", weakness, f"Make one with {HOW_TO_MAKE_ONE}")


def _wrong_stripe(settings: Settings) -> Iterator[Fault]:
    """Tell where keys of Stripe are missing, or move real money in a test and none in a shop."""
    secret = settings.stripe_secret_key
    keys = {
        "TRADEPOST_STRIPE_SECRET_KEY": secret.get_secret_value() if secret else None,
        "TRADEPOST_STRIPE_PUBLISHABLE_KEY": settings.stripe_publishable_key,
    }
    wrong, right = ("test", "live") if settings.is_production else ("live", "test")
    for name, key in keys.items():
        if key and key.split("_")[1] == wrong:
            why = "it charges nobody" if settings.is_production else "it moves real money"
            yield Fault(
                name,
                f"is a {wrong} key, and this is {settings.env}: {why}.",
                f"Set a {right} key, or another TRADEPOST_ENV.",
            )
    if "stripe" not in settings.gateways:
        return
    if not secret:
        yield Fault(
            "TRADEPOST_STRIPE_SECRET_KEY",
            "is not set, and TRADEPOST_GATEWAYS names stripe.",
            "Set it, or leave stripe out.",
        )
    if settings.is_production and not settings.stripe_webhook_secret:
        yield Fault(
            "TRADEPOST_STRIPE_WEBHOOK_SECRET",
            "is not set: what Stripe tells could not be believed.",
            "Make an endpoint for /gateway/stripe at Stripe, and set its secret.",
        )


def _unfit_for_production(settings: Settings) -> Iterator[Fault]:
    if not settings.database_url:
        yield Fault(
            "DATABASE_URL",
            "is not set; production does not bring its own database.",
            "Set it like DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE",
        )
    if not settings.secret_key:
        yield Fault(
            "TRADEPOST_SECRET_KEY",
            "is not set; production has no default secrets.",
            f"Make one with {HOW_TO_MAKE_ONE}",
        )
    if settings.demo:
        yield Fault(
            "TRADEPOST_DEMO",
            "is true; everybody knows the demo shop's logins.",
            "Leave it out, or set TRADEPOST_ENV=development.",
        )
    if "fake" in settings.gateways:
        yield Fault(
            "TRADEPOST_GATEWAYS",
            f"is {','.join(settings.gateways)!r}; the fake gateway charges nobody.",
            "Set it like TRADEPOST_GATEWAYS=manual",
        )
    if settings.stripe_url:
        yield Fault(
            "TRADEPOST_STRIPE_URL",
            "is set: keys and cards would go there, and not to Stripe.",
            "Leave it out.",
        )
    if settings.crash_file:
        yield Fault("TRADEPOST_CRASH_FILE", "kills processes; it is for tests.", "Leave it out.")


def _with_secret_key(settings: Settings) -> Settings:
    """Make development's secret key at the first start, and find it again at the next."""
    if settings.secret_key:
        return settings
    path = settings.data / "secret.key"
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
        return settings.having(secret_key=path.read_text())
    except OSError as fault:
        where = "the default folder" if "data" not in settings.model_fields_set else "this folder"
        refuse_if(
            [
                Fault(
                    "TRADEPOST_DATA",
                    f"is {str(settings.data)!r}, and {where} cannot be used: {fault.strerror}.",
                    "Set it to a folder that can be written, like TRADEPOST_DATA=~/tradepost",
                )
            ]
        )
        raise


def _write_once(path: Path, secret: str) -> None:
    """Write a file that nobody else may read, unless it is there; never half of it."""
    if path.exists():
        return
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
    try:
        os.link(draft, path)  # the first of two processes wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
