"""What inputs are made of. A value that gets past these types is one that the shop can store.

An omitted field and a null are two things: :meth:`Input.given` holds only what the client sent.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self, TypeAlias
from urllib.parse import urlsplit

import strawberry
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from strawberry.utils.str_converters import to_camel_case

from db.countries import COUNTRIES
from db.money import DIGITS, Money, MoneyError
from schema import define, scalars
from schema.arguments import fault

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_DECIMAL: Final = re.compile(r"-?\d{1,18}(\.\d{1,12})?", re.ASCII)
_LONGEST_URL: Final = 2_000
_AWARE: Final = TypeAdapter(datetime)


class Input(BaseModel):
    """An input type: a model whose fields go by their GraphQL names."""

    model_config = ConfigDict(
        alias_generator=to_camel_case, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )

    def given(self) -> Any:
        """Return the fields that the client sent, by name; a null among them means: clear.

        A dict, typed by the verb that takes it: ``ProductFields`` and the like.
        """
        sent = (name for name in type(self).model_fields if name in self.model_fields_set)
        return {name: plain(getattr(self, name)) for name in sent}

    def plain(self) -> Any:
        """Return what this input means to the shop."""
        return self.given()


def plain(value: Any) -> Any:
    """Turn inputs, also inside lists, into what they mean to the shop."""
    if isinstance(value, Input):
        return value.plain()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise fault("INVALID", "This is not an email address.")
    return value


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise fault("INVALID", "Use lower case letters, digits and single hyphens between them.")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise fault("INVALID", "Use printable characters only.")
    return value


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise fault("INVALID", "Use a country's two letters from ISO 3166-1, in upper case.")
    return value


def _decimal(value: str) -> str:
    if not _DECIMAL.fullmatch(value):
        raise fault("INVALID", 'Write a decimal number such as "19.90".')
    return value


def _instant(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise fault("INVALID", 'Write an instant such as "2026-11-22T23:57:40Z".')
    try:
        return _AWARE.validate_python(value).astimezone(UTC)
    except (ValidationError, OverflowError):
        raise fault("INVALID", "There is no such day or time.") from None


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or not value.isprintable() or " " in value:
        raise fault("INVALID", "Use an absolute URL that starts with https://.")
    return value


def _text(longest: int, *, shortest: int = 1) -> StringConstraints:
    return StringConstraints(min_length=shortest, max_length=longest, strip_whitespace=True)


Email: TypeAlias = Annotated[str, _text(254), AfterValidator(_email)]
PersonName: TypeAlias = Annotated[str, _text(200), AfterValidator(_printable)]
Phone: TypeAlias = Annotated[str, _text(40), AfterValidator(_printable)]
Title: TypeAlias = Annotated[str, _text(200), AfterValidator(_printable)]
Line: TypeAlias = Annotated[str, _text(200), AfterValidator(_printable)]
"""One line of free text: a label, a street, a reason."""
Note: TypeAlias = Annotated[str, _text(2_000, shortest=0)]
"""Free text of several lines."""
Slug: TypeAlias = Annotated[str, _text(200), AfterValidator(_slug)]
Sku: TypeAlias = Annotated[str, _text(100), AfterValidator(_printable)]
Token: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""A secret that we or a gateway once gave out: compared, never shown."""
Password: TypeAlias = Annotated[str, StringConstraints(max_length=1_000)]
"""A password as it was typed; whether it is good enough is the shop's to say."""
IdempotencyKey: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(_printable)
]
Search: TypeAlias = Annotated[str, StringConstraints(max_length=500)]
DateTime: TypeAlias = Annotated[datetime, BeforeValidator(_instant)]
CountryCode: TypeAlias = Annotated[scalars.CountryCode, AfterValidator(_country)]
Decimal: TypeAlias = Annotated[scalars.Decimal, AfterValidator(_decimal)]
Url: TypeAlias = Annotated[
    scalars.URL, StringConstraints(max_length=_LONGEST_URL), AfterValidator(_url)
]
"""An absolute URL, https."""
Version: TypeAlias = Annotated[int, Field(ge=1)]
Count: TypeAlias = Annotated[int, Field(ge=0)]


@define.input
class MoneyInput(Input):
    # Not held to the largest price: a total is money too, and the shop knows what is a price.
    amount: Annotated[
        scalars.Decimal,
        strawberry.field(
            description="More digits than the currency has is an error: "
            "nothing is rounded silently."
        ),
    ]
    currency_code: scalars.CurrencyCode

    @model_validator(mode="after")
    def _is_money(self) -> Self:
        if self.currency_code not in DIGITS:
            raise fault("INVALID", "Use a currency's three letters from ISO 4217.", "currencyCode")
        try:
            amount = self.plain().amount
        except MoneyError as error:
            raise fault("INVALID", str(error), "amount") from None
        if amount < 0:
            raise fault("OUT_OF_RANGE", "Must be at least 0.", "amount")
        return self

    def plain(self) -> Money:
        return Money.parse(self.amount, self.currency_code)


@define.input
class AddressInput(Input):
    name: PersonName
    company: Line | None = None
    line1: Line
    line2: Line | None = None
    city: Line
    region: Line | None = None
    postal_code: Annotated[str, _text(20), AfterValidator(_printable)] | None = None
    country_code: CountryCode
    phone: Phone | None = None

    def plain(self) -> dict[str, str]:
        """Return the address without its empty fields, as it is kept."""
        return self.model_dump(exclude_none=True)
