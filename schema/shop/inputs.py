"""What staff may set."""

from typing import Annotated, Final, TypeAlias
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from db import money, shop
from schema import define
from schema.arguments import fault
from schema.inputs import CountryCode, Decimal, Input, Line, MoneyInput

MOST_COUNTRIES: Final = 300


_OF_THIS_MACHINE: Final = {"localtime", "Factory"}
"""Files beside the time zones that mean another zone on every machine, or none."""


def _time_zone(value: str) -> str:
    if value not in available_timezones() - _OF_THIS_MACHINE:
        raise fault("INVALID", 'Use a time zone of IANA, such as "Europe/Berlin".')
    return value


def _each_once(countries: list[str]) -> list[str]:
    return list(dict.fromkeys(countries))


Countries: TypeAlias = Annotated[
    list[CountryCode], Field(max_length=MOST_COUNTRIES), AfterValidator(_each_once)
]


@define.input
class ShopInput(Input):
    name: Line | None = None
    time_zone: Annotated[str, AfterValidator(_time_zone)] | None = None
    countries: Countries | None = None
    capture_policy: shop.CapturePolicy | None = None


@define.input
class ShippingMethodInput(Input):
    name: Line | None = None
    price: MoneyInput | None = None
    free_from: MoneyInput | None = None
    countries: Countries | None = None
    tax_class: Line | None = None
    active: bool | None = None


def _rate(value: Decimal) -> Decimal:
    try:
        money.Rate.parse(value)
    except money.MoneyError as error:
        raise fault("OUT_OF_RANGE", str(error)) from None
    return value


@define.input
class TaxRateInput(Input):
    name: Line
    country_code: CountryCode
    region: Line | None = None
    tax_class: Line
    rate: Annotated[Decimal, AfterValidator(_rate)]

    def plain(self) -> shop.TaxRateRow:
        """Return the rate in millionths."""
        return shop.TaxRateRow(
            name=self.name,
            country_code=self.country_code,
            region=self.region,
            tax_class=self.tax_class,
            rate=money.Rate.parse(self.rate).millionths,
        )
