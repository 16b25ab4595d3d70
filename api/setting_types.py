"""What a setting may hold: types that check their value, and files that hold secrets."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from api.manifest import read_manifest

GATEWAYS = ("fake", "manual", "stripe")


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _database_url(url: str) -> str:
    parts = urlsplit(url)  # which raises ValueError too, here or at .port
    named = parts.hostname or "host=" in parts.query
    if parts.scheme not in {"postgres", "postgresql"} or not (named and parts.path.strip("/")):
        raise ValueError("not the URL of a database")
    if parts.port == 0:
        raise ValueError("not a port")
    return url


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("not an origin")
    return text


def _addresses(text: str) -> str:
    for address in text.split(","):
        if address.strip() != "*":
            ip_network(address.strip(), strict=False)
    return text


def _gateways(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names or not set(names) <= set(GATEWAYS):
        raise ValueError("not a gateway")
    return names


def _stripe_secret(key: SecretStr) -> SecretStr:
    if not re.fullmatch(r"(sk|rk)_(test|live)_\w+", key.get_secret_value()):
        raise ValueError("not a secret key of Stripe's")
    return key


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"whsec_\w+", secret.get_secret_value()):
        raise ValueError("not a webhook secret of Stripe's")
    return secret


def _documents(value: object) -> object:
    return read_manifest(Path(value)) if isinstance(value, str) else value


def _absolute(folder: Path) -> Path:
    return Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100  (keeps symbolic links)


LOWER = BeforeValidator(_lower)
SPLIT = BeforeValidator(_split)

DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, SPLIT]
Addresses = Annotated[str, AfterValidator(_addresses)]
Gateways = Annotated[tuple[str, ...], NoDecode, SPLIT, AfterValidator(_gateways)]
StripeSecretKey = Annotated[SecretStr, AfterValidator(_stripe_secret)]
WebhookSecrets = Annotated[
    tuple[Annotated[SecretStr, AfterValidator(_webhook_secret)], ...], NoDecode, SPLIT
]
TrustedDocuments = Annotated[Mapping[str, str], NoDecode, BeforeValidator(_documents)]
Folder = Annotated[Path, AfterValidator(_absolute)]


class UnreadableFileError(ValueError):
    """A *_FILE names a file that cannot be read."""


class Unreadable(str):
    """Stands where the content of a *_FILE should be; says why it is not there."""

    __slots__ = ()


def content(path: Path) -> str:
    """Read the secret that a file holds, or say why that cannot be."""
    try:
        return path.read_text().strip() or Unreadable(f"{path} is empty")
    except (OSError, UnicodeDecodeError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else "it is not text"
        return Unreadable(f"{path} cannot be read: {reason}")
