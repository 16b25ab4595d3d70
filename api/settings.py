"""Every environment variable: its type, its meaning and what it is when left out.

Names that every tool knows stand as they are (DATABASE_URL, PORT, ...); the rest is TRADEPOST_*.
A secret NAME can also come from a file, whose path is then in NAME_FILE.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from api.setting_types import (
    LOWER,
    Addresses,
    DatabaseUrl,
    Folder,
    Gateways,
    Origins,
    StripeSecretKey,
    TrustedDocuments,
    Unreadable,
    UnreadableFileError,
    WebhookSecrets,
    content,
)

PREFIX = "TRADEPOST_"
STANDARD = (
    "DATABASE_URL",
    "PORT",
    "HOST",
    "LOG_LEVEL",
    "WEB_CONCURRENCY",
    "FORWARDED_ALLOW_IPS",
)
SECRET_CHARACTERS = 32
MOST_POINTS = 1_000_000_000
SECRET_VARIETY = 10  # different characters: "aaaa..." is long and no secret


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    name = field.upper()
    return name if name in STANDARD else PREFIX + name


def data_folder() -> Path:
    """Return the user's own folder for what Tradepost keeps."""
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "tradepost"


def _setting(
    meaning: str,
    default: Any,
    *,
    example: str,
    expected: str = "",
    secret: bool = False,
    **constraints: Any,
) -> Any:
    extra: dict[str, Any] = {"example": example, "expected": expected, "secret": secret}
    constraints["repr"] = not secret
    if callable(default):
        return Field(
            default_factory=default, description=meaning, json_schema_extra=extra, **constraints
        )
    return Field(default, description=meaning, json_schema_extra=extra, **constraints)


class Settings(BaseSettings):
    """All that can be set from outside."""

    model_config = SettingsConfigDict(
        alias_generator=variable,
        populate_by_name=True,
        case_sensitive=True,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
    )

    env: Annotated[Literal["development", "production"], LOWER] = _setting(
        "`development` brings its own database, secrets and demo shop; `production` takes nothing "
        "for granted: it refuses to start where something is missing.",
        "development",
        example="production",
    )
    database_url: DatabaseUrl | None = _setting(
        "The PostgreSQL server (15 or newer), directly and not through a pooler. Left out, in "
        "development, PostgreSQL comes along and keeps its data in TRADEPOST_DATA.",
        None,
        example="postgresql://tradepost:password@localhost:5432/tradepost",
        expected="postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
        secret=True,
    )
    secret_key: str = _setting(
        "The secret from which keys for tokens and encryption are derived. Left out, in "
        "development, it is made in TRADEPOST_DATA.",
        "",
        example="",
        expected=f"at least {SECRET_CHARACTERS} random characters",
        secret=True,
    )
    data: Folder = _setting(
        "The folder for all that Tradepost keeps on this machine.",
        data_folder,
        example="/var/lib/tradepost",
    )

    host: str = _setting(
        "The address to listen on.",
        "127.0.0.1",
        example="0.0.0.0",  # noqa: S104
        expected="an address or a name of this machine",
    )
    port: int = _setting("The TCP port to listen on.", 8000, example="8080", ge=1, le=65535)
    web_concurrency: int = _setting(
        "How many web processes: one per core.", 1, example="2", ge=1, le=64
    )
    worker: bool = _setting(
        "Whether `tradepost run` runs the worker too (expired reservations). Set it to false where "
        "`tradepost worker` runs by itself.",
        True,
        example="false",
    )
    forwarded_allow_ips: Addresses = _setting(
        "The proxies whose X-Forwarded-For is believed.",
        "127.0.0.1",
        example="10.0.0.1,10.0.0.2",
        expected="IP addresses or networks, separated by commas, or *",
    )
    requests_in_flight: int = _setting(
        "How many GraphQL requests each web process runs at once; the next ones wait a moment, and "
        "are then told to come back.",
        64,
        example="128",
        ge=1,
        le=10_000,
    )
    sockets: int = _setting(
        "How many WebSockets and streams of events each web process keeps open at once.",
        10_000,
        example="2000",
        ge=1,
        le=1_000_000,
    )
    sockets_per_address: int = _setting(
        "How many of them one address (of IPv6, one /64) may have open in each web process.",
        500,
        example="5000",
        ge=1,
        le=1_000_000,
    )
    socket_operations: int = _setting(
        "How many operations one WebSocket runs at once, subscriptions and all.",
        50,
        example="100",
        ge=1,
        le=10_000,
    )
    socket_messages: int = _setting(
        "How many messages one WebSocket may send in a minute.",
        600,
        example="6000",
        ge=10,
        le=1_000_000,
    )
    http_draft: Literal["", "2026"] = _setting(
        "`2026` follows the GraphQL-over-HTTP draft of that year to the letter: 422 for documents "
        "that do not validate, 294 for data with errors. Left out, 400 and 200.",
        "",
        example="2026",
    )
    introspection: bool = _setting(
        "Whether clients may ask for the schema.",
        True,
        example="false",
    )
    trusted_documents: TrustedDocuments = _setting(
        "A file of GraphQL documents that are known beforehand, by their SHA-256: a JSON object "
        "{hash: text}, or the manifest that Apollo's tools write. Clients send the hash only.",
        dict,
        example="/etc/tradepost/documents.json",
        expected="the path of a JSON file of documents, each by the SHA-256 of its text",
    )
    trusted_documents_only: bool = _setting(
        "Whether no other documents are accepted.",
        False,
        example="true",
    )
    catalog_seconds: int = _setting(
        "How long caches may keep what a GET reads of the catalog without any token. 0: not at "
        "all.",
        30,
        example="300",
        ge=0,
        le=86_400,
    )
    compress_from: int = _setting(
        "The size in bytes from which answers are compressed, where the client can read that.",
        1_024,
        example="4096",
        ge=0,
        le=10_000_000,
    )
    ready_requires_database: bool = _setting(
        "Whether /health/ready falls when the database is away. Where many processes share one "
        "database, say no: one outage is then not two.",
        True,
        example="false",
    )
    cors_origins: Origins = _setting(
        "The origins whose pages may call the API from a browser.",
        (),
        example="https://shop.example.com",
        expected="origins like https://shop.example.com, separated by commas",
    )
    explorer: bool = _setting(
        "Whether a browser at /graphql is shown GraphiQL. By default in development only.",
        lambda data: data.get("env") == "development",
        example="false",
    )
    compiled: bool = _setting(
        "Whether GraphQL operations run by code that is written for them, which is many times "
        "faster. The answers are the same without: say no to find out whether it is to blame.",
        True,
        example="false",
    )
    log_level: Annotated[Literal["critical", "error", "warning", "info", "debug"], LOWER] = (
        _setting("How much is logged.", "info", example="warning")
    )
    drain_seconds: float = _setting(
        "How long, after SIGTERM, /health/ready says no before the port closes: as long as the "
        "load balancer needs to notice.",
        lambda data: 1.0 if data.get("env") == "production" else 0.0,
        example="5",
        ge=0,
        le=60,
    )

    pool_min: int = _setting(
        "Database connections that each web process holds.", 2, example="5", ge=1, le=100
    )
    pool_max: int = _setting(
        "Database connections that each web process may open: ten are faster than forty.",
        10,
        example="20",
        ge=2,
        le=100,
    )
    password_memory_kib: int = _setting(
        "How much memory hashing a password takes (Argon2id), in KiB. Hashes made otherwise are "
        "replaced as their users sign in.",
        19 * 1024,
        example="47104",
        ge=7168,
        le=1_048_576,
    )
    password_passes: int = _setting(
        "How many passes hashing a password makes over that memory. The two defaults are OWASP's.",
        2,
        example="1",
        ge=1,
        le=20,
    )

    query_points: int = _setting(
        "The most points that one GraphQL operation may cost. README.md says what costs how many.",
        2_000,
        example="5000",
        ge=100,
        le=MOST_POINTS,
    )
    guest_points: int = _setting(
        "How many points a minute someone who is not signed in may spend, by address (of IPv6: by "
        "/64 network). Behind a proxy set FORWARDED_ALLOW_IPS, or all are one.",
        3_000,
        example="6000",
        ge=100,
        le=MOST_POINTS,
    )
    user_points: int = _setting(
        "How many points a minute a signed-in user may spend.",
        6_000,
        example="12000",
        ge=100,
        le=MOST_POINTS,
    )
    api_key_points: int = _setting(
        "How many points a minute an API key may spend.",
        30_000,
        example="100000",
        ge=100,
        le=MOST_POINTS,
    )
    checkouts_per_minute: int = _setting(
        "How many checkouts and payments a minute may come from one address.",
        30,
        example="60",
        ge=1,
        le=MOST_POINTS,
    )
    new_document_characters: int = _setting(
        "How many characters of documents that were not seen before may come from one address in a "
        "minute; one counts for 300 at least. What is known already is not counted.",
        300_000,
        example="1000000",
        ge=20_000,
        le=MOST_POINTS,
    )
    failures_per_account: int = _setting(
        "How many wrong passwords for one account are taken at once; there is room for as many "
        "again after a quarter of an hour.",
        10,
        example="5",
        ge=1,
        le=MOST_POINTS,
    )
    failures_per_address: int = _setting(
        "The same for all accounts together, from one address; new accounts count too.",
        30,
        example="100",
        ge=1,
        le=MOST_POINTS,
    )

    demo: bool = _setting(
        "Whether an empty shop is filled with the demo shop, whose logins everybody knows. By "
        "default in development, never in production.",
        lambda data: data.get("env") == "development",
        example="false",
    )
    stripe_secret_key: StripeSecretKey | None = _setting(
        "The secret key of a Stripe account, or a restricted one: a test key in development, a "
        "live key in production.",
        None,
        example="",
        expected="a key that begins with sk_test_, rk_test_, sk_live_ or rk_live_",
        secret=True,
    )
    stripe_publishable_key: str | None = _setting(
        "The account's publishable key, which the shop's pages are told.",
        None,
        example="pk_test_0123456789",
        expected="a key that begins with pk_test_ or pk_live_",
        pattern=r"^pk_(test|live)_\w+$",
    )
    stripe_webhook_secret: WebhookSecrets = _setting(
        "The secret of Stripe's webhook endpoint, which is /gateway/stripe. While it is being "
        "replaced: both.",
        (),
        example="",
        expected="secrets that begin with whsec_, separated by commas",
        secret=True,
    )
    stripe_url: str | None = _setting(
        "Where Stripe is, for a stand-in; refused in production.",
        None,
        example="http://127.0.0.1:12111",
        expected="an origin like http://127.0.0.1:12111",
        pattern=r"^https?://[^/]+$",
    )
    gateways: Gateways = _setting(
        "The payment gateways: `stripe` takes cards (by default where it has a key); `fake` takes "
        "test tokens and charges nobody (by default in development, never in production); with "
        "`manual` the money comes by other ways.",
        lambda data: (
            *(("fake",) if data.get("env") == "development" else ()),
            "manual",
            *(("stripe",) if data.get("stripe_secret_key") else ()),
        ),
        example="manual",
        expected="some of fake, manual, stripe, separated by commas",
    )
    reservation_minutes: int = _setting(
        "How long stock is held for an order that is not paid yet.",
        15,
        example="30",
        ge=1,
        le=1440,
    )
    personal_data_years: int = _setting(
        "How many years the names and addresses of an order are kept: as long as the law wants "
        "invoices to be.",
        10,
        example="7",
        ge=1,
        le=30,
    )
    expiry_seconds: float = _setting(
        "How often the worker looks for reservations that have run out.",
        10.0,
        example="5",
        gt=0,
        le=600,
    )

    crash_file: Folder | None = _setting(
        "For tests only, and refused in production: the web process that reaches the point of a "
        "payment which this file names is killed there.",
        None,
        example="/tmp/crash",  # noqa: S108
        expected="a path",
    )

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def url(self) -> str:
        """Where a person on this machine finds the server."""
        host = "localhost" if self.host in {"0.0.0.0", "127.0.0.1", "::", "::1"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @field_validator("*", mode="before")
    @classmethod
    def _is_readable(cls, value: object) -> object:
        if isinstance(value, Unreadable):
            raise UnreadableFileError(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Environment(settings_cls)

    def having(self, **changes: Any) -> Self:
        """Return a copy with some fields changed, unchecked: for values found at the start."""
        return self.model_copy(update=changes)


class _Environment(EnvSettingsSource):
    """The environment, with the contents of *_FILE where the variable itself is not set."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        found = dict(super()._load_env_vars())
        for name in secret_variables():
            path = found.get(f"{name}_FILE")
            if path and name not in found:
                found[name] = content(Path(path))
        return found


def secret_variables() -> list[str]:
    """Return the variables that can also come from a file."""
    return [
        variable(name) for name, field in Settings.model_fields.items() if extra(field)["secret"]
    ]


def extra(field: FieldInfo) -> dict[str, Any]:
    """Return what is noted about a field beside its meaning: an example, whether it is secret."""
    noted = field.json_schema_extra
    return noted if isinstance(noted, dict) else {"example": "", "expected": "", "secret": False}
